/* Controllers in a state of the test's choosing, for the tests of the files in src/policy/adapt/.
 */
#ifndef SHOAL_TESTS_ADAPT_FIXTURE_H
#define SHOAL_TESTS_ADAPT_FIXTURE_H

#include <stdbool.h>

#include "base/clock.h"
#include "policy/adapt.h"
#include "policy/adapt/limit.h"

/* A moment late enough for all that a test looks back on. */
#define FIXTURE_NOW_US (1000 * CLOCK_US_PER_SECOND)

/* Are two computed values the same but for rounding? */
static inline bool is_near(double value, double expected)
{
    double apart = value - expected;
    double allowed = (expected < 0 ? -expected : expected) * 1e-9;
    return apart <= allowed && apart >= -allowed;
}

/* A controller of -j auto at `limit`, with nothing in flight and nothing measured. */
static inline struct adapt fixture_at(double limit, enum adapt_phase phase)
{
    struct adapt adapt;
    adapt_init(&adapt, &(struct adapt_config){0}, FIXTURE_NOW_US);
    adapt.phase = phase;
    limit_set(&adapt, limit, FIXTURE_NOW_US);
    adapt.open_slots = limit_slots(&adapt);
    return adapt;
}

#endif
