/* Where the search looks next: how far from the present limit, in which direction, and what
 * rejections forbid. */
#include "policy/adapt/target.h"

#include "base/clock.h"
#include "policy/adapt/measurement.h"

enum {
    TRIES_A_ROUND = 3, /* one of them downwards */
};

static const double step_least = 0.125;
static const double cheap_queue_us = 5000;
static const double cheap_most = 64;
static const double cheap_elasticity = -0.3;
static const double paced_below = 8; /* from there on only whole numbers count */
static const double rejects_share = 0.02;
static const double ask_step_most = 1.0 / 3;
static const double ask_step_least = 0.1;
static const unsigned ceiling_taken_least = 50; /* files between two looks above it, */
static const int64_t ceiling_taken_us = 10 * CLOCK_US_PER_SECOND; /* unless they take so long */
static const int64_t try_wait_most_us = 4 * CLOCK_US_PER_SECOND;

unsigned adapt_most_open(const struct adapt *adapt)
{
    unsigned whole = (unsigned)adapt->limit;
    return adapt->limit > whole && adapt->limit < paced_below ? whole + 1 : whole;
}

bool adapt_is_above_ceiling(const struct adapt *adapt)
{
    return adapt->ceiling.limit > 0 && adapt->limit > adapt->ceiling.under;
}

bool adapt_is_paced(const struct adapt *adapt)
{
    return adapt->limit < paced_below && adapt->limit > (unsigned)adapt->limit;
}

double target_step(const struct adapt_yield *yield)
{
    if (yield->error <= ADAPT_ERROR_GOOD)
        return step_least;
    return yield->error <= ADAPT_ERROR_FAIR ? 2 * step_least : ADAPT_STEP_MOST;
}

/* So much in flight keeps a queue of a few milliseconds, which harms nobody and spares a fast
 * server, or this machine, every wait. */
static double cheap_limit(const struct adapt *adapt, double goodput)
{
    double cheap = goodput * cheap_queue_us;
    if (cheap > cheap_most)
        cheap = cheap_most;
    if (adapt->ceiling.limit > 0 && cheap > adapt->ceiling.under)
        cheap = adapt->ceiling.under;
    return cheap > ADAPT_LEAST_LIMIT ? cheap : ADAPT_LEAST_LIMIT;
}

bool target_is_cheap(const struct adapt *adapt, const struct adapt_yield *yield, double gain)
{
    return gain > cheap_elasticity && adapt->limit <= cheap_limit(adapt, yield->goodput);
}

static double target_below(const struct adapt *adapt)
{
    double limit = adapt->limit;
    bool rejects = yield_rejected_share(&adapt->base) > rejects_share;
    double least = rejects ? ADAPT_LIMIT_LEAST : cheap_limit(adapt, adapt->base.goodput);
    if (limit <= least)
        return limit;
    double lower = limit / (1 + adapt->try_step);
    if (lower > limit - 1 && limit > paced_below)
        lower = limit - 1;
    return lower > least ? lower : least;
}

/* Up to what lies under it; to where it was rejected itself only after a while. */
static double target_under_ceiling(const struct adapt *adapt, double upper, int64_t now_us)
{
    const struct adapt_ceiling *ceiling = &adapt->ceiling;
    bool few =
        ceiling->taken < ceiling_taken_least && now_us < ceiling->since_us + ceiling_taken_us;
    bool held = few || now_us < ceiling->since_us + ceiling->hold_us;
    if (held || adapt->limit < ceiling->under)
        return ceiling->under > adapt->limit ? ceiling->under : adapt->limit;
    return upper < ceiling->limit ? upper : ceiling->limit;
}

double target_within(const struct adapt *adapt, double upper, int64_t now_us)
{
    if (adapt->ceiling.limit > adapt->limit && upper > adapt->ceiling.under)
        upper = target_under_ceiling(adapt, upper, now_us);
    return upper > adapt->most ? adapt->most : upper;
}

static double target_above(const struct adapt *adapt, int64_t now_us)
{
    double upper = adapt->limit * (1 + adapt->try_step);
    if (adapt->limit >= paced_below && upper < adapt->limit + 1)
        upper = adapt->limit + 1;
    return target_within(adapt, upper, now_us);
}

double target_next(const struct adapt *adapt, int64_t now_us)
{
    return adapt->try_up ? target_above(adapt, now_us) : target_below(adapt);
}

/* After two tries in a row that found nothing the next ones come rarer and rarer. Most go upwards,
 * where they cost nothing if there is no use in it; every third goes down. */
void target_plan(struct adapt *adapt, int64_t now_us)
{
    adapt->tries_failed++;
    if (adapt->tries_failed < 2) {
        adapt->try_up = !adapt->try_up;
        return;
    }
    adapt->try_up = adapt->tries_failed % TRIES_A_ROUND != 0;
    adapt->next_try_us = now_us + adapt->try_wait_us;
    adapt->try_wait_us *= 2;
    if (adapt->try_wait_us > try_wait_most_us)
        adapt->try_wait_us = try_wait_most_us;
}

double target_ask_step(const struct adapt *adapt)
{
    double step = 1.2 * yield_rejected_share(&adapt->base) + 0.03;
    step = step < ask_step_least ? ask_step_least : step;
    return step > ask_step_most ? ask_step_most : step;
}
