/* Events: what happened, counted and told to the caller. Secrets are replaced here, once for every
 * sink; escaping is the sink's. */
#ifndef SHOAL_CORE_EVENT_H
#define SHOAL_CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "core/plan.h"
#include "shoal.h"

struct events {
    shoal_event_fn *on_event;
    void *context;
    const struct clock *clock;
    const struct config *config;
    struct shoal_totals totals;
    int64_t start_us;
    uint64_t bad_failures; /* failed and not temporary */
    struct buf text;       /* for redaction */
    struct buf origin;     /* the same, where an event has two texts */
    struct buf response;
};

/* What became of a file. */
struct event_file {
    const struct entry *entry;
    enum shoal_verdict verdict;
    bool temporary;
    bool run_ended; /* never attempted, because the run ended before */
    long status;
    unsigned attempts;
    int64_t bytes;              /* -1: never known */
    int64_t first_us;           /* its first attempt, by the clock; 0: none */
    const char *error;          /* NULL: none */
    const struct buf *response; /* NULL: none */
    bool response_cut;
};

/* Makes a teller of events for one run, whose start is now. What it is given must outlive it. */
void events_init(struct events *events, const struct config *config, const struct clock *clock,
    shoal_event_fn *on_event, void *context);
/* Frees the buffers. */
void events_free(struct events *events);

/* Tells the start. `jobs`: as the option says, 0 for `auto`. */
void events_start(struct events *events, unsigned jobs);
/* Counts a file as found. */
void events_found(struct events *events, const struct entry *entry);
/* Counts a file's verdict and tells it. */
void events_file(struct events *events, const struct event_file *file);
/* Counts a problem and tells it: `text` is a sentence, `path` what it is about, or NULL. */
void events_problem(struct events *events, const char *path, const char *text);
/* Tells what a person should know: `text` is a sentence. */
void events_notice(struct events *events, const char *text);
/* Tells that an origin lets nothing start for a while. `origin` and `error` may contain secrets. */
void events_pause(struct events *events, const struct shoal_pause *pause);
/* Dry run: counts the file as planned and tells its finished plan. */
void events_plan(struct events *events, const struct entry *entry, const struct plan *plan);
/* Tells how far the run is. All of `progress` but its totals is the caller's. */
void events_progress(struct events *events, const struct shoal_progress *progress);
/* Tells the end. Returns the exit status, as shoal_session_run() does. `signal`: what interrupted
 * the run; 0: nothing. */
int events_end(struct events *events, int signal);

#endif
