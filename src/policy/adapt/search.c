/* How it works. By Little's law, goodput is what is in flight divided by how long each is in
 * flight, so one measurement at a limit measures the goodput at that limit without waiting for a
 * steady state, and without the server's processing times, which libcurl can't measure. Two
 * measurements at two limits give the elasticity: the share by which goodput rises, divided by the
 * share by which what is in flight does. It is 1 if the server has room for everything, 0 if more
 * only makes a queue longer, and negative if it does harm.
 *
 * GROWING raises the limit as long as the elasticity is high. Then HOLDING measures, and TRYING
 * measures beside it, upwards and downwards in turn: a higher limit is kept if it pays, a lower one
 * if it costs next to nothing. Tries that find nothing become rarer, until something changes. */
#include "policy/adapt/search.h"

#include "base/clock.h"
#include "policy/adapt/growth.h"
#include "policy/adapt/limit.h"
#include "policy/adapt/measurement.h"
#include "policy/adapt/pressure.h"
#include "policy/adapt/target.h"

enum {
    ENDS_LEAST = 16,   /* in a measurement: fewer are chance */
    STREAMS_LEAST = 6, /* in a measurement, where some bodies are streamed */
    SLICES_LEAST = 4,  /* fewer don't show a measurement's error */
};

/* A step of growth, and one where goodput nearly keeps up: with doubling, the highest limit is five
 * steps away. */
static const double grow_factor = 1.5;
static const double grow_fast_factor = 2;

/* Elasticities from which on growing pays, and growing fast. */
static const double grow_elasticity = 0.4;
static const double grow_fast_elasticity = 0.85;
/* The same for growing early. Lower, since a machine that is busy with starting takes longer, and
 * since an error costs a single step. */
static const double grow_early_elasticity = 0.6;
/* A higher limit is kept above the first of these, a lower one below the second: between them
 * nothing changes, so that the limit does not wander. */
static const double up_elasticity = 0.12;
static const double down_elasticity = 0.06;
/* A lower limit that rejections were the reason for is kept below it. Higher than
 * `down_elasticity`, since there is evidence already that the present limit is too high. */
static const double relief_elasticity = 0.2;
/* As a share of what is in flight: a smaller change is noise, and too small to divide by. */
static const double change_least = 0.02;

static const double busy_share = 0.85; /* of the limit in flight: with less, files were lacking */

/* Relative variances. No base is taken for more accurate than 1 %: servers drift. */
static const double variance_floor = 0.01 * 0.01;
/* A try is decided when the difference is 2.5 standard errors: 1 in 80 by chance. */
static const double decided_sigmas_squared = 2.5 * 2.5;
/* The server has changed when goodput at the same limit differs by 4 standard errors. It takes more
 * than a decision does, because a base that is replaced loses all of its accuracy. */
static const double changed_sigmas_squared = 4 * 4;
static const double equal_weight = 0.5; /* of two yields without any variance */

static const double kept_step_factor = 2; /* by which the step grows after a try that paid */
static const double step_most_fast = 1;   /* doubles the limit, where goodput still keeps up */

static const int64_t measurement_least_us = 50 * CLOCK_US_PER_MS;
static const int64_t measurement_most_us = 2 * CLOCK_US_PER_SECOND; /* however noisy it is */

static double elasticity(const struct adapt *adapt, const struct adapt_yield *yield)
{
    /* Where starts are spaced, what is in flight does not follow the limit. */
    double more = limit_is_paced(adapt) || adapt->base_limit < 1
                      ? adapt->limit / adapt->base_limit
                      : yield->in_flight / adapt->base.in_flight;
    double change = more - 1;
    if (change < change_least && change > -change_least)
        return adapt->limit > adapt->base_limit ? 0 : 1;
    return (yield_worth(yield) / yield_worth(&adapt->base) - 1) / change;
}

static void set_base(struct adapt *adapt, const struct adapt_yield *yield)
{
    adapt->base_since_us = adapt->measurement.whole.begins_us;
    adapt->base = *yield;
    adapt->base_limit = adapt->limit;
    adapt->has_base = true;
}

void search_grow_from(struct adapt *adapt, double limit, int64_t now_us)
{
    adapt->phase = adapt->fixed ? ADAPT_HOLDING : ADAPT_GROWING;
    adapt->has_base = false;
    limit_set(adapt, limit, now_us);
}

/* Adds a yield at the base's limit, the two weighted by the other's variance. It replaces the base
 * if the server has changed. */
