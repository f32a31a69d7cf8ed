/* How it works. A measurement needs the limit to be filled first, which takes a round trip, and
 * then another one. While the limit doubles, nearly all of that time is lost. But the first
 * attempts that started at a limit tell already whether they took longer than those before. They
 * must all have ended, since those that end early were fast; if one lasts, or they differ much, the
 * measurement decides. */
#include "policy/adapt/growth.h"

enum {
    STARTS_LEAST = 4,    /* attempts that are looked at: fewer are chance */
    LIMIT_PER_START = 2, /* half as many are looked at as the limit allows */
};

/* Of the mean time in flight, relative: its relative standard error, squared. Time in flight twice
 * as long is then five standard errors away. */
static const double variance_most = 0.15 * 0.15;
/* Of the limit in flight on average: half of it was filled when it was set, and with less than that
 * files were lacking. */
static const double busy_share = 0.43;

static unsigned starts_looked_at(const struct adapt *adapt)
{
    unsigned starts = (unsigned)adapt->limit / LIMIT_PER_START;
    return starts > STARTS_LEAST ? starts : STARTS_LEAST;
}

void growth_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, unsigned in_flight,
    double slot_us, double work)
{
    struct adapt_growth *growth = &adapt->growth;
    if (attempt->number < growth->first_start ||
        attempt->number >= growth->first_start + starts_looked_at(adapt))
        return;
    growth->streams += attempt->streamed ? 1 : 0;
    growth->seen++;
    growth->in_flight += in_flight > attempt->in_flight ? in_flight : attempt->in_flight;
    growth->slot_us += slot_us;
    if (work <= 0)
        return;
    growth->accepted++;
    growth->work += work;
    growth->accepted_us += slot_us;
    growth->accepted_us_squares += slot_us * slot_us;
}

/* Of the mean time in flight of an accepted attempt, relative to its square. */
static double growth_variance(const struct adapt_growth *growth)
{
    double mean_us = growth->accepted_us / growth->accepted;
    double variance = growth->accepted_us_squares / growth->accepted / (mean_us * mean_us) - 1;
    return variance > 0 ? variance / growth->accepted : 0;
}

bool growth_yield(const struct adapt *adapt, struct adapt_yield *yield)
{
    const struct adapt_growth *growth = &adapt->growth;
    if (growth->seen < starts_looked_at(adapt) || growth->streams > 0 || growth->accepted <= 0)
        return false;
    double in_flight = growth->in_flight / growth->seen;
    *yield = (struct adapt_yield){
        .goodput = in_flight * growth->work / growth->slot_us,
        .accepted = in_flight * growth->accepted / growth->slot_us,
        .rejected = in_flight * (growth->seen - growth->accepted) / growth->slot_us,
        .in_flight = in_flight,
        .variance = growth_variance(growth),
    };
    return yield->variance <= variance_most && in_flight >= busy_share * adapt->limit;
}
