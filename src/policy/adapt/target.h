/* Where the search looks next: for search.c, and adapt.c's other half. */
#ifndef SHOAL_POLICY_ADAPT_TARGET_H
#define SHOAL_POLICY_ADAPT_TARGET_H

#include <stdint.h>

#include "policy/adapt.h"

#define ADAPT_LEAST_LIMIT 4               /* that is tried without need, and follows an outage */
#define ADAPT_LIMIT_LEAST (1.0 / 4096)    /* there is no less */
#define ADAPT_STEP_MOST   0.5             /* of the limit, in one try */
#define ADAPT_TRY_WAIT_US INT64_C(250000) /* the first wait between tries */

/* Of a yield: relative standard errors, squared. */
#define ADAPT_ERROR_GOOD (0.015 * 0.015)
#define ADAPT_ERROR_FAIR (0.03 * 0.03)

/* How many the limit lets be in flight: 1 or more. */
unsigned adapt_most_open(const struct adapt *adapt);

/* Is the limit kept by pauses between starts, because it is no whole number? */
bool adapt_is_paced(const struct adapt *adapt);

/* Is more allowed than what was rejected before? */
bool adapt_is_above_ceiling(const struct adapt *adapt);

/* How far the next try goes, as a share of the limit, by how well it was measured. */
double target_step(const struct adapt_yield *yield);

/* How far down to go for an answer to rejections. What comes too fast is rejected by so much as it
 * is too fast: without that, all would be taken. */
double target_ask_step(const struct adapt *adapt);

/* Is the present limit worth its price without a reason? Not where it does harm. */
bool target_is_cheap(const struct adapt *adapt, const struct adapt_yield *yield, double gain);

/* What `upper` may be, for what was rejected before and for what there is. */
double target_within(const struct adapt *adapt, double upper, int64_t now_us);

/* The next limit to try, or the present one where there is none in that direction. */
double target_next(const struct adapt *adapt, int64_t now_us);

/* A try found nothing: which way the next one goes, and when. */
void target_plan(struct adapt *adapt, int64_t now_us);

#endif
