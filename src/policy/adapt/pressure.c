/* How it works. A server rejects because there is too much at a time, because it comes too fast, or
 * because some part of it always fails. The first two are helped by less, the third is only made
 * slower by it.
 *
 * Rejections beyond the usual share build up a pressure, which successes wear off (Page's CUSUM
 * test for a share that has risen). Where, over a certain level, they all began above a number in
 * flight up to which everything was taken, that number is the new limit, at once. Where they are
 * scattered, less is tried and measured as any other limit (search.c), with a price on each
 * rejection; if that is no better, this share is the usual one from then on. */
#include "policy/adapt/pressure.h"

#include "base/clock.h"
#include "policy/adapt/measurement.h"
#include "policy/adapt/search.h"
#include "policy/adapt/target.h"

enum {
    SHARE_ENDS = 128,     /* so many make up the share of late, */
    SHARE_LEAST = 32,     /* and so many are enough to go by */
    REJECTIONS_MANY = 12, /* that can hardly be by chance, all in a row */
};

static const double usual_least = 0.01; /* one in a hundred is not heeded */
static const double usual_most = 0.6;   /* more, and policy/retry.c only probes */
static const double level_first = 2.5;
static const double level_most = 5;
static const double severe_share = 0.4; /* so many are not the usual ones */
static const int64_t ceiling_hold_most_us = 10 * CLOCK_US_PER_SECOND;
static const int64_t pauses_a_hold = 20; /* so that they cost a twentieth */
static const int64_t pauses_most_us = 600 * CLOCK_US_PER_SECOND;

static bool is_known_to_reject(const struct adapt_pressure *pressure)
{
    return pressure->usual > 2 * usual_least;
}

/* How much of a rejection a success wears off, so that the level stays where it is at half as many
 * again as usual. */
static double relief(const struct adapt_pressure *pressure)
{
    double usual = pressure->usual > usual_least ? pressure->usual : usual_least;
    double share = 1.5 * usual + 0.01;
    return share / (1 - share);
}

/* The level at which something is done. To look above what was rejected before takes one answer. */
static double level_of_alarm(const struct adapt *adapt)
{
    const struct adapt_pressure *pressure = &adapt->pressure;
    if (!is_known_to_reject(pressure) && adapt->phase == ADAPT_TRYING &&
        adapt_is_above_ceiling(adapt))
        return 1;
    double level = level_first + 20 * (pressure->usual - usual_least);
    level = level < level_first ? level_first : level > level_most ? level_most : level;
    return pressure->cut_in_row ? level : level + adapt->limit / 16;
}

static void pressure_count(struct adapt_pressure *pressure, bool rejected)
{
    pressure->share_of += pressure->share_of < SHARE_ENDS ? 1 : 0;
    pressure->share += ((rejected ? 1 : 0) - pressure->share) / pressure->share_of;
    /* What is usual may become less; that it became more is found out by trying less. */
    double most = 1.3 * pressure->share + usual_least;
    if (pressure->usual > most)
        pressure->usual = most;
}

static void pressure_clear(struct adapt *adapt)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    pressure->level = 0;
    pressure->least = 0;
    pressure->rejections = 0;
    pressure->first = 0;
    pressure->by_pause = false;
    adapt->asked = false;
}

/* Of those that started since the first of the rejected did, were as many taken, or are they still
 * in flight? Then it is not how many they are, but how fast they came, or nothing of ours. So it is
 * with one that was alone. */
static bool is_scattered(const struct adapt *adapt)
{
    const struct adapt_pressure *pressure = &adapt->pressure;
    if (pressure->least <= 1)
        return true;
    if (pressure->by_pause)
        return false;
    uint64_t since = adapt->starts - pressure->first + 1;
    if (is_known_to_reject(pressure)) /* some by chance: nearly all must have been, and many */
        return pressure->rejections < REJECTIONS_MANY ||
               since * 5 > 6 * (uint64_t)pressure->rejections;
    return since > 2 * (uint64_t)pressure->rejections;
}

/* One below what was in flight when rejections began; a little less than the limit where they are
 * scattered, or where that was said a moment ago and was not enough. */
