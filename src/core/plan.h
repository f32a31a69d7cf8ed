/* The plan: how a file that was found becomes a request. Configuration and entry in, request out.
 *
 * A plan is a slot's: its buffers are used again for one file after the other. The order is
 * plan_begin(), the reader does `plan->job`, plan_finish(), the transport does `plan->request`,
 * plan_reset(). */
#ifndef SHOAL_CORE_PLAN_H
#define SHOAL_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/random.h"
#include "core/config.h"
#include "io/body.h"
#include "io/http.h"
#include "io/reader.h"
#include "io/walk.h"
#include "text/multipart.h"

/* One form field, filled in. */
struct plan_field {
    size_t text;              /* where a text field's value begins in `texts` */
    size_t length;            /* its bytes */
    struct reader_file *file; /* of a file part, or NULL */
    struct buf path;          /* of a file part: the path to open */
    size_t file_name;         /* where its file name begins in `texts`, where `has_file_name` */
    bool has_file_name;
    size_t cut;   /* of a file part: its content goes before this byte of `frame` */
    bool present; /* false: an optional file that is not there */
};

struct plan {
    const struct config *config;
    const struct random_source *random;
    struct reader_job job;       /* for the reader */
    struct http_request request; /* for the transport */

    /* The rest is the plan's own. */
    struct reader_file *files; /* [0] is the file that was found; others as their fields stand */
    struct plan_field *fields; /* one for each of the configuration's */
    struct buf file_path;      /* {file} */
    struct buf url;
    struct buf user;
    struct buf texts;      /* header lines and field values, NUL behind each */
    struct buf frame;      /* what stands around the contents */
    struct buf joined;     /* the whole body, where it could not be laid around one content */
    size_t *header_starts; /* in `texts` */
    size_t header_count;
    const char **headers; /* for the request, NULL-terminated */
    struct body *body;    /* where it streams */
    char boundary[MULTIPART_BOUNDARY_LENGTH + 1];
};

/* NULL with `error`: no memory. Both pointers must outlive it. */
struct plan *plan_new(
    const struct config *config, const struct random_source *random, struct error *error);
void plan_free(struct plan *plan);

/* Makes `path` what {file} stands for. False: no memory. */
bool plan_file_path(const struct entry *entry, struct buf *path);

/* Prepares `plan->job` for `entry`: what to open, how much may be read whole (`whole_most` bytes).
 * False with `error` where a path can't be filled in. */
bool plan_begin(
    struct plan *plan, const struct entry *entry, size_t whole_most, struct error *error);

/* After the job: the sentence about the file that could not be read, or NULL where all were. */
const struct reader_file *plan_unreadable(const struct plan *plan);

/* Fills `plan->request`. A body that was not read whole streams through `reader`, `chunk` bytes at
 * a time. False with `error` where a value can't be filled in or there is no memory. */
bool plan_finish(struct plan *plan, const struct entry *entry, struct reader *reader, size_t chunk,
    struct error *error);

/* Closes and forgets what belongs to one attempt; the buffers stay. */
void plan_reset(struct plan *plan);

/* The size of the file that was found, bytes; known after the job. */
int64_t plan_file_size(const struct plan *plan);

/* Adds a sentence for what the reader found wrong with `file`. */
void plan_explain(const struct reader_file *file, struct buf *sentence);

#endif
