/* How it works. By Little's law, goodput is what is in flight divided by how long each is in
 * flight, so one measurement at a limit measures the goodput at that limit without waiting for a
 * steady state, and without the honest server times that libcurl can't give. Two measurements at
 * two limits give the elasticity: by how much goodput rises for a rise of what is in flight, 1
 * where the server has room for all of it, 0 where it only makes a queue longer, less where it does
 * harm.
 *
 * GROWING raises the limit as long as the elasticity is high. Then HOLDING measures, and TRYING
 * measures beside it, upwards and downwards in turn: up is kept where it pays, down where it costs
 * next to nothing. Tries that find nothing get rarer, until something changes. */
#include "policy/adapt/search.h"

#include "base/clock.h"
#include "policy/adapt/measurement.h"
#include "policy/adapt/pressure.h"
#include "policy/adapt/target.h"

enum {
    ENDS_LEAST = 16,   /* in a measurement */
    STREAMS_LEAST = 6, /* in a measurement, where there are some */
    SLICES_LEAST = 4,  /* by which an error can be judged */
};

static const double grow_factor = 1.5;
static const double grow_fast_factor = 2;
static const double grow_elasticity = 0.4;
static const double grow_fast_elasticity = 0.85;
static const double up_elasticity = 0.12;
static const double down_elasticity = 0.06;
static const double busy_share = 0.85; /* of the limit: under that, files were lacking */
/* Relative standard errors, squared. */
static const double error_floor = 0.01 * 0.01;
static const double clear_sigmas = 2.5 * 2.5; /* a difference this large is one */
static const double change_sigmas = 4 * 4;
static const double ask_elasticity = 0.2;
static const double stream_settle_us = 1e6;
static const int64_t measurement_least_us = 50 * CLOCK_US_PER_MS;
static const int64_t measurement_most_us = 2 * CLOCK_US_PER_SECOND;

/* A change shows once what began before it is over; most of it is a little earlier. */
static void adapt_begin_measurement(struct adapt *adapt, int64_t now_us)
{
    double settle_us = 0.9 * adapt->slot_us;
    if (adapt->streams * 2 > adapt->in_flight && settle_us > stream_settle_us)
        settle_us = stream_settle_us;
    int64_t from_us = adapt->held_until_us > now_us && adapt->held_until_us != CLOCK_NEVER
                          ? adapt->held_until_us
                          : now_us;
    measurement_begin(&adapt->measurement, from_us + (int64_t)settle_us);
}

void adapt_set_limit(struct adapt *adapt, double limit, int64_t now_us)
{
    if (limit > adapt->most)
        limit = adapt->most;
    if (limit < ADAPT_LIMIT_LEAST)
        limit = ADAPT_LIMIT_LEAST;
    adapt->limit = limit;
    if (adapt->opened > adapt_most_open(adapt))
        adapt->opened = adapt_most_open(adapt);
    adapt_begin_measurement(adapt, now_us);
}

/* By what share goodput rises, for the share by which what is in flight does. */
static double elasticity(const struct adapt *adapt, const struct adapt_yield *yield)
{
    double more = adapt_is_paced(adapt) || adapt->base_limit < 1
                      ? adapt->limit / adapt->base_limit
                      : yield->in_flight / adapt->base.in_flight;
    double change = more - 1;
    if (change < 0.02 && change > -0.02)
        return adapt->limit > adapt->base_limit ? 0 : 1;
    return (yield_worth(yield) / yield_worth(&adapt->base) - 1) / change;
}

void adapt_hold(struct adapt *adapt, int64_t now_us)
{
    adapt->phase = ADAPT_HOLDING;
    adapt->has_base = false;
    adapt_set_limit(adapt, adapt->limit, now_us);
}

static void adapt_take_base(struct adapt *adapt, const struct adapt_yield *yield)
{
    adapt->base_since_us = adapt->measurement.whole.begins_us;
    adapt->base = *yield;
    adapt->base_limit = adapt->limit;
    adapt->has_base = true;
}

