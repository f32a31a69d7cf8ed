#include "policy/adapt/limit.h"

#include "base/clock.h"
#include "policy/adapt/measurement.h"

/* Of the time that a file is in flight: by then nearly all that started under the old limit has
 * ended. Waiting for all of it would lose a tenth more time per try. */
static const double settle_share = 0.9;
/* Streamed bodies are in flight for minutes, but the rate at which they move changes sooner. */
static const double stream_settle_most_us = 1e6;

void limit_measure(struct adapt *adapt, int64_t now_us)
{
    double settle_us = settle_share * adapt->slot_us;
    if (adapt->streams * 2 > adapt->in_flight && settle_us > stream_settle_most_us)
        settle_us = stream_settle_most_us;
    bool blocked = adapt->blocked_until_us > now_us && adapt->blocked_until_us != CLOCK_NEVER;
    int64_t from_us = blocked ? adapt->blocked_until_us : now_us;
    measurement_begin(&adapt->measurement, from_us + (int64_t)settle_us);
}

void limit_set(struct adapt *adapt, double limit, int64_t now_us)
{
    if (limit > adapt->most)
        limit = adapt->most;
    if (limit < LIMIT_LEAST)
        limit = LIMIT_LEAST;
    adapt->limit = limit;
    if (adapt->open_slots > limit_slots(adapt))
        adapt->open_slots = limit_slots(adapt);
    adapt->growth = (struct adapt_growth){.first_start = adapt->starts + 1};
    limit_measure(adapt, now_us);
}

void limit_hold(struct adapt *adapt, double limit, int64_t now_us)
{
    adapt->phase = ADAPT_HOLDING;
    adapt->has_base = false;
    limit_set(adapt, limit, now_us);
}

unsigned limit_slots(const struct adapt *adapt)
{
    unsigned whole = (unsigned)adapt->limit;
    return adapt->limit > whole && adapt->limit < LIMIT_WHOLE_FROM ? whole + 1 : whole;
}

bool limit_is_paced(const struct adapt *adapt)
{
    return adapt->limit < LIMIT_WHOLE_FROM && adapt->limit > (unsigned)adapt->limit;
}

bool limit_is_above_ceiling(const struct adapt *adapt)
{
    return adapt->ceiling.limit > 0 && adapt->limit > adapt->ceiling.under;
}
