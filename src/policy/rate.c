/* How it works. Services count in fixed windows, in sliding ones, or with a leaky bucket. A client
 * with at most N starts in any window of that length satisfies the first two. So each window keeps
 * the times of its last N starts, and the next may happen once the oldest of them has left it. For
 * N over 128 they are kept in batches, each with the time of its last start: that errs to the safe
 * side, by less than one part in 64.
 *
 * A rate per second is also spread evenly, for leaky buckets. Longer windows may be used up as fast
 * as the server accepts files (500 files at 10,000 per day should not take an hour). Each window is
 * a little longer than asked for, since requests sent evenly arrive less evenly. */
#include "policy/rate.h"

#include <string.h>

#include "base/clock.h"
#include "text/units.h"

enum {
    NUMBER_SIZE = 16,  /* room for `number_most` and more digits to be refused */
    MARGIN_SHARE = 50, /* a window is longer by its 50th part, at most by a second */
};

static const int64_t number_most = 1000000000;
/* A start this late is made up for by the next ones; more would be a burst. */
static const int64_t late_most_us = 10 * CLOCK_US_PER_MS;

void rate_init(struct rate *rate)
{
    *rate = (struct rate){0};
}

/* Returns the length of the window that a unit names; 0: not a unit. */
static int64_t unit_length_us(const char *unit)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].name) == 0)
            return units[i].seconds * CLOCK_US_PER_SECOND;
    }
    return 0;
}

static void rate_window_init(struct rate_window *window, int64_t most, int64_t length_us)
{
    int64_t margin = length_us / MARGIN_SHARE;
    if (margin > CLOCK_US_PER_SECOND)
        margin = CLOCK_US_PER_SECOND;
    uint64_t batch = ((uint64_t)most + RATE_BATCHES - 1) / RATE_BATCHES;
    *window = (struct rate_window){
        .length_us = length_us + margin,
        .due_us = INT64_MIN,
        .batch = batch,
        .batches = (size_t)((uint64_t)most / batch),
    };
    if (length_us == CLOCK_US_PER_SECOND)
        window->spacing_us = window->length_us / most;
    for (size_t i = 0; i < RATE_BATCHES; i++)
        window->last_start_us[i] = INT64_MIN;
}

bool rate_add(struct rate *rate, const char *text, struct error *error)
{
    const char *slash = strchr(text, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - text);
    char number[NUMBER_SIZE];
    int64_t most;
    if (length == 0 || length >= sizeof number || unit_length_us(slash + 1) == 0)
        return error_set(error, ERROR_USAGE, 0,
            "'%s' must be a number and a unit, as in 10/s, 600/m, 3600/h or 10000/d", text);
    memcpy(number, text, length);
    number[length] = '\0';
    if (!units_parse_number(number, 1, number_most, &most))
        return error_set(error, ERROR_USAGE, 0,
            "'%s' must begin with a whole number from 1 to 1000000000", text);
    if (rate->count == RATE_WINDOWS_MAX)
        return error_set(
            error, ERROR_USAGE, 0, "at most %d rates can be given at once", RATE_WINDOWS_MAX);
    rate_window_init(&rate->windows[rate->count++], most, unit_length_us(slash + 1));
    return true;
}

/* The batch that is filled replaces the oldest, whose starts count until it has left the window. */
static int64_t window_next_us(const struct rate_window *window, int64_t now_us)
{
    int64_t next = now_us > window->due_us ? now_us : window->due_us;
    if (window->filled > 0)
        return next; /* there was room for the whole batch when it was begun */
    int64_t oldest = window->last_start_us[window->current];
    if (oldest != INT64_MIN && oldest + window->length_us > next)
        next = oldest + window->length_us;
    return next;
}

int64_t rate_next_us(const struct rate *rate, int64_t now_us)
{
    int64_t next = now_us;
    for (size_t i = 0; i < rate->count; i++) {
        int64_t window_next = window_next_us(&rate->windows[i], now_us);
        next = window_next > next ? window_next : next;
    }
    return next;
}

static void window_note_start(struct rate_window *window, int64_t now_us)
{
    window->last_start_us[window->current] = now_us;
    if (++window->filled == window->batch) {
        window->filled = 0;
        window->current = (window->current + 1) % window->batches;
    }
    if (window->spacing_us == 0)
        return;
    int64_t earliest_due = now_us - late_most_us;
    if (window->due_us < earliest_due)
        window->due_us = earliest_due;
    window->due_us += window->spacing_us;
}

void rate_note_start(struct rate *rate, int64_t now_us)
{
    for (size_t i = 0; i < rate->count; i++)
        window_note_start(&rate->windows[i], now_us);
}
