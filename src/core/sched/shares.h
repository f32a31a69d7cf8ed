/* How the origins of a run share what the run has: files in flight (-j), and slots, which are
 * memory and descriptors.
 *
 * Origins take turns. One that responds gets what it can use, at least its equal part. One in doubt
 * gets a few, and all of these together at most half, so that any number of servers that are down
 * leaves room for the others. One that pauses gets nothing, and the slots of its ready files are
 * taken back when others need them. A run with a single origin has none of these limits.
 *
 * Whatever changes in an origin is noted, and the origin is reviewed in the next step:
 * shares_review() is the only function that looks at it, so the cost does not grow with the number
 * of origins. */
#ifndef SHOAL_CORE_SCHED_SHARES_H
#define SHOAL_CORE_SCHED_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/must_use.h"
#include "core/sched.h"
#include "core/sched/origin.h"

/* Files in flight, and slots, of an origin in doubt. */
#define SHARES_OF_DOUBTFUL 2

/* Origins in doubt take turns among themselves, the others too. */
#define SHARES_QUEUES 2

struct shares {
    bool several;     /* the run may have several origins */
    size_t jobs_most; /* the most files in flight */
    size_t slots;     /* all slots */

    struct list changed;                 /* origins to be reviewed */
    struct list loading[SHARES_QUEUES];  /* origins that may load a file; those in doubt first */
    struct list starting[SHARES_QUEUES]; /* origins that may start a transfer; the same */
    struct list connecting;              /* origins that wait for their first connection */
    struct list blocked;                 /* origins that let nothing start */
    struct heap timers;                  /* origins by when they are reviewed in any case */

    /* Sums over all origins, as they were last reviewed. */
    size_t working;            /* origins that are ORIGIN_WORKING */
    size_t limit;              /* limits of the origins with files */
    size_t demand;             /* what the working origins can use */
    size_t in_flight;          /* files in flight */
    size_t in_flight_idle;     /* files in flight of origins that are not ORIGIN_WORKING */
    size_t doubtful_in_flight; /* files in flight of origins in doubt, as far as allowed */
    size_t doubtful_slots;     /* slots of origins in doubt, as far as allowed */
};

/* Prepares `shares`, the caller's. */
void shares_init(struct shares *shares, bool several, size_t jobs_most, size_t slots);

/* Frees what it allocated; no origin is freed. */
void shares_free(struct shares *shares);

/* Makes room for `count` origins, without which none may be noted. False: out of memory. */
MUST_USE bool shares_reserve(struct shares *shares, size_t count);

/* Something changed in `origin`: it is reviewed in the next step. */
void shares_note_change(struct shares *shares, struct origin *origin);

/* Removes `origin`, which has no files, from everything. */
void shares_forget(struct shares *shares, struct origin *origin);

/* The next origin to review, or NULL: one that changed, or whose time has come. */
struct origin *shares_next_to_review(struct shares *shares, int64_t now_us);

/* Looks at `origin` and decides what it may do. */
void shares_review(struct shares *shares, struct origin *origin, int64_t now_us);

/* The origin whose turn it is to load a file, or NULL. The caller takes its first queued file and
 * calls shares_pass_loading(). */
struct origin *shares_next_to_load(struct shares *shares);

/* `origin` has had its turn. */
void shares_pass_loading(struct shares *shares, struct origin *origin, int64_t now_us);

/* An origin that lets nothing start and has ready files, or NULL. */
struct origin *shares_next_to_unload(struct shares *shares);

/* The origin whose turn it is to start a transfer, or NULL. The caller takes one of its ready files
 * and calls shares_pass_starting(), or calls shares_wait(). */
struct origin *shares_next_to_start(struct shares *shares, int64_t now_us);

/* `origin` has had its turn. */
void shares_pass_starting(struct shares *shares, struct origin *origin, int64_t now_us);

/* Notes the change in every origin that has a connection now and had none before. */
void shares_note_connections(struct shares *shares);

/* Nothing of `origin` may start before `until_us`, because of --limit-rate. */
void shares_wait(struct shares *shares, struct origin *origin, int64_t until_us);

/* Does an origin wait for its turn to start a transfer? */
bool shares_waiting(const struct shares *shares);

/* When the next origin is reviewed: `now_us` for at once, CLOCK_NEVER for not by the passing of
 * time alone. */
int64_t shares_next_us(const struct shares *shares, int64_t now_us);

/* How many files may be in flight to all origins together, at least 1. */
size_t shares_limit(const struct shares *shares);

/* How many slots all origins together can use. */
size_t shares_slots_wanted(const struct shares *shares);

#endif
