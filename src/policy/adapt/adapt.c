/* Counts what is in flight. search.c looks for the best limit by measuring, pressure.c
 * answers rejections. */
#include "policy/adapt.h"

#include "base/clock.h"
#include "policy/adapt/measurement.h"
#include "policy/adapt/pressure.h"
#include "policy/adapt/search.h"
#include "policy/adapt/target.h"

enum {
    FIRST_LIMIT = 8,
    ROW_OF_REJECTIONS = 8,
};

static const double spacing_most_us = 10e6;
static const double bytes_as_file = 256 * 1024; /* so many bytes are as much work as a file */
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
        .ceiling.hold_us = ADAPT_CEILING_HOLD_US,
        .counted_us = now_us,
        .last_success_us = now_us,
        .last_stream_us = now_us,
        .last_start_us = INT64_MIN,
        .held_until_us = INT64_MIN,
        .pressure.cut_us = INT64_MIN,
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
    if (!adapt_is_paced(adapt) || adapt->last_start_us == INT64_MIN)
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
    measurement_count(
        &adapt->measurement, adapt->counted_us, now_us, adapt->in_flight, adapt->streams);
    int64_t held_us = now_us < adapt->held_until_us ? now_us : adapt->held_until_us;
    if (adapt->in_flight < adapt->opened)
        measurement_count_held(
            &adapt->measurement, adapt->counted_us, held_us, adapt->opened - adapt->in_flight);
    adapt->counted_us = now_us;
}

void adapt_note_held(struct adapt *adapt, int64_t until_us, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->held_until_us = until_us;
}

static void adapt_count_stream(struct adapt *adapt, int64_t now_us)
{
    double gap_us = (double)(now_us - adapt->last_stream_us);
    adapt->streams++;
    adapt->stream_gap_us += (gap_us - adapt->stream_gap_us) / 8;
    adapt->last_stream_us = now_us;
}

void adapt_note_start(
    struct adapt *adapt, struct adapt_attempt *attempt, bool streamed, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->in_flight++;
    adapt->last_start_us = now_us;
    if (streamed)
        adapt_count_stream(adapt, now_us);
    *attempt = (struct adapt_attempt){.started_us = now_us,
        .in_flight = adapt->in_flight,
        .number = ++adapt->starts,
        .streamed = streamed};
}

static void adapt_learn_rejection(
    struct adapt *adapt, const struct adapt_attempt *attempt, int64_t pause_us, int64_t now_us)
{
    adapt->rejected_row++;
    pressure_note_rejection(adapt, attempt, pause_us, now_us);
}

static void adapt_learn_success(
    struct adapt *adapt, const struct adapt_attempt *attempt, double slot_us, int64_t now_us)
{
    bool was_away =
        adapt->rejected_row >= ROW_OF_REJECTIONS && now_us - adapt->last_success_us >= outage_us;
    adapt->rejected_row = 0;
    pressure_note_success(adapt, attempt);
    adapt->last_success_us = now_us;
    if (adapt->opened < adapt_most_open(adapt))
        adapt->opened++;
    bool first = adapt->slot_us <= 0;
    if (!attempt->streamed || first)
        adapt->slot_us += first ? slot_us : (slot_us - adapt->slot_us) / 16;
    if (first)
        adapt_set_limit(adapt, adapt->limit, now_us);
    if (was_away) {
        pressure_forget(adapt);
        adapt_grow_from(adapt, adapt->fixed ? adapt->most : ADAPT_LEAST_LIMIT, now_us);
    }
}

void adapt_note_moved(struct adapt *adapt, int64_t bytes)
{
    measurement_note_moved(&adapt->measurement, (double)bytes / bytes_as_file, adapt->counted_us);
}

static bool is_rejection(enum outcome outcome, const struct attempt_end *end)
{
    if (outcome != OUTCOME_REJECTED)
        return false;
    return end->status != 0 ||
           (end->error != ATTEMPT_FILE_CHANGED && end->error != ATTEMPT_CANCELLED);
}

void adapt_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, enum outcome outcome,
    const struct attempt_end *end, int64_t pause_us, int64_t bytes, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->in_flight--;
    adapt->streams -= attempt->streamed ? 1 : 0;
    double slot_us = (double)(now_us - attempt->started_us) + 1;
    bool taken = end->status != 0 && outcome != OUTCOME_REJECTED && outcome != OUTCOME_AMBIGUOUS;
    bool rejected = is_rejection(outcome, end);
    double work = taken ? 1 + (double)bytes / bytes_as_file : 0;
    if (attempt->streamed)
        measurement_note_stream(&adapt->measurement, now_us);
    else
        measurement_note_whole(&adapt->measurement, slot_us, work, now_us);
    if (taken || rejected)
        measurement_note_answer(&adapt->measurement, taken, now_us);
    if (taken)
        adapt_learn_success(adapt, attempt, slot_us, now_us);
    else if (rejected)
        adapt_learn_rejection(adapt, attempt, pause_us, now_us);
    /* About as long as a file is in flight, so that what follows is new. */
    measurement_end_slice(&adapt->measurement, 0.9 * adapt->slot_us, now_us);
    adapt_look(adapt, now_us);
}