static double limit_under_rejected(const struct adapt *adapt, int64_t now_us)
{
    const struct adapt_ceiling *ceiling = &adapt->ceiling;
    double limit = adapt->limit;
    double little = limit - 1 < limit * 0.95 ? limit - 1 : limit * 0.95;
    little = little > limit * 0.8 ? little : limit * 0.8;
    double lower = adapt->pressure.least - 1.0;
    bool again = ceiling->limit > 0 && now_us < ceiling->since_us + ceiling->hold_us;
    if (is_scattered(adapt) || lower > limit || (again && lower > little))
        return little;
    return lower;
}

/* A limit at which all was well a moment ago; 0: none below the present one. */
static double limit_before_try(const struct adapt *adapt)
{
    bool tried = adapt->phase != ADAPT_HOLDING && adapt->has_base;
    return tried && adapt->base_limit < adapt->limit ? adapt->base_limit : 0;
}

/* Without a success since the last cut that was far from enough. Where all was well at this limit
 * so far, it may have been how fast they came: not all is believed at once. */
static double limit_cut_further(const struct adapt *adapt, int64_t now_us)
{
    double limit = adapt->limit;
    double lower = limit_under_rejected(adapt, now_us);
    if (adapt->pressure.cut_in_row)
        return lower < limit * 0.75 ? lower : limit * 0.75;
    bool proven = adapt->phase == ADAPT_HOLDING && adapt->has_base;
    return proven && lower < limit * 0.7 ? limit * 0.7 : lower;
}

static double limit_after_cut(const struct adapt *adapt, int64_t now_us)
{
    double before = limit_before_try(adapt);
    double limit = adapt->limit;
    if (limit <= 1)
        return before > 0 ? before : limit * 0.8;
    double lower = limit_cut_further(adapt, now_us);
    bool return_to = before > 0 && !adapt->pressure.cut_in_row;
    if (return_to && (lower < before || adapt->phase == ADAPT_TRYING))
        return before;
    return lower < 1 ? 1 : lower;
}

/* What was rejected is tried again after a while, that grows. Where some are rejected in any case
 * it may have been by chance, and does not. */
static void raise_ceiling(struct adapt *adapt, int64_t pause_us, int64_t now_us)
{
    struct adapt_ceiling *ceiling = &adapt->ceiling;
    bool scattered = is_scattered(adapt);
    int64_t hold_us = ceiling->hold_us;
    if (scattered && is_known_to_reject(&adapt->pressure))
        hold_us = ADAPT_CEILING_HOLD_US;
    else if (adapt_is_above_ceiling(adapt) && hold_us * 2 <= ceiling_hold_most_us)
        hold_us *= 2;
    int64_t pauses_us = pauses_a_hold * pause_us;
    pauses_us = pauses_us < pauses_most_us ? pauses_us : pauses_most_us;
    hold_us = hold_us > pauses_us ? hold_us : pauses_us;
    *ceiling = (struct adapt_ceiling){
        .limit = scattered ? adapt->limit : adapt->pressure.least,
        .under = limit_under_rejected(adapt, now_us),
        .hold_us = hold_us,
        .since_us = now_us,
    };
}

static void cut(struct adapt *adapt, int64_t pause_us, int64_t now_us)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    double limit = limit_after_cut(adapt, now_us);
    if (limit >= adapt->limit)
        return;
    raise_ceiling(adapt, pause_us, now_us);
    pressure_clear(adapt);
    pressure->cut_us = now_us;
    pressure->cut_in_row = true;
    if (adapt->held_until_us < now_us + pause_us)
        adapt->held_until_us = now_us + pause_us;
    if (limit == limit_before_try(adapt)) {
        adapt->phase = ADAPT_HOLDING;
        adapt_set_limit(adapt, limit, now_us);
        return;
    }
    adapt->limit = limit;
    adapt_hold(adapt, now_us);
}

/* Are so many rejected that it can't be the usual ones? */
static bool is_severe(const struct adapt_pressure *pressure)
{
    bool most = pressure->share_of >= SHARE_LEAST && pressure->share > severe_share;
    return most || pressure->cut_in_row;
}

/* An alarm that no number in flight explains: less is tried, and nothing more meanwhile. */
static void ask(struct adapt *adapt, int64_t now_us)
{
    if (adapt->phase == ADAPT_TRYING)
        cut(adapt, 0, now_us); /* the try */
    else if (adapt->phase == ADAPT_GROWING)
        adapt_hold(adapt, now_us);
    adapt->asked = adapt->phase == ADAPT_HOLDING;
}

