/* The scheduler: sole owner of every file's state, from the walk to the verdict.
 *
 *     walk -> queued -> loading -> ready -> in flight -> verdict
 *               ^                              |
 *               +-------- waiting <------------+
 *
 * It runs in one thread and never blocks: sched_step() does what can be done now, then the caller
 * polls the transport, which reports the ends of attempts to the scheduler. Clock, random numbers,
 * files, disk and network are function tables, so a simulation can replace them all. */
#ifndef SHOAL_CORE_SCHED_H
#define SHOAL_CORE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/must_use.h"
#include "base/random.h"
#include "core/config.h"
#include "core/event.h"
#include "core/selection.h"
#include "io/http.h"
#include "io/journal.h"
#include "io/reader.h"
#include "io/source.h"

/* What a scheduler works with. All of it belongs to the caller and must outlive the scheduler. */
struct sched_parts {
    const struct config *config;        /* the options */
    const struct clock *clock;          /* the time */
    const struct random_source *random; /* for boundaries and backoff */
    struct source *source;              /* the walk */
    struct reader *reader;              /* the disk */
    struct http *http;           /* the network; its `ended` and `owner` become the scheduler's */
    struct events *events;       /* where verdicts are reported */
    struct journal *journal;     /* what earlier runs did; NULL: none */
    struct selection *selection; /* which files are this run's; NULL: all */
    unsigned jobs_most;          /* the most files in flight, whatever the options say */
    unsigned ahead_most;         /* the most files that are loaded ahead of those in flight */
};

/* As many files are loaded ahead as are in flight, but at least and at most these numbers. */
#define SCHED_AHEAD_LEAST 16
#define SCHED_AHEAD_MOST  64 /* see SCHED_AHEAD_LEAST */

/* The state of one run. */
struct sched;

/* Makes a scheduler from `parts` (copied). NULL with `error`: out of memory. */
MUST_USE struct sched *sched_new(const struct sched_parts *parts, struct error *error);

/* Frees the scheduler; NULL does nothing. The reader must have been stopped before. */
void sched_free(struct sched *sched);

/* Does everything that can be done now. Returns how long the transport may wait, in microseconds,
 * if nothing else happens. */
int64_t sched_step(struct sched *sched);

/* Is the run over: the walk ended, every file finished, and no job with the reader? A run that ends
 * early does not wait for the reader: its disk may not respond. */
bool sched_done(const struct sched *sched);

/* What a run that is over means for its exit status, beside the verdicts. */
enum events_ending sched_ending(const struct sched *sched);

/* Begins to end the run: nothing new starts, and what is in flight may finish within --grace. Files
 * that were never attempted fail with `reason` (copied), a sentence. Does nothing where the run is
 * already ending. */
void sched_drain(struct sched *sched, const char *reason);

/* The same, because the user wants it, who is told so. */
void sched_interrupt(struct sched *sched);

/* Cancels what is in flight. Only after sched_drain(). */
void sched_stop(struct sched *sched);

/* After the run: reports what only all files together show. */
void sched_report(struct sched *sched);

/* Files in flight. */
uint64_t sched_in_flight(const struct sched *sched);

/* Fills in all of `progress` but its totals. Its texts are valid until the next step. */
void sched_describe_progress(const struct sched *sched, struct shoal_progress *progress);

#endif
