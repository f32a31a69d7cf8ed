/* What a dry run shows of a file. */
#ifndef SHOAL_SINK_PLAN_TEXT_H
#define SHOAL_SINK_PLAN_TEXT_H

#include <shoal.h>
#include <stdbool.h>

#include "base/buf.h"

/* Adds the request in one line without its newline: "PUT a.js -> http://h/a.js", and the fields of
 * a form. With `details`, each header and each field has a line of its own after it. */
void plan_text_add(struct buf *out, const struct shoal_plan *plan, bool details);

/* Adds "left out js/app.js: --exclude '*.js'". */
void plan_text_add_left_out(struct buf *out, const struct shoal_left_out *left_out);

#endif
