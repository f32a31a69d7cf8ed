/* Events as JSON, one object a line. The names are a contract: docs/events.md. */
#ifndef SHOAL_SINK_JSONL_H
#define SHOAL_SINK_JSONL_H

#include <shoal.h>

#include "base/clock.h"
#include "sink/writer.h"

struct jsonl;

/* `clock` tells the start's date and must outlive the sink. NULL: no memory. */
struct jsonl *jsonl_new(struct writer writer, const struct clock *clock);
void jsonl_free(struct jsonl *jsonl);

/* Writes the event's line; PROGRESS has none. False: no memory for it, or the writer failed. */
bool jsonl_event(struct jsonl *jsonl, const struct shoal_event *event);

#endif
