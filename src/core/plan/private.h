/* What a plan consists of. */
#ifndef SHOAL_CORE_PLAN_PRIVATE_H
#define SHOAL_CORE_PLAN_PRIVATE_H

#include "core/plan.h"
#include "core/plan/form_body.h"

/* Most lines that plan_sign() adds. */
#define PLAN_SIGNING_LINES 4

/* A plan: see core/plan.h. */
struct plan {
    const struct config *config;        /* the caller's */
    const struct random_source *random; /* the caller's */
    struct reader_job job;              /* its `content` is reused from file to file */
    struct http_request request;        /* points into the buffers below */
    struct reader_file *files; /* [0]: the file that was found; then one per field with a file */
    struct form_body form;     /* empty where the body is the file itself (-T) */
    struct body *body;         /* the streamed body of `request`; NULL: none */
    const struct url_list_entry *listed; /* what --urls has for the file; NULL: no such option */
    struct buf file_path;                /* {file} */
    struct buf url;                      /* of `request` */
    bool is_redirected;                  /* `url` is where a redirect led */
    struct buf own_url;                  /* with `is_redirected`: the URL of the file's own */
    struct buf header_lines;             /* the header lines, with a NUL after each */
    size_t *header_starts;               /* offset of each line in `header_lines` */
    size_t header_count;                 /* lines in `header_lines` */
    size_t given_count;                  /* the first of them: those of --urls and -H */
    struct buf signing_lines;            /* header lines of the signature, with a NUL after each */
    const char **headers;                /* of `request`: pointers to the lines, ends with NULL */
};

/* --- headers.c --- */

/* Allocates what the header lines need. False: out of memory. */
MUST_USE bool plan_init_headers(struct plan *plan);

/* Frees the header lines. */
void plan_free_headers(struct plan *plan);

/* Fills in the header lines and sets those of `request`. Needs `listed` and the boundary of `form`.
 * False with `error`: a value cannot be filled in, or out of memory. */
MUST_USE bool plan_fill_headers(
    struct plan *plan, const struct template_file *file, struct error *error);

#endif
