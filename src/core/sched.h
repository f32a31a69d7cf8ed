/* The scheduler: sole owner of every file's state, from the walk to the verdict.
 *
 *     walk -> queued -> loading -> ready -> in flight -> verdict
 *               ^                              |
 *               +-------- waiting <------------+
 *
 * It runs in one thread and never blocks: sched_step() does what can be done now, the caller then
 * polls the transport, whose ends come back to the scheduler. Clock, random numbers, files, disk
 * and network are function tables: a simulation can own them all. */
#ifndef SHOAL_CORE_SCHED_H
#define SHOAL_CORE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/random.h"
#include "core/config.h"
#include "core/event.h"
#include "io/http.h"
#include "io/reader.h"
#include "io/source.h"

/* What a scheduler works with. All of it outlives the scheduler and is freed by the caller. */
struct sched_parts {
    const struct config *config;
    const struct clock *clock;
    const struct random_source *random;
    struct source *source;
    struct reader *reader;
    struct http *http;
    struct events *events;
    unsigned jobs_most;  /* files in flight at most, whatever the options say: descriptors */
    unsigned ahead_most; /* files loaded ahead of them */
};

#define SCHED_AHEAD_LEAST 16 /* so many files are worth loading ahead of the transfers: */
#define SCHED_AHEAD_MOST  64 /* as many as are in flight, but within these */

struct sched;

/* NULL with `error`: no memory. Takes the transport's `ended` and `owner`. */
struct sched *sched_new(const struct sched_parts *parts, struct error *error);

/* The reader must have ended (and so hold no job) before. */
void sched_free(struct sched *sched);

/* Does all that can be done now. Gives how long the transport may wait, in microseconds, if nothing
 * else happens. */
int64_t sched_step(struct sched *sched);

/* Has every file its verdict, and the walk its end? */
bool sched_done(const struct sched *sched);

/* Ends the run: nothing new begins, what is in flight may finish within the grace; files that were
 * never attempted fail with `reason`. The second call ends what is in flight, too. */
void sched_end_run(struct sched *sched, const char *reason);

/* For the progress line. */
uint64_t sched_in_flight(const struct sched *sched);
int64_t sched_bytes_moved(const struct sched *sched);

#endif
