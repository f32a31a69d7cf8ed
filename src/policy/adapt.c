/* Counts what is in flight, and answers rejections: those need no measuring, since what was in
 * flight when one began was too much, by one. adapt_search.c looks for the best limit otherwise. */
#include "policy/adapt.h"

#include "base/clock.h"
#include "policy/adapt_search.h"

enum {
    FIRST_LIMIT = 8,
    ROW_OF_REJECTIONS = 8,
};

static const double pressure_most = 2.5;
static const double pressure_relief = 0.025; /* a success's: so many rejections are put up with */
static const double spacing_most_us = 10e6;
static const double bytes_as_file = 256 * 1024; /* so many bytes are as much work as a file */
static const int64_t ceiling_hold_most_us = 10 * CLOCK_US_PER_SECOND;
static const int64_t outage_us = 3 * CLOCK_US_PER_SECOND;

void adapt_init(struct adapt *adapt, const struct adapt_config *config, int64_t now_us)
{
    unsigned most = config->most > 0 ? config->most : ADAPT_MOST;
    if (config->fixed > 0 && config->fixed < most)
        most = config->fixed;
    else if (config->fixed == 0 && most > ADAPT_MOST)
        most = ADAPT_MOST;
    *adapt = (struct adapt){
        .most = most,
        .fixed = config->fixed > 0,
        .phase = config->fixed > 0 ? ADAPT_HOLDING : ADAPT_GROWING,
        .try_wait_us = ADAPT_TRY_WAIT_US,
        .ceiling_hold_us = ADAPT_CEILING_HOLD_US,
        .counted_us = now_us,
        .last_success_us = now_us,
        .last_start_us = INT64_MIN,
        .cut_us = INT64_MIN,
    };
    adapt_set_limit(adapt, adapt->fixed ? most : FIRST_LIMIT, now_us);
    adapt->opened = adapt_most_open(adapt);
}

unsigned adapt_limit(const struct adapt *adapt)
{
    return adapt->opened;
}

int64_t adapt_next_start_us(const struct adapt *adapt, int64_t now_us)
{
    if (adapt->in_flight >= adapt_limit(adapt))
        return CLOCK_NEVER;
    if (adapt->limit >= 1 || adapt->last_start_us == INT64_MIN)
        return now_us;
    double spacing_us = adapt->slot_us / adapt->limit;
    if (spacing_us > spacing_most_us)
        spacing_us = spacing_most_us;
    int64_t next = adapt->last_start_us + (int64_t)spacing_us;
    return next > now_us ? next : now_us;
}

/* Brings the sums over time up to now. */
static void adapt_count(struct adapt *adapt, int64_t now_us)
{
    epoch_count(&adapt->epoch, adapt->counted_us, now_us, adapt->in_flight, adapt->streams);
    adapt->counted_us = now_us;
}

void adapt_note_start(
    struct adapt *adapt, struct adapt_attempt *attempt, bool streamed, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->in_flight++;
    adapt->streams += streamed ? 1 : 0;
    adapt->last_start_us = now_us;
    *attempt = (struct adapt_attempt){
        .started_us = now_us, .in_flight = adapt->in_flight, .streamed = streamed};
}

/* A server that rejects a share of everything, whatever the load, is not helped by less of it: the
 * fewer are in flight, the larger a share is put up with. Below 1, where a rate is looked for, it
 * is the small one again. */
static double relief_of_success(const struct adapt *adapt)
{
    double relief = adapt->limit < 1 ? 0 : 0.5 / adapt->limit;
    return relief > pressure_relief ? relief : pressure_relief;
}

/* A rejection that follows a cut with no success between says that it was far from enough. */
static double cut_limit(const struct adapt *adapt, bool again)
{
    double limit = adapt->limit;
    if (adapt->phase == ADAPT_TRYING && adapt->base_limit < limit)
        limit = adapt->base_limit;
    if (adapt->pressed_at <= 1)
        return again ? limit : limit * 0.8;
    if (limit > adapt->pressed_at - 1)
        limit = adapt->pressed_at - 1;
    if (again)
        limit = limit * 0.75 < 1 ? 1 : limit * 0.75;
    return limit;
}

