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

void events_init(struct events *events, const struct config *config, const struct clock *clock,
    shoal_event_fn *on_event, void *context);
void events_free(struct events *events);

void events_start(struct events *events, unsigned jobs);
/* Counts a file as found. */
void events_found(struct events *events, const struct entry *entry);
void events_file(struct events *events, const struct event_file *file);
/* `path` may be NULL. */
void events_problem(struct events *events, const char *path, const char *text);
void events_notice(struct events *events, const char *text);
/* Dry run. The plan is finished, or was begun only (then `error` says why it can't be). */
void events_plan(struct events *events, const struct entry *entry, const struct plan *plan);
void events_progress(struct events *events, uint64_t in_flight, int64_t bytes_moved);
/* Gives the exit status, as shoal_session_run() does. `signal` 0: not interrupted. */
int events_end(struct events *events, int signal);

#endif
