/* Where the search looks next: how far from the present limit, in which direction, and what
 * rejections forbid. Above limit, below search. */
#ifndef SHOAL_POLICY_ADAPT_TARGET_H
#define SHOAL_POLICY_ADAPT_TARGET_H

#include <stdint.h>

#include "policy/adapt.h"

/* The largest step of one try, as a share of the limit. */
#define TARGET_STEP_MOST 0.5

/* The first wait between tries, microseconds. */
#define TARGET_TRY_WAIT_US INT64_C(250000)

/* Relative variances (struct adapt_yield) of a good measurement, which tells steps of an eighth
 * apart, and of a fair one, on which a decision may rest. */
#define TARGET_VARIANCE_GOOD (0.015 * 0.015)
#define TARGET_VARIANCE_FAIR (0.03 * 0.03)

/* Returns how far the next try goes, as a share of the limit: the noisier the measurement, the
 * farther. */
double target_step(const struct adapt_yield *yield);

/* Returns how far to go down to see whether rejections become fewer, as a share of the limit. A
 * server that counts by the second rejects by what share it gets too much: that much less, and it
 * accepts all. */
double target_relief_step(const struct adapt *adapt);

/* Returns whether the present limit needs no gain to be worth its cost, because it keeps a short
 * queue at most. `gain`: the elasticity, which must not show much harm. */
bool target_is_cheap(const struct adapt *adapt, const struct adapt_yield *yield, double gain);

/* Returns `upper`, lowered to what the ceiling and the highest limit allow. */
double target_within(const struct adapt *adapt, double upper, int64_t now_us);

/* Returns the next limit to try, or the present one if there is none in the planned direction. */
double target_next(const struct adapt *adapt, int64_t now_us);

/* A try found nothing better: plans the direction and the time of the next one. */
void target_plan(struct adapt *adapt, int64_t now_us);

/* The highest limit was reached, and goodput kept up: plans no try for as long as may be. */
void target_rest(struct adapt *adapt, int64_t now_us);

#endif