static void adapt_cut(struct adapt *adapt, double limit, int64_t now_us)
{
    adapt->ceiling = adapt->pressed_at > 1 ? adapt->pressed_at : adapt->limit;
    if (now_us < adapt->ceiling_us + 2 * adapt->ceiling_hold_us &&
        adapt->ceiling_hold_us * 2 <= ceiling_hold_most_us)
        adapt->ceiling_hold_us *= 2;
    adapt->ceiling_us = now_us;
    adapt->cut_us = now_us;
    adapt->cut_in_row = true;
    adapt->pressure = 0;
    adapt->pressed_at = 0;
    adapt->limit = limit;
    adapt_hold(adapt, now_us);
}

static void adapt_learn_rejection(
    struct adapt *adapt, const struct adapt_attempt *attempt, int64_t now_us)
{
    adapt->rejected_row++;
    if (attempt->started_us < adapt->cut_us)
        return; /* it belongs to what the limit was cut for */
    adapt->pressure += 1;
    if (attempt->in_flight < adapt->pressed_at || adapt->pressed_at == 0)
        adapt->pressed_at = attempt->in_flight;
    double most = adapt->cut_in_row ? pressure_most : pressure_most + adapt->limit / 16;
    if (adapt->pressure < most)
        return;
    double limit = cut_limit(adapt, adapt->cut_in_row);
    if (limit < adapt->limit)
        adapt_cut(adapt, limit, now_us);
}

static void adapt_learn_success(struct adapt *adapt, double slot_us, bool streamed, int64_t now_us)
{
    bool was_away =
        adapt->rejected_row >= ROW_OF_REJECTIONS && now_us - adapt->last_success_us >= outage_us;
    adapt->rejected_row = 0;
    adapt->cut_in_row = false;
    adapt->pressure -= relief_of_success(adapt);
    if (adapt->pressure <= 0) {
        adapt->pressure = 0;
        adapt->pressed_at = 0;
    }
    adapt->last_success_us = now_us;
    if (adapt->opened < adapt_most_open(adapt))
        adapt->opened++;
    bool first = adapt->slot_us <= 0;
    if (!streamed || first)
        adapt->slot_us += first ? slot_us : (slot_us - adapt->slot_us) / 16;
    if (first)
        adapt_set_limit(adapt, adapt->limit, now_us);
    if (was_away) {
        adapt->ceiling = 0;
        adapt->has_base = false;
        adapt->phase = adapt->fixed ? ADAPT_HOLDING : ADAPT_GROWING;
        adapt_set_limit(adapt, adapt->fixed ? adapt->most : ADAPT_LEAST_LIMIT, now_us);
    }
}

void adapt_note_moved(struct adapt *adapt, int64_t bytes)
{
    epoch_note_moved(&adapt->epoch, (double)bytes / bytes_as_file, adapt->counted_us);
}

static bool is_rejection(enum outcome outcome, const struct attempt_end *end)
{
    if (outcome != OUTCOME_REJECTED)
        return false;
    return end->status != 0 ||
           (end->error != ATTEMPT_FILE_CHANGED && end->error != ATTEMPT_CANCELLED);
}

void adapt_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, enum outcome outcome,
    const struct attempt_end *end, int64_t bytes, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->in_flight--;
    adapt->streams -= attempt->streamed ? 1 : 0;
    double slot_us = (double)(now_us - attempt->started_us) + 1;
    bool taken = end->status != 0 && outcome != OUTCOME_REJECTED && outcome != OUTCOME_AMBIGUOUS;
    if (attempt->streamed)
        epoch_note_stream(&adapt->epoch, now_us);
    else
        epoch_note_whole(
            &adapt->epoch, slot_us, taken ? 1 + (double)bytes / bytes_as_file : 0, now_us);
    if (taken)
        adapt_learn_success(adapt, slot_us, attempt->streamed, now_us);
    else if (is_rejection(outcome, end))
        adapt_learn_rejection(adapt, attempt, now_us);
    /* About as long as a file is in flight, so that what follows is new. */
    epoch_end_slice(&adapt->epoch, 0.9 * adapt->slot_us, now_us);
    adapt_look(adapt, now_us);
}
