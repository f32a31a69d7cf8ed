/* Events read back from the JSON lines of `shoal send --json` (docs/events.md). */
#ifndef SHOAL_CORE_EVENT_LINE_H
#define SHOAL_CORE_EVENT_LINE_H

#include <jansson.h>
#include <shoal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"

/* The most headers of a FILE that are read back. */
#define EVENT_LINE_HEADERS 16

/* One line. */
struct event_line {
    struct shoal_event event;   /* its texts belong to `json` and `path` */
    struct shoal_totals totals; /* of an END */
    const char *paths[1];       /* of a START: an empty list */
    int64_t wall_seconds;       /* of a START: when the run began, since 1970; else 0 */
    const char *shard;          /* of a START: "3/16"; NULL: the run had all files */
    struct shoal_value headers[EVENT_LINE_HEADERS]; /* of a FILE */
    bool known;      /* false: an event that is not read back, or of a later version */
    struct buf path; /* of a FILE or an ATTEMPT that is not valid UTF-8 */
    json_t *json;    /* owned */
};

/* Reads a line (without its end), to be freed with event_line_free(). Read back are START, FILE,
 * ATTEMPT, PAUSE, LIMIT and END, without the forms of a dry run. False with `error`: it is not an
 * event, or a FILE without its path and verdict. */
MUST_USE bool event_line_read(
    struct event_line *line, const char *text, size_t length, struct error *error);

/* Frees what was read. */
void event_line_free(struct event_line *line);

#endif