static void merge_base(struct adapt *adapt, const struct adapt_yield *yield)
{
    struct adapt_yield *base = &adapt->base;
    double variances = base->variance + yield->variance;
    double change = adapt->has_base ? yield->goodput / base->goodput - 1 : 0;
    if (!adapt->has_base || change * change > changed_sigmas_squared * variances + variance_floor) {
        adapt->try_wait_us = TARGET_TRY_WAIT_US;
        set_base(adapt, yield);
        return;
    }
    double weight = variances > 0 ? base->variance / variances : equal_weight;
    base->goodput += weight * (yield->goodput - base->goodput);
    base->accepted += weight * (yield->accepted - base->accepted);
    base->rejected += weight * (yield->rejected - base->rejected);
    base->in_flight += weight * (yield->in_flight - base->in_flight);
    base->variance = variances > 0 ? base->variance * yield->variance / variances : 0;
    if (base->variance < variance_floor)
        base->variance = variance_floor;
}

static void begin_try(struct adapt *adapt, double target, int64_t now_us)
{
    adapt->phase = ADAPT_TRYING;
    adapt->relief_trying = adapt->relief_due;
    adapt->relief_due = false;
    limit_set(adapt, target, now_us);
}

static void try_next(struct adapt *adapt, int64_t now_us)
{
    double target = target_next(adapt, now_us);
    if (target == adapt->limit || (adapt->fixed && target < adapt->limit))
        target_plan(adapt, now_us);
    else
        begin_try(adapt, target, now_us);
}

static bool is_busy(const struct adapt *adapt, const struct adapt_yield *yield)
{
    return adapt->limit < 1 || yield->in_flight >= busy_share * adapt->limit;
}

/* Has this been measured as well as it will be? */
static bool measurement_is_long(
    const struct adapt *adapt, const struct adapt_yield *yield, double variance, int64_t now_us)
{
    if (now_us - adapt->measurement.whole.begins_us >= measurement_most_us)
        return true;
    return adapt->measurement.slices >= SLICES_LEAST && yield->variance <= variance;
}

static void step_growing(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    if (!is_busy(adapt, yield)) {
        measurement_begin(&adapt->measurement, now_us);
        return;
    }
    double gain = adapt->has_base ? elasticity(adapt, yield) : 1;
    bool pays = gain > grow_elasticity || target_is_cheap(adapt, yield, gain);
    double factor = gain > grow_fast_elasticity ? grow_fast_factor : grow_factor;
    double target = target_within(adapt, adapt->limit * factor, now_us);
    if (pays && target > adapt->limit) {
        set_base(adapt, yield);
        limit_set(adapt, target, now_us);
    } else if (pays) {
        if (gain > grow_fast_elasticity && adapt->limit >= adapt->most)
            target_rest(adapt, now_us);
        limit_hold(adapt, adapt->limit, now_us);
    } else if (measurement_is_long(adapt, yield, TARGET_VARIANCE_FAIR, now_us)) {
        adapt->try_up = true; /* the first try measures this step once more, and longer */
        limit_hold(adapt, adapt->base_limit, now_us);
    }
}

/* Doubles the limit as soon as the first attempts at the present one show that it pays. The slots
 * that their ends would have opened by then are opened at once. */
static bool grow_early(struct adapt *adapt, int64_t now_us)
{
    struct adapt_yield yield;
    if (!growth_yield(adapt, &yield) || yield_worth(&yield) <= 0)
        return false;
    double gain = adapt->has_base ? elasticity(adapt, &yield) : 1;
    double target = target_within(adapt, adapt->limit * grow_fast_factor, now_us);
    if (gain <= grow_early_elasticity || target <= adapt->limit)
        return false;
    unsigned slots = adapt->open_slots + adapt->growth.spare_slots;
    set_base(adapt, &yield);
    limit_set(adapt, target, now_us);
    adapt->open_slots = slots < limit_slots(adapt) ? slots : limit_slots(adapt);
    return true;
}

static void step_holding(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    if (adapt->measurement.slices < SLICES_LEAST)
        return;
    merge_base(adapt, yield);
    adapt->try_step = target_step(yield);
    bool known = adapt->base.variance <= TARGET_VARIANCE_FAIR ||
                 now_us - adapt->base_since_us >= measurement_most_us;
    if (known && adapt->relief_due)
        begin_try(adapt, adapt->limit * (1 - target_relief_step(adapt)), now_us);
    else if (known && is_busy(adapt, yield) && now_us >= adapt->next_try_us)
        try_next(adapt, now_us);
    if (adapt->phase == ADAPT_HOLDING)
        measurement_begin(&adapt->measurement, now_us);
}

