/* The body of a plan: its form's fields laid around the files' contents. */
#ifndef SHOAL_CORE_REQUEST_FORM_BODY_H
#define SHOAL_CORE_REQUEST_FORM_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/plan.h"

/* Fills in the fields and writes what stands around the contents into `plan->frame`. */
bool form_body_fill(struct plan *plan, const struct template_file *file, struct error *error);

/* Sets the request's `data` and `length`, where the contents are in the job's buffer. */
bool form_body_whole(struct plan *plan, struct error *error);

/* Sets the request's `read` and `length`, where the files are open. */
bool form_body_stream(struct plan *plan, struct reader *reader, size_t chunk, struct error *error);

#endif
