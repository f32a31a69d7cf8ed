/* The report of one run, or of several that belong together, as one HTML page that needs nothing
 * else. */
#ifndef SHOAL_SINK_REPORT_H
#define SHOAL_SINK_REPORT_H

#include <shoal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"
#include "sink/writer.h"

/* The sink of a report. */
struct report;

/* Returns a sink. `again`: the command that sends the failed files again (copied). The caller frees
 * it with report_free(). NULL: out of memory. */
MUST_USE struct report *report_new(const char *again);

/* Frees the sink. NULL does nothing. */
void report_free(struct report *report);

/* Takes an event. Each START begins a run, at `wall_seconds` since 1970; for other events that is
 * not used. Runs are added up, each at its own time. */
void report_event(struct report *report, const struct shoal_event *event, int64_t wall_seconds);

/* Adds a sentence for the top of the page, such as that a run is missing. */
void report_warn(struct report *report, const char *sentence);

/* Writes the page. False: out of memory, or the writer failed. */
MUST_USE bool report_write(struct report *report, const struct writer *writer);

#endif