void adapt_grow_from(struct adapt *adapt, double limit, int64_t now_us)
{
    adapt->phase = adapt->fixed ? ADAPT_HOLDING : ADAPT_GROWING;
    adapt->has_base = false;
    adapt_set_limit(adapt, limit, now_us);
}

/* Adds what was measured at the same limit, weighed by how sure it is; a server that changed makes
 * it new. */
static void adapt_merge_base(struct adapt *adapt, const struct adapt_yield *yield)
{
    struct adapt_yield *base = &adapt->base;
    double errors = base->error + yield->error;
    double change = adapt->has_base ? yield->goodput / base->goodput - 1 : 0;
    if (!adapt->has_base || change * change > change_sigmas * errors + error_floor) {
        adapt->try_wait_us = ADAPT_TRY_WAIT_US;
        adapt_take_base(adapt, yield);
        return;
    }
    double weight = errors > 0 ? base->error / errors : 0.5;
    base->goodput += weight * (yield->goodput - base->goodput);
    base->taken += weight * (yield->taken - base->taken);
    base->rejected += weight * (yield->rejected - base->rejected);
    base->in_flight += weight * (yield->in_flight - base->in_flight);
    base->error = errors > 0 ? base->error * yield->error / errors : 0;
    if (base->error < error_floor)
        base->error = error_floor;
}

static void adapt_begin_try(struct adapt *adapt, double target, int64_t now_us)
{
    adapt->phase = ADAPT_TRYING;
    adapt->asks = adapt->asked;
    adapt->asked = false;
    adapt_set_limit(adapt, target, now_us);
}

static void adapt_try(struct adapt *adapt, int64_t now_us)
{
    double target = target_next(adapt, now_us);
    if (target == adapt->limit || (adapt->fixed && target < adapt->limit))
        target_plan(adapt, now_us);
    else
        adapt_begin_try(adapt, target, now_us);
}

static bool is_busy(const struct adapt *adapt, const struct adapt_yield *yield)
{
    return adapt->limit < 1 || yield->in_flight >= busy_share * adapt->limit;
}

/* Has this been measured as well as it ever will be? */
static bool measurement_is_long(
    const struct adapt *adapt, const struct adapt_yield *yield, double error, int64_t now_us)
{
    if (now_us - adapt->measurement.whole.begins_us >= measurement_most_us)
        return true;
    return adapt->measurement.slices >= SLICES_LEAST && yield->error <= error;
}

static void adapt_look_growing(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
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
        adapt_take_base(adapt, yield);
        adapt_set_limit(adapt, target, now_us);
    } else if (pays) {
        adapt_hold(adapt, now_us);
    } else if (measurement_is_long(adapt, yield, ADAPT_ERROR_FAIR, now_us)) {
        adapt->limit = adapt->base_limit;
        adapt->try_up = true; /* a second opinion */
        adapt_hold(adapt, now_us);
    }
}

static void adapt_look_holding(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    if (adapt->measurement.slices < SLICES_LEAST)
        return;
    adapt_merge_base(adapt, yield);
    adapt->try_step = target_step(yield);
    bool known = adapt->base.error <= ADAPT_ERROR_FAIR ||
                 now_us - adapt->base_since_us >= measurement_most_us;
    if (known && adapt->asked)
        adapt_begin_try(adapt, adapt->limit * (1 - target_ask_step(adapt)), now_us);
    else if (known && is_busy(adapt, yield) && now_us >= adapt->next_try_us)
        adapt_try(adapt, now_us);
    if (adapt->phase == ADAPT_HOLDING)
        measurement_begin(&adapt->measurement, now_us);
}

