/* Identity: what distinguishes one request from another, for the journal.
 *
 * A hash over the method, the URL with its query, every field of the form but the contents of
 * files, and every header of -H, all filled in for one file. A secret counts by the name of its key
 * and not by its value, and so does a credential in the options: a new token makes no
 * new destination, and the hash tells nothing about it. Of a URL from a list (--urls), which is
 * signed anew for each run, all but its query counts, and of the form that goes with it the field
 * `key`. docs/journal.md has examples. */
#ifndef SHOAL_CORE_IDENTITY_H
#define SHOAL_CORE_IDENTITY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "core/config.h"
#include "io/digest.h"
#include "text/template.h"

/* Bytes of a hash. */
#define IDENTITY_SIZE DIGEST_SHA256_SIZE

/* Makes hashes, one at a time. */
struct identity {
    const struct config *config; /* the caller's */
    struct buf text;             /* scratch: what is hashed */
    struct buf value;            /* scratch: one filled-in text */
};

/* Prepares `identity`, the caller's; `config` must outlive it. */
void identity_init(struct identity *identity, const struct config *config);

/* Frees the scratch memory. */
void identity_free(struct identity *identity);

/* Writes the hash of the request for `file` to `hash`, which has IDENTITY_SIZE bytes. False: a
 * value cannot be filled in, which shows when the request is made, too; or out of memory. */
MUST_USE bool identity_of_request(
    struct identity *identity, const struct template_file *file, unsigned char *hash);

/* As identity_of_request(), but with one and the same text for each of {size}, {mtime} and the
 * digests: where the file is sent, whatever its content is. Can be called before the file is read.
 * `path` is {path}, `file` is {file}. */
MUST_USE bool identity_of_destination(
    struct identity *identity, const char *path, const char *file, unsigned char *hash);

#endif
