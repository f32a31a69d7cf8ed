/* How many files may be in flight: the controller behind `-j auto`. Pure: it is fed with starts,
 * ends and a clock, and allocates nothing. docs/concurrency.md says how it decides and compares it.
 *
 * The scheduler's part:
 *     start a file   if adapt_next_start_us() <= now, and then adapt_note_start()
 *     bytes move     adapt_note_moved(), for bodies that are streamed
 *     it ends        adapt_note_end() */
#ifndef SHOAL_POLICY_ADAPT_H
#define SHOAL_POLICY_ADAPT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/adapt/private.h"
#include "policy/outcome.h"

struct adapt_config {
    unsigned fixed; /* -j N: so many, fewer only while the server rejects; 0: auto */
    unsigned most;  /* never more (descriptors); 0: ADAPT_MOST */
};

#define ADAPT_MOST 256

void adapt_init(struct adapt *adapt, const struct adapt_config *config, int64_t now_us);

/* How many may be in flight now: 1 or more. For the number of files to read ahead. */
unsigned adapt_limit(const struct adapt *adapt);

/* When the next attempt may start: `now_us` for at once, CLOCK_NEVER where one in flight must end
 * first. */
int64_t adapt_next_start_us(const struct adapt *adapt, int64_t now_us);

/* An attempt starts; `streamed`: its body is sent in pieces, which adapt_note_moved() tells of. */
void adapt_note_start(
    struct adapt *adapt, struct adapt_attempt *attempt, bool streamed, int64_t now_us);

/* Bytes of a streamed body went out. */
void adapt_note_moved(struct adapt *adapt, int64_t bytes);

/* The origin lets nothing start before `until_us` (CLOCK_NEVER: until something ends), whatever is
 * in flight: that it is less than the limit is not for want of files. */
void adapt_note_held(struct adapt *adapt, int64_t until_us, int64_t now_us);

/* An attempt ended; `pause_us`: how long its answer asked to wait, 0: not at all; `bytes` of its
 * body. */
void adapt_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, enum outcome outcome,
    const struct attempt_end *end, int64_t pause_us, int64_t bytes, int64_t now_us);

#endif
