/* --rate: at most N requests in any second, minute, hour or day over all connections, or several
 * such rates at once. Pure: the time is an argument, in microseconds by a clock that never goes
 * back. */
#ifndef SHOAL_POLICY_RATE_H
#define SHOAL_POLICY_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"

/* How many rates can be given at once. */
#define RATE_WINDOWS_MAX 8

/* How many start times a window keeps. */
#define RATE_BATCHES 128

/* A sliding window with a maximum of starts. The fields are rate.c's. */
struct rate_window {
    int64_t length_us;                   /* of the window, its margin included */
    int64_t spacing_us;                  /* between two starts; 0: they need not be even */
    int64_t due_us;                      /* when the next start is due by `spacing_us` */
    uint64_t batch;                      /* starts per batch */
    size_t batches;                      /* batches in use, at most RATE_BATCHES */
    size_t current;                      /* index of the batch that is being filled */
    uint64_t filled;                     /* starts in the current batch */
    int64_t last_start_us[RATE_BATCHES]; /* last start of each batch; INT64_MIN: none yet */
};

/* The rates that hold at once. It owns no memory. */
struct rate {
    struct rate_window windows[RATE_WINDOWS_MAX]; /* one per rate */
    size_t count;                                 /* 0: no limit */
};

/* Sets up `rate` without a limit. */
void rate_init(struct rate *rate);

/* Adds a rate such as `10/s`, `600/m`, `3600/h` or `10000/d`. False with `error` (ERROR_USAGE; it
 * may be NULL) for any other text, N under 1 or over 1,000,000,000, or more than RATE_WINDOWS_MAX
 * rates. */
MUST_USE bool rate_add(struct rate *rate, const char *text, struct error *error);

/* Returns when the next request may start: `now_us` for at once, never CLOCK_NEVER. */
int64_t rate_next_us(const struct rate *rate, int64_t now_us);

/* A request starts now, which rate_next_us() must have allowed. */
void rate_note_start(struct rate *rate, int64_t now_us);

#endif
