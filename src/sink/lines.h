/* Events as lines for people. All text from outside is escaped for a terminal. */
#ifndef SHOAL_SINK_LINES_H
#define SHOAL_SINK_LINES_H

#include <shoal.h>

#include "base/clock.h"
#include "base/must_use.h"
#include "sink/writer.h"

/* Which lines are written, and where. */
struct lines_options {
    struct writer data;        /* for -v lines and the plan of a dry run; usually standard output */
    struct writer messages;    /* for failures, problems, notices and the summary: standard error */
    bool verbose;              /* one line per file, with its response */
    bool quiet;                /* no notices, no summary */
    bool plans;                /* write the plan of a dry run */
    bool unicode;              /* the messages may contain UTF-8; otherwise all of ours is ASCII */
    const struct clock *clock; /* the caller's, for the times in the summary; NULL: it has none */
    const char *again; /* the command that sends the failed files again, which the summary names;
                          the caller's; NULL: none works */
    bool same_destination; /* both writers write to the same file or terminal: `verbose` writes one
                              line for a failure, not one to each */
};

/* The sink of one run. */
struct lines;

/* Returns a sink with `options` (copied). The caller frees it with lines_free(). NULL: out of
 * memory. */
MUST_USE struct lines *lines_new(const struct lines_options *options);

/* Frees the sink. NULL does nothing. */
void lines_free(struct lines *lines);

/* Writes the lines of an event. A line for which memory is lacking is replaced by one that says so.
 */
void lines_event(struct lines *lines, const struct shoal_event *event);

#endif
