/* The clock as a function table, so that policy and scheduler can run on a clock of a test's. */
#ifndef SHOAL_BASE_CLOCK_H
#define SHOAL_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_US_PER_MS     INT64_C(1000)
#define CLOCK_US_PER_SECOND INT64_C(1000000)
#define CLOCK_NEVER         INT64_MAX

struct clock {
    /* Microseconds since some fixed moment; never goes back. */
    int64_t (*now_us)(void *context);
    /* Seconds since 1970-01-01T00:00:00Z, for dates that a server sends. */
    int64_t (*wall_seconds)(void *context);
    void *context;
};

/* The system's clocks: CLOCK_MONOTONIC and CLOCK_REALTIME. */
struct clock clock_system(void);

/* The earlier and the later of two moments; CLOCK_NEVER is later than any other. */
static inline int64_t clock_earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static inline int64_t clock_later(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

/* What the clock of `clock` says now: see struct clock. */
static inline int64_t clock_now_us(const struct clock *clock)
{
    return clock->now_us(clock->context);
}

static inline int64_t clock_wall_seconds(const struct clock *clock)
{
    return clock->wall_seconds(clock->context);
}

#endif
