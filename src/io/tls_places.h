/* Where systems keep the certificates of the authorities that they trust. A program that is built
 * on one system and runs on another must look, as each has its own place. */
#ifndef SHOAL_IO_TLS_PLACES_H
#define SHOAL_IO_TLS_PLACES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/must_use.h"

/* The first place that exists here. One of the two is set, to a static string; the other is NULL.
 */
struct tls_place {
    const char *file;   /* PEM file of certificates */
    const char *folder; /* certificates under the hashes of their names */
};

/* Looks at the usual places, files first. False: none has certificates. */
MUST_USE bool tls_places_find(struct tls_place *place);

/* Adds the places that tls_places_find() looks at, with ", " between them. */
void tls_places_list(struct buf *text);

#endif
