#include "policy/adapt/target.h"

#include "base/clock.h"
#include "policy/adapt/limit.h"
#include "policy/adapt/measurement.h"

enum {
    TRIES_AT_ONCE = 2,     /* tries without a wait: one in each direction */
    TRIES_PER_ROUND = 3,   /* tries of which one goes downwards */
    TRY_WAIT_FACTOR = 2,   /* by which the wait between tries grows */
    STEP_FACTOR_NOISY = 2, /* by which a step is larger where the measurement is only fair */
};

static const double step_least = 0.125; /* a good measurement shows whether it pays */

/* A queue that the server works off in 5 ms delays no request, and keeps a fast server, or this
 * machine, from waiting between files. */
static const double cheap_queue_us = 5000;
static const double cheap_most = 64;         /* however fast the server is */
static const double cheap_least = 4;         /* however slow it is */
static const double cheap_elasticity = -0.3; /* lower: it does harm */

/* Of the attempts: more rejections than this, and a lower limit is worth a try whatever its queue.
 */
static const double rejects_share = 0.02;

/* The step downwards is the share rejected, and a little more, since that share is only measured:
 * a fifth of it, and three in a hundred. */
static const double relief_factor = 1.2;
static const double relief_extra = 0.03;
static const double relief_step_least = 0.1;    /* less would not show */
static const double relief_step_most = 1.0 / 3; /* more would cost too much if it does not help */

/* Files that must be accepted between two tries above a ceiling, so that at most one in fifty is
 * rejected for it; a slow server is tried again after ten seconds without them. */
static const unsigned ceiling_accepted_least = 50;
static const int64_t ceiling_wait_most_us = 10 * CLOCK_US_PER_SECOND;

/* A server that changes is noticed within about this. */
static const int64_t try_wait_most_us = 4 * CLOCK_US_PER_SECOND;

double target_step(const struct adapt_yield *yield)
{
    if (yield->variance <= TARGET_VARIANCE_GOOD)
        return step_least;
    return yield->variance <= TARGET_VARIANCE_FAIR ? STEP_FACTOR_NOISY * step_least
                                                   : TARGET_STEP_MOST;
}

static double cheap_limit(const struct adapt *adapt, double goodput)
{
    double cheap = goodput * cheap_queue_us;
    if (cheap > cheap_most)
        cheap = cheap_most;
    if (adapt->ceiling.limit > 0 && cheap > adapt->ceiling.under)
        cheap = adapt->ceiling.under;
    return cheap > cheap_least ? cheap : cheap_least;
}

bool target_is_cheap(const struct adapt *adapt, const struct adapt_yield *yield, double gain)
{
    return gain > cheap_elasticity && adapt->limit <= cheap_limit(adapt, yield->goodput);
}

static double target_below(const struct adapt *adapt)
{
    double limit = adapt->limit;
    bool rejects = yield_rejected_share(&adapt->base) > rejects_share;
    double least = rejects ? LIMIT_LEAST : cheap_limit(adapt, adapt->base.goodput);
    if (limit <= least)
        return limit;
    double lower = limit / (1 + adapt->try_step);
    if (lower > limit - 1 && limit > LIMIT_WHOLE_FROM)
        lower = limit - 1;
    return lower > least ? lower : least;
}

/* Up to the limit under the ceiling at any time, up to the ceiling itself only after a while. */
static double target_under_ceiling(const struct adapt *adapt, double upper, int64_t now_us)
{
    const struct adapt_ceiling *ceiling = &adapt->ceiling;
    bool few = ceiling->accepted < ceiling_accepted_least &&
               now_us < ceiling->since_us + ceiling_wait_most_us;
    bool holds = few || now_us < ceiling->since_us + ceiling->lifetime_us;
    if (holds || adapt->limit < ceiling->under)
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
    if (adapt->limit >= LIMIT_WHOLE_FROM && upper < adapt->limit + 1)
        upper = adapt->limit + 1;
    return target_within(adapt, upper, now_us);
}

double target_next(const struct adapt *adapt, int64_t now_us)
{
    return adapt->try_up ? target_above(adapt, now_us) : target_below(adapt);
}

/* Most tries go upwards, where they cost nothing if the server has no use for more. */
void target_plan(struct adapt *adapt, int64_t now_us)
{
    adapt->tries_failed++;
    if (adapt->tries_failed < TRIES_AT_ONCE) {
        adapt->try_up = !adapt->try_up;
        return;
    }
    adapt->try_up = adapt->tries_failed % TRIES_PER_ROUND != 0;
    adapt->next_try_us = now_us + adapt->try_wait_us;
    adapt->try_wait_us = clock_earlier(adapt->try_wait_us * TRY_WAIT_FACTOR, try_wait_most_us);
}

double target_relief_step(const struct adapt *adapt)
{
    double step = relief_factor * yield_rejected_share(&adapt->base) + relief_extra;
    step = step < relief_step_least ? relief_step_least : step;
    return step > relief_step_most ? relief_step_most : step;
}

void target_rest(struct adapt *adapt, int64_t now_us)
{
    adapt->next_try_us = now_us + try_wait_most_us;
}
