/* Reads a file of events, as --json=FILE writes it (docs/events.md). */
#ifndef SHOAL_CORE_EVENT_FILE_H
#define SHOAL_CORE_EVENT_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"
#include "core/event_line.h"

/* Takes one event, valid during the call. False with `error` ends the reading. */
typedef bool event_file_fn(void *context, const struct event_line *line, struct error *error);

/* Calls `each` for every line that is not empty, until it returns false. A last line without a
 * newline, which a run that was killed may leave, is ignored if it is not an event. False with
 * `error`, which names `path` and the line: the file cannot be read, a line is not an event, or
 * `each` returned false. */
MUST_USE bool event_file_read(
    const char *path, event_file_fn *each, void *context, struct error *error);

#endif
