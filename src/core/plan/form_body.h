/* The body of a form: its fields, with the files' contents between them. */
#ifndef SHOAL_CORE_PLAN_FORM_BODY_H
#define SHOAL_CORE_PLAN_FORM_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "core/config.h"
#include "io/body.h"
#include "io/http.h"
#include "io/reader.h"
#include "text/multipart.h"

#define FORM_PATH_MOST  ((size_t)1024 * 1024)      /* bytes of one path */
#define FORM_TEXTS_MOST ((size_t)16 * 1024 * 1024) /* bytes of all that is not a file's content */
#define FORM_BODY_MOST  ((size_t)64 * 1024 * 1024) /* bytes of a whole body in memory */

/* One field of the form. The caller sets `file` and `path`, form_body_fill() the rest. */
struct form_part {
    struct reader_file *file; /* the file whose content it carries; NULL: it carries a text */
    struct buf path;          /* the path of that file, from the option's template */
    bool present;             /* false: left out, an optional file that does not exist */
    size_t value;             /* of a text: offset of its value in `texts` */
    size_t value_length;      /* of a text: bytes of its value */
    bool has_file_name;       /* a file name is sent */
    size_t file_name;         /* offset of the file name in `texts`; it ends with a NUL */
    bool has_type;            /* a media type is sent */
    size_t type;              /* offset of the media type in `texts`; it ends with a NUL */
    size_t content_at;        /* offset in `frame` at which a file's content is inserted */
};

/* A form, reused from file to file. */
struct form_body {
    const struct config *config;                  /* the caller's; its fields are the parts */
    struct form_part *parts;                      /* one for each field of `config` */
    char boundary[MULTIPART_BOUNDARY_LENGTH + 1]; /* the caller sets it before form_body_fill() */
    const struct url_list_entry *listed; /* fields before the others; the caller's; NULL: none */
    struct buf texts;                    /* values and file names, with a NUL after each */
    struct buf frame;                    /* the body without the files' contents */
    struct buf joined; /* the body where it could not be laid around one content */
};

/* Makes an empty form; `config` must outlive it. False: out of memory; free it all the same. */
MUST_USE bool form_body_init(struct form_body *form, const struct config *config);

/* Frees what the form allocated. */
void form_body_free(struct form_body *form);

/* Fills in every field for the file that `file` describes and writes `frame`. The files of the
 * parts have been opened. False with `error`: a value cannot be filled in, or out of memory. */
MUST_USE bool form_body_fill(
    struct form_body *form, const struct template_file *file, struct error *error);

/* Sets `data` and `length` of `request` to the body, where all contents are in `job->content`. The
 * body is in that buffer or in the form, until the next call. Adapts `job->headroom` so that the
 * next body needs no copy. False with `error`: out of memory. */
MUST_USE bool form_body_whole(struct form_body *form, struct reader_job *job,
    struct http_request *request, struct error *error);

/* The most pieces that form_body_pieces() sets. */
size_t form_body_pieces_most(const struct form_body *form);

/* Sets `pieces` to the body: memory of the form and files that are open. Returns their number. */
size_t form_body_pieces(const struct form_body *form, struct body_piece *pieces);

#endif
