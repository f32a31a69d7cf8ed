/* Progress on a terminal: a few lines at its bottom that are drawn over themselves. */
#ifndef SHOAL_SINK_PROGRESS_H
#define SHOAL_SINK_PROGRESS_H

#include <shoal.h>

#include "base/must_use.h"
#include "sink/writer.h"

/* Shortest time between two drawings, in microseconds. */
#define PROGRESS_EVERY_US INT64_C(100000)

/* The terminal. */
struct progress_options {
    struct writer writer;             /* draws */
    unsigned (*width)(void *context); /* its current number of columns; 0: unknown */
    void *context;                    /* for `width` */
    bool unicode;                     /* it shows UTF-8; otherwise all is ASCII */
    bool color;                       /* it shows colors (ECMA-48, SGR) */
};

/* The sink of one run. */
struct progress;

/* Returns a sink with `options` (copied). The caller frees it with progress_free(). NULL: out of
 * memory. */
MUST_USE struct progress *progress_new(const struct progress_options *options);

/* Frees the sink. NULL does nothing. */
void progress_free(struct progress *progress);

/* Takes every event of the run: draws at a PROGRESS, removes the lines at the END. */
void progress_event(struct progress *progress, const struct shoal_event *event);

/* Removes the lines, so that another one can be written; the next PROGRESS draws them again. */
void progress_hide(struct progress *progress);

/* Another program has written to the terminal since: the next drawing begins on a new line. */
void progress_forget(struct progress *progress);

#endif
