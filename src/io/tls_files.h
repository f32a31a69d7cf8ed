/* Checks the files of TLS before anything is sent: what the transport would find in every
 * connection is then one error at the start. */
#ifndef SHOAL_IO_TLS_FILES_H
#define SHOAL_IO_TLS_FILES_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"

/* The files that were given. NULL: not given. The strings are the caller's. */
struct tls_files {
    const char *cacert;      /* certificates to trust, PEM */
    const char *cacert_name; /* where `cacert` comes from: "--cacert", or an environment variable */
    const char *capath;      /* folder of certificates to trust, under the hashes of their names */
    const char *capath_name; /* where `capath` comes from */
    const char *cert;        /* the client's certificate, PEM, with others of its chain after it */
    const char *key;         /* its key, PEM; NULL: it is in `cert` */
    const char *pass;        /* the pass phrase of the key */
};

/* Whether they can be read, contain what they must, and belong together. An encrypted key is
 * decrypted with `pass`; nobody is asked for a pass phrase. False with `error` (ERROR_USAGE), which
 * names the option and the file. */
MUST_USE bool tls_files_check(const struct tls_files *files, struct error *error);

/* Whether the folder can be read and has a certificate under the hash of its name. */
bool tls_files_has_certificates(const char *folder);

#endif
