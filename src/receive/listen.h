/* The socket that the receiver listens on. */
#ifndef SHOAL_RECEIVE_LISTEN_H
#define SHOAL_RECEIVE_LISTEN_H

#include "base/err.h"
#include "base/must_use.h"

/* Size in bytes of the buffer for listen_on()'s URL. */
#define LISTEN_URL_SIZE 128

/* Listens on `address`: ADDR:PORT, an IPv6 address in brackets; port 0 is any free port. Writes
 * `http://ADDR:PORT` with the actual port to `url` (LISTEN_URL_SIZE bytes). Returns a non-blocking
 * descriptor that the caller closes, or -1 with `error` (ERROR_USAGE or ERROR_SYSTEM). */
MUST_USE int listen_on(const char *address, char *url, struct error *error);

#endif
