/* Reads a file of events, as --json=FILE writes it (docs/events.md). */
#ifndef SHOAL_CORE_EVENT_FILE_H
#define SHOAL_CORE_EVENT_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"

/* What a line tells. */
enum event_file_kind {
    EVENT_FILE_FILE,  /* what became of a file */
    EVENT_FILE_END,   /* the run reached its end */
    EVENT_FILE_OTHER, /* anything else */
};

/* One line. */
struct event_file_line {
    enum event_file_kind kind;
    const char *path;    /* EVENT_FILE_FILE: {path}; valid during the callback */
    bool done;           /* EVENT_FILE_FILE: sent, exists or skipped */
    bool maybe_accepted; /* EVENT_FILE_FILE: unknown, or failed and perhaps accepted */
};

/* Calls `each` for every line, until it returns false. A last line without a newline, which a run
 * that was killed may leave, is ignored. False with `error`, which names `path` and the line: it
 * cannot be read, a line is not an event, or `each` returned false, having set `error`. */
MUST_USE bool event_file_read(const char *path,
    bool (*each)(void *context, const struct event_file_line *line, struct error *error),
    void *context, struct error *error);

#endif
