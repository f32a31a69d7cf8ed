/* Events as JSON lines: one object per line. docs/events.md documents the keys, which are a
 * contract with users. */
#ifndef SHOAL_SINK_JSONL_H
#define SHOAL_SINK_JSONL_H

#include <shoal.h>

#include "base/clock.h"
#include "base/must_use.h"
#include "sink/writer.h"

/* The sink of one run. */
struct jsonl;

/* Returns a sink that writes to `writer`. `clock` tells the date of the start and must outlive the
 * sink. The caller frees it with jsonl_free(). NULL: out of memory. */
MUST_USE struct jsonl *jsonl_new(struct writer writer, const struct clock *clock);

/* Frees the sink. NULL does nothing. */
void jsonl_free(struct jsonl *jsonl);

/* Writes the event's line; PROGRESS has none. False: out of memory, or the writer failed. */
MUST_USE bool jsonl_event(struct jsonl *jsonl, const struct shoal_event *event);

#endif
