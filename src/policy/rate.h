/* --rate: at most N requests in any second, minute, hour or day, several of them at once, over all
 * connections. Pure: the clock is an argument. */
#ifndef SHOAL_POLICY_RATE_H
#define SHOAL_POLICY_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define RATE_WINDOWS_MAX 8
#define RATE_BATCHES     128

/* A window that slides: never more than `most` starts within `length_us`. The fields are rate.c's.
 */
struct rate_window {
    int64_t length_us;
    int64_t spacing_us;             /* between two starts, where they are spread evenly, else 0 */
    int64_t due_us;                 /* when the next is due by that */
    uint64_t batch;                 /* starts a batch; 1 as long as there is a batch for each */
    size_t batches;                 /* in use, at most RATE_BATCHES */
    size_t current;                 /* the one that is being filled */
    uint64_t filled;                /* starts in it */
    int64_t ended_us[RATE_BATCHES]; /* last start of each batch */
};

/* Any number of windows; none limits nothing. */
struct rate {
    struct rate_window windows[RATE_WINDOWS_MAX];
    size_t count;
};

/* Makes one without a limit. */
void rate_init(struct rate *rate);

/* Adds a limit: `10/s`, `600/m`, `3600/h`, `10000/d`. False with `error` (ERROR_USAGE) for any
 * other text, N under 1 or over 1,000,000,000, or a limit more than RATE_WINDOWS_MAX. */
bool rate_add(struct rate *rate, const char *text, struct error *error);

/* When the next request may start: `now_us` for at once. Never CLOCK_NEVER. */
int64_t rate_next_us(const struct rate *rate, int64_t now_us);

/* A request starts now: only where rate_next_us() allowed it. */
void rate_take(struct rate *rate, int64_t now_us);

#endif
