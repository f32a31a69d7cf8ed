/* The line of progress at a terminal: one line that is drawn over itself. */
#ifndef SHOAL_SINK_PROGRESS_H
#define SHOAL_SINK_PROGRESS_H

#include <shoal.h>

#include "sink/writer.h"

#define PROGRESS_EVERY_US INT64_C(100000) /* it is drawn at most so often */

struct progress;

/* `width(context)` gives the terminal's columns now, 0 where it does not say. NULL: no memory. */
struct progress *progress_new(
    struct writer writer, unsigned (*width)(void *context), void *context);
void progress_free(struct progress *progress);

/* Draws at a PROGRESS, takes the line away at the END. */
void progress_event(struct progress *progress, const struct shoal_event *event);

/* Takes the line away, so that another one can be written; the next PROGRESS draws it again. */
void progress_hide(struct progress *progress);

#endif
