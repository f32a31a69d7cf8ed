/* The clock of the loop: it stops while the loop does not run.
 *
 * A run that was stopped (Ctrl-Z, SIGSTOP, a paused virtual machine), or whose output blocked it,
 * could neither send nor receive. That time is lost, and it is not the server's fault: no deadline
 * may pass in it. So every part of the loop (scheduler, policies, transport) measures time by this
 * clock alone, which shifts all their deadlines at once.
 *
 * The rule: a loop that runs reads its clock at least every LOOP_CLOCK_WAIT_MOST_US, because it
 * never waits longer than that. If more than LOOP_CLOCK_GAP_US pass between two readings, what
 * exceeds LOOP_CLOCK_WAIT_MOST_US is lost. A suspended machine needs no rule: CLOCK_MONOTONIC
 * stops. */
#ifndef SHOAL_CORE_LOOP_CLOCK_H
#define SHOAL_CORE_LOOP_CLOCK_H

#include <stdint.h>

#include "base/clock.h"

/* The longest that the loop waits, in microseconds. */
#define LOOP_CLOCK_WAIT_MOST_US (100 * CLOCK_US_PER_MS)

/* The shortest time between two readings of which a part is lost, in microseconds: more than a busy
 * machine takes to continue a thread. */
#define LOOP_CLOCK_GAP_US (250 * CLOCK_US_PER_MS)

/* One loop's clock, which only the thread of that loop reads. */
struct loop_clock {
    struct clock clock;       /* the clock itself; it points to this struct, which must not move */
    const struct clock *real; /* the time that passes for everybody; the caller's */
    int64_t read_us;          /* `real` at the last reading */
    int64_t lost_us;          /* microseconds lost so far */
};

/* Starts the clock at the time of `real`, which must outlive it. */
void loop_clock_init(struct loop_clock *loop, const struct clock *real);

#endif
