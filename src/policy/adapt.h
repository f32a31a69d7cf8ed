/* How many files may be in flight: the controller of `-j auto`. Pure: starts, ends and the time are
 * arguments, and nothing is allocated. docs/concurrency.md says how it decides and compares it.
 *
 * The caller's part:
 *     start a file   if adapt_next_start_us() <= now, and then adapt_note_start()
 *     bytes move     adapt_note_moved(), for streamed bodies
 *     it ends        adapt_note_end()
 *
 * Moments are microseconds by one clock of the caller's that never goes back. */
#ifndef SHOAL_POLICY_ADAPT_H
#define SHOAL_POLICY_ADAPT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/adapt/private.h"
#include "policy/outcome.h"

/* The highest limit of `-j auto`. */
#define ADAPT_MOST 256

/* What the user asked for. */
struct adapt_config {
    unsigned fixed; /* -j N: the limit, lowered only while the server rejects; 0: -j auto */
    unsigned most;  /* the highest limit, by the descriptors available; 0: ADAPT_MOST */
};

/* What is kept for one attempt from its start to its end: the caller's to store, adapt.c's to fill
 * and read. */
struct adapt_attempt {
    int64_t started_us; /* when it started */
    unsigned in_flight; /* attempts in flight after its start, itself included */
    uint64_t number;    /* of the start, from 1 */
    bool streamed;      /* its body is sent in pieces */
};

/* Sets up `adapt`, the caller's, with nothing in flight. */
void adapt_init(struct adapt *adapt, const struct adapt_config *config, int64_t now_us);

/* Returns how many files may be in flight now, 1 or more: also how many to read ahead. */
unsigned adapt_limit(const struct adapt *adapt);

/* Returns when the next attempt may start: `now_us` for at once, CLOCK_NEVER if one in flight must
 * end first. */
int64_t adapt_next_start_us(const struct adapt *adapt, int64_t now_us);

/* An attempt starts, and `attempt` is filled in. `streamed`: its body is sent in pieces, each
 * reported by adapt_note_moved(). */
void adapt_note_start(
    struct adapt *adapt, struct adapt_attempt *attempt, bool streamed, int64_t now_us);

/* `bytes` of a streamed body were sent. */
void adapt_note_moved(struct adapt *adapt, int64_t bytes);

/* The origin lets nothing start before `until_us`, whatever is in flight (CLOCK_NEVER: until an
 * attempt ends; INT64_MIN: no longer blocked). Until then, fewer files in flight than the limit
 * does not mean that files are lacking. */
void adapt_note_blocked(struct adapt *adapt, int64_t until_us, int64_t now_us);

/* The attempt of adapt_note_start() ended. `pause_us`: the wait that its response asked for,
 * microseconds, 0 for none. `bytes`: the size of its body. */
void adapt_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, enum outcome outcome,
    const struct attempt_end *end, int64_t pause_us, int64_t bytes, int64_t now_us);

#endif
