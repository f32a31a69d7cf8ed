/* Counts what is in flight and what ends. search.c looks for the best limit by measuring,
 * pressure.c handles rejections. */
#include "policy/adapt.h"

#include "base/clock.h"
#include "policy/adapt/growth.h"
#include "policy/adapt/limit.h"
#include "policy/adapt/measurement.h"
#include "policy/adapt/pace.h"
#include "policy/adapt/pressure.h"
#include "policy/adapt/search.h"
#include "policy/adapt/target.h"

enum {
    OUTAGE_REJECTIONS = 8, /* in a row, and none accepted for `outage_us`: the origin was away */
    SLOT_ENDS = 16,        /* ends that the mean time in flight is taken over */
    STREAM_STARTS = 8,     /* starts that the mean time between streamed bodies is taken over */
};

static const double limit_at_first = 16;    /* four doublings below ADAPT_MOST */
static const double limit_after_outage = 4; /* fewer: the server has just come back */
static const int64_t outage_us = 3 * CLOCK_US_PER_SECOND;

/* Starts are never farther apart, whatever the limit: the server may be faster by then. */
static const double spacing_most_us = 10e6;

/* The bytes of a body that are as much work as the file's request and response. */
static const double bytes_per_file = 256 * 1024;

/* Of the time that a file is in flight, for a slice of a measurement: nearly all that ends in the
 * next slice started in it, so that slices differ independently. */
static const double slice_share = 0.9;

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
        .try_wait_us = TARGET_TRY_WAIT_US,
        .counted_until_us = now_us,
        .last_success_us = now_us,
        .last_stream_us = now_us,
        .last_start_us = INT64_MIN,
        .blocked_until_us = INT64_MIN,
    };
    pressure_init(adapt);
    limit_set(adapt, adapt->fixed ? most : limit_at_first, now_us);
    adapt->open_slots = limit_slots(adapt);
}

unsigned adapt_limit(const struct adapt *adapt)
{
    return adapt->open_slots;
}

int64_t adapt_next_start_us(const struct adapt *adapt, int64_t now_us)
{
    if (adapt->in_flight >= adapt_limit(adapt))
        return CLOCK_NEVER;
    int64_t next_us = pace_next_us(&adapt->pace, now_us);
    if (!limit_is_paced(adapt) || adapt->last_start_us == INT64_MIN)
        return next_us;
    double spacing_us = adapt->slot_us / adapt->limit;
    if (spacing_us > spacing_most_us)
        spacing_us = spacing_most_us;
    return clock_later(adapt->last_start_us + (int64_t)spacing_us, next_us);
}

/* Brings the areas of the measurement up to now. */
static void adapt_count(struct adapt *adapt, int64_t now_us)
{
    measurement_count(
        &adapt->measurement, adapt->counted_until_us, now_us, adapt->in_flight, adapt->streams);
    if (adapt->in_flight < adapt->open_slots)
        measurement_count_blocked(&adapt->measurement, adapt->counted_until_us,
            clock_earlier(now_us, adapt->blocked_until_us), adapt->open_slots - adapt->in_flight);
    adapt->counted_until_us = now_us;
}

void adapt_note_blocked(struct adapt *adapt, int64_t until_us, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->blocked_until_us = until_us;
}

static void adapt_count_stream(struct adapt *adapt, int64_t now_us)
{
    double gap_us = (double)(now_us - adapt->last_stream_us);
    adapt->streams++;
    adapt->stream_gap_us += (gap_us - adapt->stream_gap_us) / STREAM_STARTS;
    adapt->last_stream_us = now_us;
}

void adapt_note_start(
    struct adapt *adapt, struct adapt_attempt *attempt, bool streamed, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->in_flight++;
    adapt->last_start_us = now_us;
    pace_note_start(&adapt->pace, now_us);
    if (streamed)
        adapt_count_stream(adapt, now_us);
    *attempt = (struct adapt_attempt){.started_us = now_us,
        .in_flight = adapt->in_flight,
        .number = ++adapt->starts,
        .streamed = streamed};
}

