/* How it works. A service that counts per second rejects whatever comes once its count is reached,
 * and asks for a pause in whole seconds, which is longer than the rest of its second. A limit in
 * flight that suits it exactly is rarely a whole number, and each one too high costs a pause.
 *
 * Such a service shows itself by accepting the same number of files in the second before two pauses
 * in a row, with as many in flight as were rejected afterwards. Then starts are spaced evenly, at a
 * rate a little under that number. From time to time a higher rate is tried. A rejection ends the
 * try, and a pause in spite of the rate lowers it. */
#include "policy/adapt/pace.h"

#include "base/clock.h"

enum {
    SAME_SHARE = 8,      /* two numbers are the same if they differ by no more than this part */
    TRIES_TO_FORGET = 4, /* tries in a row that were kept: the rate does not matter any more */
    WAIT_PER_PAUSE = 20, /* so that pauses cost at most a twentieth of the time */
    WAIT_FACTOR = 2,     /* by which the wait for the next try grows when one was rejected */
};

/* Accepted attempts are counted in slices of a second, by when they started. */
static const int64_t slice_us = CLOCK_US_PER_SECOND / PACE_SLICES;
/* With a longer window little is lost by sending all at once, and then pausing. */
static const int64_t pause_most_us = 2 * CLOCK_US_PER_SECOND;
/* A start this late is made up for by the next ones; more would be a burst. */
static const int64_t late_most_us = 10 * CLOCK_US_PER_MS;
/* What starts within a window after the rate was set may be rejected for what started before. */
static const int64_t window_us = CLOCK_US_PER_SECOND;
static const int64_t try_us = 5 * CLOCK_US_PER_SECOND / 2; /* two windows, and a part of one */
static const int64_t wait_most_us = 600 * CLOCK_US_PER_SECOND;

/* Of what was in flight when files were rejected: with that many on average, others were accepted.
 */
static const double in_flight_share = 0.75;

static const double rate_margin = 0.98; /* of what was accepted: requests arrive less evenly */
static const double rate_cut = 0.9;     /* after a pause in spite of the rate */
static const double rate_raised = 1.125;
/* Cut to less than this share of what was learned: the server does not count per second. */
static const double rate_least_share = 0.5;

bool pace_is_set(const struct adapt_pace *pace)
{
    return pace->rate > 0;
}

int64_t pace_next_us(const struct adapt_pace *pace, int64_t now_us)
{
    return pace_is_set(pace) ? clock_later(pace->due_us, now_us) : now_us;
}

void pace_note_success(struct adapt_pace *pace, const struct adapt_attempt *attempt)
{
    int64_t slice = attempt->started_us / slice_us;
    if (slice - pace->newest > PACE_SLICES)
        pace->newest = slice - PACE_SLICES;
    while (pace->newest < slice)
        pace->accepted[++pace->newest % PACE_SLICES] = 0;
    if (slice > pace->newest - PACE_SLICES)
        pace->accepted[slice % PACE_SLICES]++;
    pace->successes++;
    pace->success_in_flight += attempt->in_flight;
}

static unsigned accepted_in_last_second(const struct adapt_pace *pace)
{
    unsigned sum = 0;
    for (int i = 0; i < PACE_SLICES; i++)
        sum += pace->accepted[i];
    return sum;
}

static bool is_same(unsigned one, unsigned other)
{
    unsigned apart = one > other ? one - other : other - one;
    return apart * SAME_SHARE <= one;
}

/* Was about as much in flight when files were accepted as when they were rejected? Else the number
 * in flight may be the reason: after a pause all slots are filled at once, and only the first are
 * accepted. */
static bool is_by_count(const struct adapt_pace *pace)
{
    return (double)pace->success_in_flight >=
           in_flight_share * pace->rejected_in_flight * (double)pace->successes;
}

static void set_rate(struct adapt_pace *pace, double rate, int64_t now_us)
{
    pace->rate = rate;
    pace->heeds_us = now_us + window_us;
    pace->trying = false;
    pace->tries_kept = 0;
    pace->change_us = now_us + pace->wait_us;
}

static void cut_rate(struct adapt_pace *pace, int64_t now_us)
{
    set_rate(pace, pace->rate * rate_cut, now_us);
    if (pace->rate * CLOCK_US_PER_SECOND < rate_least_share * pace->learned)
        pace_forget(pace);
}

/* Learns from the second before a pause, once all that started in it has ended. */
static void learn(struct adapt_pace *pace, int64_t now_us)
{
    unsigned accepted = accepted_in_last_second(pace);
    bool by_count = accepted > 0 && is_by_count(pace);
    if (pace_is_set(pace)) {
        cut_rate(pace, now_us);
    } else if (by_count && is_same(accepted, pace->learned)) {
        pace->wait_us = pace->pause_us * WAIT_PER_PAUSE;
        set_rate(pace, rate_margin * accepted / CLOCK_US_PER_SECOND, now_us);
    } else {
        pace->learned = by_count ? accepted : 0;
    }
    pace->pause_us = 0;
    pace->rejected_in_flight = 0;
    pace->successes = 0;
    pace->success_in_flight = 0;
}

void pace_note_start(struct adapt_pace *pace, int64_t now_us)
{
    if (pace->pause_us > 0 && now_us >= pace->resumes_us)
        learn(pace, now_us);
    if (pace_is_set(pace))
        pace->due_us = clock_later(pace->due_us, now_us - late_most_us) + (int64_t)(1 / pace->rate);
}

static void note_pause(struct adapt_pace *pace, int64_t pause_us, int64_t now_us)
{
    pace->pause_us = clock_later(pace->pause_us, pause_us);
    pace->resumes_us = now_us + pause_us;
}

/* The first rejection ends a try: what it costs should be as little as possible. */
void pace_note_ask(struct adapt_pace *pace, const struct adapt_attempt *attempt, bool rejected,
    int64_t pause_us, int64_t now_us)
{
    if (attempt->started_us < pace->heeds_us)
        return;
    if (pace->trying && rejected) {
        pace->wait_us = clock_earlier(pace->wait_us * WAIT_FACTOR, wait_most_us);
        set_rate(pace, pace->rate_before, now_us);
        return;
    }
    if (rejected &&
        (attempt->in_flight < pace->rejected_in_flight || pace->rejected_in_flight == 0))
        pace->rejected_in_flight = attempt->in_flight;
    if (pause_us > 0 && pause_us <= pause_most_us)
        note_pause(pace, pause_us, now_us);
}

void pace_step(struct adapt_pace *pace, int64_t now_us)
{
    if (!pace_is_set(pace) || pace->pause_us > 0 || now_us < pace->change_us)
        return;
    if (pace->trying && ++pace->tries_kept >= TRIES_TO_FORGET) {
        pace_forget(pace);
        return;
    }
    pace->rate_before = pace->rate;
    pace->rate *= rate_raised;
    pace->trying = true;
    pace->change_us = now_us + try_us;
}

void pace_forget(struct adapt_pace *pace)
{
    pace->rate = 0;
    pace->learned = 0;
    pace->trying = false;
}
