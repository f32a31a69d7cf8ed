/* What is shown of a response: its body and some of its headers, with secrets replaced. */
#ifndef SHOAL_CORE_RESPONSE_VIEW_H
#define SHOAL_CORE_RESPONSE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "core/config.h"
#include "io/http.h"
#include "shoal.h"

/* A view, which is used again for one response after the other. */
struct response_view {
    const struct config *config; /* the caller's */
    struct secrets *secrets;     /* those of the file; the caller's */
    struct buf body;             /* the body, with its secrets replaced */
    struct buf texts;            /* names and values, each with a NUL */
    struct shoal_value *values;  /* headers, then what is captured; into `texts`; owned */
    size_t value_count;          /* of `values` */
};

/* Initializes an empty view; `config` must outlive it. Allocates nothing. */
void response_view_init(struct response_view *view, const struct config *config);

/* Frees what the view allocated. */
void response_view_free(struct response_view *view);

/* Fills the view from the end of an attempt that got a response, with `secrets` replaced, and sets
 * the response, the headers and the captured values of `file` to it: they are valid until the next
 * call. Without memory, what is missing is left out. */
void response_view_show(struct response_view *view, const struct http_end *end,
    struct secrets *secrets, struct shoal_file *file);

#endif
