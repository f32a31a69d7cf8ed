/* The clock as a function table, so that tests can run policy and scheduler on a clock of their
 * own. */
#ifndef SHOAL_BASE_CLOCK_H
#define SHOAL_BASE_CLOCK_H

#include <stdint.h>

/* Microseconds per millisecond. */
#define CLOCK_US_PER_MS INT64_C(1000)

/* Microseconds per second. */
#define CLOCK_US_PER_SECOND INT64_C(1000000)

/* A moment that never comes; later than any other. */
#define CLOCK_NEVER INT64_MAX

/* A clock. */
struct clock {
    /* Microseconds since some fixed moment; never goes back. */
    int64_t (*now_us)(void *context);
    /* Seconds since 1970-01-01T00:00:00Z, to compare with dates that a server sends. */
    int64_t (*wall_seconds)(void *context);
    /* The argument of both functions. */
    void *context;
};

/* The system's clocks: CLOCK_MONOTONIC and CLOCK_REALTIME. */
struct clock clock_system(void);

/* The earlier of two moments. */
static inline int64_t clock_earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

/* The later of two moments. */
static inline int64_t clock_later(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

/* Calls clock->now_us. */
static inline int64_t clock_now_us(const struct clock *clock)
{
    return clock->now_us(clock->context);
}

/* Calls clock->wall_seconds. */
static inline int64_t clock_wall_seconds(const struct clock *clock)
{
    return clock->wall_seconds(clock->context);
}

#endif
