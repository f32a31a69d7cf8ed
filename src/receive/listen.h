/* The socket that the receiver listens on. */
#ifndef SHOAL_RECEIVE_LISTEN_H
#define SHOAL_RECEIVE_LISTEN_H

#include "base/err.h"

#define LISTEN_URL_SIZE 128

/* Listens on `address`, ADDR:PORT with an IPv6 address in brackets; port 0: any that is free. Gives
 * a descriptor that does not block, and writes `http://ADDR:PORT` with the true port to `url`
 * (LISTEN_URL_SIZE bytes). -1 with `error`. */
int listen_on(const char *address, char *url, struct error *error);

#endif