static void adapt_learn_success(
    struct adapt *adapt, const struct adapt_attempt *attempt, double slot_us, int64_t now_us)
{
    bool was_away =
        adapt->rejected_in_row >= OUTAGE_REJECTIONS && now_us - adapt->last_success_us >= outage_us;
    adapt->rejected_in_row = 0;
    pressure_note_success(adapt, attempt);
    pace_note_success(&adapt->pace, attempt);
    adapt->last_success_us = now_us;
    /* A higher limit is filled by one more start per success: a burst overflows queues that the
     * same load would not. */
    if (adapt->open_slots < limit_slots(adapt))
        adapt->open_slots++;
    else
        adapt->growth.spare_slots++;
    bool first = adapt->slot_us <= 0;
    if (!attempt->streamed || first)
        adapt->slot_us += first ? slot_us : (slot_us - adapt->slot_us) / SLOT_ENDS;
    if (first) /* only now it is known how long the measurement must wait to begin */
        limit_measure(adapt, now_us);
    if (was_away) {
        pressure_forget(adapt);
        pace_forget(&adapt->pace);
        search_grow_from(adapt, adapt->fixed ? adapt->most : limit_after_outage, now_us);
    }
}

void adapt_note_moved(struct adapt *adapt, int64_t bytes)
{
    measurement_note_moved(
        &adapt->measurement, (double)bytes / bytes_per_file, adapt->counted_until_us);
}

/* What shoal itself broke off says nothing about the server. */
static bool is_rejection(enum outcome outcome, const struct attempt_end *end)
{
    if (outcome != OUTCOME_REJECTED)
        return false;
    return end->status != 0 ||
           (end->error != ATTEMPT_FILE_CHANGED && end->error != ATTEMPT_CANCELLED);
}

/* An attempt was rejected, or its response asked for a wait. */
static void adapt_learn_rejection(struct adapt *adapt, const struct adapt_attempt *attempt,
    bool rejected, bool asks_to_wait, int64_t pause_us, int64_t now_us)
{
    adapt->rejected_in_row += rejected ? 1 : 0;
    /* What a learned rate is exceeded by says nothing about the number in flight. */
    if (rejected && !(asks_to_wait && pace_is_set(&adapt->pace)))
        pressure_note_rejection(adapt, attempt, pause_us, now_us);
    if (asks_to_wait)
        pace_note_ask(&adapt->pace, attempt, rejected, pause_us, now_us);
}

void adapt_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, enum outcome outcome,
    const struct attempt_end *end, int64_t pause_us, int64_t bytes, int64_t now_us)
{
    adapt_count(adapt, now_us);
    adapt->in_flight--;
    adapt->streams -= attempt->streamed ? 1 : 0;
    double slot_us = (double)(now_us - attempt->started_us) + 1; /* not 0, on a coarse clock */
    bool accepted = end->status != 0 && outcome_is_final(outcome);
    bool rejected = is_rejection(outcome, end);
    double work = accepted ? 1 + (double)bytes / bytes_per_file : 0;
    if (attempt->streamed)
        measurement_note_stream(&adapt->measurement, now_us);
    else
        measurement_note_whole(&adapt->measurement, slot_us, work, now_us);
    growth_note_end(adapt, attempt, adapt->in_flight + 1, slot_us, work);
    if (accepted || rejected)
        measurement_note_response(&adapt->measurement, accepted, now_us);
    if (accepted)
        adapt_learn_success(adapt, attempt, slot_us, now_us);
    adapt_learn_rejection(adapt, attempt, rejected, end->asks_to_wait, pause_us, now_us);
    pace_step(&adapt->pace, now_us);
    measurement_end_slice(&adapt->measurement, slice_share * adapt->slot_us, now_us);
    search_step(adapt, now_us);
}