/* Does it belong to what the limit was cut for? So does all that ends within a file's time after,
 * because rejections come sooner than successes: only they are seen by then. */
static bool is_of_cut(const struct adapt *adapt, const struct adapt_attempt *attempt,
    int64_t pause_us, int64_t now_us)
{
    const struct adapt_pressure *pressure = &adapt->pressure;
    if (attempt->started_us < pressure->cut_us)
        return true;
    if (pressure->cut_in_row || pressure->cut_us == INT64_MIN || pause_us > 0)
        return false;
    return now_us < pressure->cut_us + (int64_t)adapt->slot_us;
}

/* How many were in flight beside it when it came to the server. Others may have overtaken a large
 * body. */
static unsigned in_flight_at(const struct adapt *adapt, const struct adapt_attempt *attempt)
{
    if (attempt->streamed && adapt->in_flight >= attempt->in_flight)
        return adapt->in_flight + 1;
    return attempt->in_flight;
}

/* Adds to the level; `alarm` where that is reached by an unusual pause alone. */
static void pressure_add(
    struct adapt *adapt, const struct adapt_attempt *attempt, bool unusual, double alarm)
{
    unsigned in_flight = in_flight_at(adapt, attempt);
    struct adapt_pressure *pressure = &adapt->pressure;
    if (unusual && !pressure->by_pause)
        pressure_clear(adapt); /* it says more than the others */
    pressure->by_pause = unusual;
    pressure->level += unusual ? alarm : 1;
    pressure->rejections++;
    if (in_flight < pressure->least || pressure->least == 0)
        pressure->least = in_flight;
    if (attempt->number < pressure->first || pressure->first == 0)
        pressure->first = attempt->number;
}

static void answer_alarm(struct adapt *adapt, int64_t pause_us, int64_t now_us)
{
    const struct adapt_pressure *pressure = &adapt->pressure;
    bool plain = pressure->by_pause || is_severe(pressure);
    bool less_is_tried = adapt->phase == ADAPT_TRYING && adapt->limit < adapt->base_limit;
    if (plain || (!less_is_tried && !is_scattered(adapt)))
        cut(adapt, pressure->by_pause ? pause_us : 0, now_us);
    else if (!less_is_tried)
        ask(adapt, now_us);
}

void pressure_note_rejection(
    struct adapt *adapt, const struct adapt_attempt *attempt, int64_t pause_us, int64_t now_us)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    if (is_of_cut(adapt, attempt, pause_us, now_us))
        return;
    pressure_count(pressure, true);
    pressure->pauses += ((pause_us > 0 ? 1 : 0) - pressure->pauses) / 8;
    bool usual = is_known_to_reject(pressure) && pressure->usual_pauses;
    double alarm = level_of_alarm(adapt);
    pressure_add(adapt, attempt, pause_us > 0 && !usual, alarm);
    if (pressure->level >= alarm)
        answer_alarm(adapt, pause_us, now_us);
}

void pressure_note_success(struct adapt *adapt, const struct adapt_attempt *attempt)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    pressure->cut_in_row = false;
    adapt->ceiling.taken++;
    if (attempt->started_us < pressure->cut_us)
        return;
    pressure_count(pressure, false);
    pressure->level -= relief(pressure);
    if (pressure->level <= 0)
        pressure_clear(adapt);
}

void pressure_take_for_usual(struct adapt *adapt, double share)
{
    struct adapt_pressure *pressure = &adapt->pressure;
    double usual = 1.2 * share + usual_least;
    pressure->usual = usual > usual_most ? usual_most : usual;
    pressure->usual_pauses = pressure->pauses > 0.5;
    pressure_clear(adapt);
}

void pressure_take_for_load(struct adapt *adapt, double limit, int64_t now_us)
{
    adapt->ceiling = (struct adapt_ceiling){.limit = limit,
        .under = (limit + adapt->limit) / 2,
        .since_us = now_us,
        .hold_us = ADAPT_CEILING_HOLD_US};
    pressure_clear(adapt);
}

void pressure_forget(struct adapt *adapt)
{
    adapt->ceiling.limit = 0;
    pressure_clear(adapt);
}
