/* What a plan holds, with secrets replaced, for the events of a dry run. */
#ifndef SHOAL_CORE_PLAN_VIEW_H
#define SHOAL_CORE_PLAN_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "core/config.h"
#include "core/plan.h"
#include "shoal.h"

/* A view of a plan. All texts are in one buffer, into which the rest points once it is full. */
struct plan_view {
    struct buf texts;           /* every text, each with a NUL */
    struct shoal_field *fields; /* the form's; owned */
    const char **headers;       /* "Name: value" lines that are sent; ends with NULL; owned */
    size_t field_count;         /* of `fields` */
    size_t header_count;        /* of `headers` */
};

/* Builds the view of a finished plan. False: out of memory. The caller frees it, also on failure.
 */
MUST_USE bool plan_view_build(
    struct plan_view *view, const struct config *config, const struct plan *plan);

/* Frees what the view holds. */
void plan_view_free(struct plan_view *view);

#endif
