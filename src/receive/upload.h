/* The content of one request: a form or a raw body, pushed in as it arrives. Computes digests,
 * writes files to the store if there is one, and renames them at the end. Knows nothing of
 * connections. */
#ifndef SHOAL_RECEIVE_UPLOAD_H
#define SHOAL_RECEIVE_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"
#include "io/digest.h"
#include "receive/store.h"

/* Most parts of one form. */
#define UPLOAD_PARTS_MAX 10000

/* Longest text value that is kept, in bytes; of a longer one, only size and digest are known. */
#define UPLOAD_VALUE_MAX ((size_t)64 * 1024)

/* Most bytes of names and values kept of one form. A value beyond it is not kept; names beyond it
 * are an error. */
#define UPLOAD_KEPT_MAX ((size_t)4 * 1024 * 1024)

/* One part of a form, or a raw body. Texts are owned by the upload. */
struct upload_part {
    char *name;      /* the field's; NULL: a raw body */
    char *file_name; /* the part's `filename`; NULL: none */
    char *type;      /* the part's Content-Type; NULL: none */
    bool is_file;    /* it has a file name or is a raw body; otherwise a text field */
    bool value_kept; /* it is a text field, and `value` is set when the part ends */
    char *value;     /* `size` bytes, may contain NULs, and a NUL after them; NULL: not kept */
    uint64_t size;   /* bytes of content */
    char *path;      /* stored under this path below the store; NULL: not stored */
    char sha256[65]; /* of the content, lower-case hexadecimal, set when the part ends */
    struct store_file file; /* the temporary until the upload is finished */
};

/* What a request's head says about its content. Read by upload_new() only, except `store`. */
struct upload_setup {
    struct store *store;      /* outlives the upload; NULL: files are not stored */
    const char *content_type; /* the header's value; NULL: none. multipart/form-data is read as a
                                 form, anything else as a raw body */
    const char *url_path;     /* percent-encoded, with a leading '/'; names a raw body's file */
};

/* The content of one request. */
struct upload;

/* Starts reading. The caller frees the result with upload_free(). NULL with `error`: ERROR_DATA if
 * the request is wrong; ERROR_SYSTEM or ERROR_MEMORY if the receiver failed. */
MUST_USE struct upload *upload_new(const struct upload_setup *setup, struct error *error);

/* Reads the next bytes of the body. False with `error`, as upload_new(); afterwards, only
 * upload_free() may be called. */
MUST_USE bool upload_push(
    struct upload *upload, const char *data, size_t length, struct error *error);

/* Ends the body: checks that it is complete and sets the path of each file. A raw body is stored
 * under the URL's path. A form's only file is stored under the text field `path`; several files are
 * stored in the directory of `path`, each under the last name of its file name. Without a field
 * `path`, files are stored in the store itself under that name. False with `error`, as
 * upload_new(); afterwards, only upload_free() may be called. */
MUST_USE bool upload_finish(struct upload *upload, struct error *error);

/* Frees the upload and removes temporaries. NULL does nothing. */
void upload_free(struct upload *upload);

/* Returns the parts in their order and sets `*count`. They belong to the upload. */
const struct upload_part *upload_parts(const struct upload *upload, size_t *count);

#endif