static void adapt_keep_try(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    adapt->tries_failed = 0;
    adapt->try_wait_us = ADAPT_TRY_WAIT_US;
    if (adapt_is_above_ceiling(adapt)) {
        adapt->ceiling.limit = 0;
        adapt->ceiling.hold_us = ADAPT_CEILING_HOLD_US;
    }
    double most = elasticity(adapt, yield) > grow_fast_elasticity ? 1 : ADAPT_STEP_MOST;
    adapt_take_base(adapt, yield);
    adapt->try_step = adapt->try_step * 2 > most ? most : adapt->try_step * 2;
    /* What looked like a gain may have been the moment's: way down is asked about twice. */
    adapt->try_up = true;
    adapt->phase = ADAPT_HOLDING;
    adapt_try(adapt, now_us);
}

static void adapt_drop_try(struct adapt *adapt, int64_t now_us)
{
    target_plan(adapt, now_us);
    adapt->phase = ADAPT_HOLDING;
    adapt_set_limit(adapt, adapt->base_limit, now_us);
}

static bool try_pays(const struct adapt *adapt, const struct adapt_yield *yield, double gain)
{
    if (adapt->limit < adapt->base_limit)
        return gain < down_elasticity;
    /* No rejection where there was one before is reason enough. */
    bool passed = adapt_is_above_ceiling(adapt) && yield->rejected == 0 && gain >= 0;
    return passed || gain > up_elasticity || target_is_cheap(adapt, yield, gain);
}

/* Less was tried because of rejections: was it better? */
static void adapt_answer(
    struct adapt *adapt, const struct adapt_yield *yield, double gain, int64_t now_us)
{
    double before = adapt->base_limit;
    adapt->asks = false;
    if (gain < ask_elasticity) {
        pressure_take_for_load(adapt, before, now_us);
        adapt_take_base(adapt, yield);
        adapt->phase = ADAPT_HOLDING;
        adapt->try_up = true;
        measurement_begin(&adapt->measurement, now_us);
    } else {
        double share = yield_rejected_share(yield);
        double base_share = yield_rejected_share(&adapt->base);
        pressure_take_for_usual(adapt, share > base_share ? share : base_share);
        adapt_grow_from(adapt, before, now_us);
    }
}

/* Ends a try as soon as it is clear what it came to. */
static void adapt_look_trying(struct adapt *adapt, const struct adapt_yield *yield, int64_t now_us)
{
    double gain = elasticity(adapt, yield);
    double line = adapt->asks                        ? ask_elasticity
                  : adapt->limit > adapt->base_limit ? up_elasticity
                                                     : down_elasticity;
    double change = adapt->limit / adapt->base_limit - 1;
    double apart = (gain - line) * change;
    double errors = adapt->base.error + yield->error;
    bool clear = adapt->measurement.slices >= SLICES_LEAST && apart * apart > clear_sigmas * errors;
    if (!clear && !measurement_is_long(adapt, yield, ADAPT_ERROR_GOOD, now_us))
        return;
    if (adapt->asks)
        adapt_answer(adapt, yield, gain, now_us);
    else if (adapt->fixed || try_pays(adapt, yield, gain))
        adapt_keep_try(adapt, yield, now_us);
    else
        adapt_drop_try(adapt, now_us);
}

/* How long a measurement must last. One without a large file says little where there are some. */
static int64_t measurement_least(const struct adapt *adapt, int64_t now_us)
{
    int64_t least_us = adapt->phase == ADAPT_GROWING ? 0 : measurement_least_us;
    int64_t streams_us = (int64_t)adapt->stream_gap_us * STREAMS_LEAST;
    bool some = streams_us > 0 && now_us < adapt->last_stream_us + measurement_most_us;
    if (!some || streams_us < least_us)
        return least_us;
    return streams_us < measurement_most_us ? streams_us : measurement_most_us;
}

/* Looks at what has been measured, and acts where it is enough. */
void adapt_look(struct adapt *adapt, int64_t now_us)
{
    const struct adapt_measurement *measurement = &adapt->measurement;
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
        adapt_look_growing(adapt, &yield, now_us);
    else if (adapt->phase == ADAPT_HOLDING)
        adapt_look_holding(adapt, &yield, now_us);
    else
        adapt_look_trying(adapt, &yield, now_us);
}
