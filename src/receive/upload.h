/* The content of one request: a form's parts or a raw body, pushed in as they come, digested and,
 * if there is a store, written; at the end every file gets its name. Knows nothing of connections.
 */
#ifndef SHOAL_RECEIVE_UPLOAD_H
#define SHOAL_RECEIVE_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/digest.h"
#include "receive/store.h"

/* Most parts in one form. */
#define UPLOAD_PARTS_MAX 10000

/* Longest value of a text field that is kept, and most bytes of names and values kept of one form:
 * of a longer value, or beyond, only size and digest are known. Names beyond it are refused. */
#define UPLOAD_VALUE_MAX ((size_t)64 * 1024)
#define UPLOAD_KEPT_MAX  ((size_t)4 * 1024 * 1024)

struct upload_part {
    char *name;      /* the field's; NULL: the body is the file (raw) */
    char *file_name; /* NULL: none */
    char *type;      /* its Content-Type; NULL: none */
    bool is_file;    /* it has a file name, or is a raw body */
    bool value_kept; /* a text field whose value is known */
    char *value;     /* `size` bytes, may hold NULs */
    uint64_t size;   /* bytes of content */
    char *place;     /* where it was stored below the folder; NULL: not stored */
    char sha256[65]; /* hexadecimal */
    struct store_file file;
};

struct upload_setup {
    struct store *store; /* NULL: files are digested and not stored */
    const char
        *content_type;    /* of the request; NULL: none. multipart/form-data is read as a form */
    const char *url_path; /* as it came; names the file of a raw body */
};

struct upload;

/* NULL with `error`: ERROR_DATA where the client is wrong, ERROR_SYSTEM where nothing can be
 * written. */
struct upload *upload_new(const struct upload_setup *setup, struct error *error);

/* Takes the next bytes. False with `error` as above; then only upload_free() may follow. */
bool upload_push(struct upload *upload, const char *data, size_t length, struct error *error);

/* The body is over: checks it and gives every file its name. The first file part is named by the
 * text field `path`; of several each keeps its own file name, in the folder of `path`. Without
 * `path` a part has the last name of its file name, a raw body the URL's path. False with `error`
 * as above. */
bool upload_finish(struct upload *upload, struct error *error);

/* Frees it and removes what was written and has no name yet. */
void upload_free(struct upload *upload);

/* The parts, in order. */
const struct upload_part *upload_parts(const struct upload *upload, size_t *count);

#endif
