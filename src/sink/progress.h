/* The progress line: one line of a terminal that is drawn over itself. */
#ifndef SHOAL_SINK_PROGRESS_H
#define SHOAL_SINK_PROGRESS_H

#include <shoal.h>

#include "base/must_use.h"
#include "sink/writer.h"

/* Shortest time between two drawings, in microseconds. */
#define PROGRESS_EVERY_US INT64_C(100000)

/* The sink of one run. */
struct progress;

/* Returns a sink that draws by `writer`. `width(context)` returns the terminal's current number of
 * columns, 0 if it is unknown. The caller frees the sink with progress_free(). NULL: out of memory.
 */
MUST_USE struct progress *progress_new(
    struct writer writer, unsigned (*width)(void *context), void *context);

/* Frees the sink. NULL does nothing. */
void progress_free(struct progress *progress);

/* Draws the line at a PROGRESS, removes it at the END. */
void progress_event(struct progress *progress, const struct shoal_event *event);

/* Removes the line, so that another one can be written; the next PROGRESS draws it again. */
void progress_hide(struct progress *progress);

#endif
