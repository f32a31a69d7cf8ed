/* The body of a plan: its form's fields laid around the files' contents. */
#ifndef SHOAL_CORE_FRAME_H
#define SHOAL_CORE_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "core/plan.h"

/* Fills in the fields and writes what stands around the contents into `plan->frame`. */
bool frame_texts(struct plan *plan, const struct template_file *file, struct error *error);

/* Sets the request's `data` and `length`, where the contents are in the job's buffer. */
bool frame_whole(struct plan *plan, struct error *error);

/* Sets the request's `read` and `length`, where the files are open. */
bool frame_stream(struct plan *plan, struct reader *reader, size_t chunk, struct error *error);

#endif
