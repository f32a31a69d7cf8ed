/* The result of a run as JUnit XML: one test case per file, as CI services read it. */
#ifndef SHOAL_SINK_JUNIT_H
#define SHOAL_SINK_JUNIT_H

#include <shoal.h>
#include <stdbool.h>

#include "base/must_use.h"
#include "sink/writer.h"

/* The sink of one run. */
struct junit;

/* Returns a sink; the caller frees it with junit_free(). NULL: out of memory. */
MUST_USE struct junit *junit_new(void);

/* Frees the sink. NULL does nothing. */
void junit_free(struct junit *junit);

/* Takes every event of the run. */
void junit_event(struct junit *junit, const struct shoal_event *event);

/* Writes the file: a test suite with a case for each file, of which those that failed or are
 * unknown are failures with their cause, and those that were never attempted are skipped. False:
 * out of memory, or the writer failed. */
MUST_USE bool junit_write(struct junit *junit, const struct writer *writer);

#endif