static void keep_try(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    adapt->tries_failed = 0;
    adapt->try_wait_us = TARGET_TRY_WAIT_US;
    if (limit_is_above_ceiling(adapt))
        pressure_drop_ceiling(adapt);
    double most =
        elasticity(adapt, yield) > grow_fast_elasticity ? step_most_fast : TARGET_STEP_MOST;
    set_base(adapt, yield);
    double step = adapt->try_step * kept_step_factor;
    adapt->try_step = step > most ? most : step;
    /* Upwards after a step down, too: what looked like no loss may have been chance. */
    adapt->try_up = true;
    adapt->phase = ADAPT_HOLDING;
    try_next(adapt, now_us);
}

static void drop_try(struct adapt *adapt, int64_t now_us)
{
    target_plan(adapt, now_us);
    adapt->phase = ADAPT_HOLDING;
    limit_set(adapt, adapt->base_limit, now_us);
}

static bool try_pays(const struct adapt *adapt, const struct adapt_yield *yield, double gain)
{
    if (adapt->limit < adapt->base_limit)
        return gain < down_elasticity;
    /* No rejection where there was one before is reason enough. */
    bool passed = limit_is_above_ceiling(adapt) && yield->rejected == 0 && gain >= 0;
    return passed || gain > up_elasticity || target_is_cheap(adapt, yield, gain);
}

/* The end of a try of a lower limit that rejections were the reason for. */
static void end_relief(
    struct adapt *adapt, const struct adapt_yield *yield, double gain, int64_t now_us)
{
    double before = adapt->base_limit;
    adapt->relief_trying = false;
    if (gain < relief_elasticity) {
        pressure_set_ceiling(adapt, before, now_us);
        set_base(adapt, yield);
        adapt->phase = ADAPT_HOLDING;
        adapt->try_up = true;
        measurement_begin(&adapt->measurement, now_us);
    } else {
        double share = yield_rejected_share(yield);
        double base_share = yield_rejected_share(&adapt->base);
        pressure_accept_share(adapt, share > base_share ? share : base_share);
        search_grow_from(adapt, before, now_us);
    }
}

/* Ends a try as soon as its result is clear. */
static void step_trying(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    double gain = elasticity(adapt, yield);
    double line = adapt->relief_trying               ? relief_elasticity
                  : adapt->limit > adapt->base_limit ? up_elasticity
                                                     : down_elasticity;
    double change = adapt->limit / adapt->base_limit - 1;
    double apart = (gain - line) * change;
    double variances = adapt->base.variance + yield->variance;
    bool clear = adapt->measurement.slices >= SLICES_LEAST &&
                 apart * apart > decided_sigmas_squared * variances;
    if (!clear && !measurement_is_long(adapt, yield, TARGET_VARIANCE_GOOD, now_us))
        return;
    if (adapt->relief_trying)
        end_relief(adapt, yield, gain, now_us);
    else if (adapt->fixed || try_pays(adapt, yield, gain))
        keep_try(adapt, yield, now_us);
    else
        drop_try(adapt, now_us);
}

/* Returns how long a measurement must last: long enough to include streamed bodies where there are
 * some, since one without them says little. */
static int64_t measurement_least(const struct adapt *adapt, int64_t now_us)
{
    int64_t least_us = adapt->phase == ADAPT_GROWING ? 0 : measurement_least_us;
    int64_t streams_us = (int64_t)adapt->stream_gap_us * STREAMS_LEAST;
    bool some = streams_us > 0 && now_us < adapt->last_stream_us + measurement_most_us;
    if (!some || streams_us < least_us)
        return least_us;
    return clock_earlier(streams_us, measurement_most_us);
}

void search_step(struct adapt *adapt, int64_t now_us)
{
    const struct adapt_measurement *measurement = &adapt->measurement;
    if (adapt->phase == ADAPT_GROWING && grow_early(adapt, now_us))
        return;
    int64_t lasted = now_us - measurement->whole.begins_us;
    bool enough =
        measurement_is_of_streams(measurement)
            ? measurement->slices >= SLICES_LEAST
            : measurement->whole.ends >= ENDS_LEAST && measurement->whole.ends >= adapt->limit;
    if (measurement->slices == 0 || !enough || lasted < measurement_least(adapt, now_us))
        return;
    struct adapt_yield yield = measurement_yield(measurement);
    if (yield_worth(&yield) <= 0)
        measurement_begin(&adapt->measurement, now_us);
    else if (adapt->phase == ADAPT_GROWING)
        step_growing(adapt, &yield, now_us);
    else if (adapt->phase == ADAPT_HOLDING)
        step_holding(adapt, &yield, now_us);
    else
        step_trying(adapt, &yield, now_us);
}
