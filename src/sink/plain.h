/* Progress as lines with a time, for logs: the first when the run starts, then one now and then. */
#ifndef SHOAL_SINK_PLAIN_H
#define SHOAL_SINK_PLAIN_H

#include <shoal.h>

#include "base/clock.h"
#include "base/must_use.h"
#include "sink/writer.h"

/* The sink of one run. */
struct plain;

/* Returns a sink that writes to `writer` and takes the time of each line from `clock`, the
 * caller's. The caller frees it with plain_free(). NULL: out of memory. */
MUST_USE struct plain *plain_new(struct writer writer, const struct clock *clock);

/* Frees the sink. NULL does nothing. */
void plain_free(struct plain *plain);

/* Writes a line for a PROGRESS event now. */
void plain_report(struct plain *plain, const struct shoal_event *event);

/* Writes the line of an event, if one is due: for START; and for PROGRESS every 10 seconds in the
 * first minute, then every 30. A line for which memory is lacking is left out. */
void plain_event(struct plain *plain, const struct shoal_event *event);

#endif
