#include "io/read/stamps.h"

#include <stdbool.h>

#include "base/clock.h"

/* The age in microseconds that a stamp must have beyond its granularity: several ticks. */
#define SLACK_US (50 * CLOCK_US_PER_MS)

/* The granularities of times without a fraction. */
#define WHOLE_SECOND_US CLOCK_US_PER_SECOND
#define EVEN_SECOND_US  (2 * CLOCK_US_PER_SECOND)

/* A stamp further than this in the future is not waited for. */
#define SKEW_SECONDS 1

/* A stamp older than this is never hot. Compared in seconds, because those of a damaged file system
 * may be any number, and would overflow as microseconds. */
#define OLD_SECONDS 4

static bool has_fraction(const struct timespec *stamp)
{
    return stamp->tv_nsec != 0;
}

static bool is_odd(const struct timespec *stamp)
{
    return !has_fraction(stamp) && stamp->tv_sec % 2 != 0;
}

/* Whether the device has shown an odd second. */
static bool knows(const struct stamps *stamps, unsigned long long device)
{
    for (size_t i = 0; i < STAMPS_DEVICES; i++) {
        unsigned long long known =
            atomic_load_explicit(&stamps->odd_devices[i], memory_order_relaxed);
        if (known == device || known == 0)
            return known == device && device != 0;
    }
    return false;
}

/* Remembers the device, if there is a place. */
static void learn(struct stamps *stamps, unsigned long long device)
{
    for (size_t i = 0; i < STAMPS_DEVICES; i++) {
        unsigned long long known = 0;
        if (atomic_compare_exchange_strong(&stamps->odd_devices[i], &known, device) ||
            known == device)
            return;
    }
}

static int64_t granularity_us(struct stamps *stamps, const struct reader_facts *facts)
{
    unsigned long long device = (unsigned long long)facts->device;
    if (has_fraction(&facts->ctime))
        return 0;
    if (knows(stamps, device))
        return WHOLE_SECOND_US;
    if (!is_odd(&facts->ctime) && !is_odd(&facts->mtime))
        return EVEN_SECOND_US;
    learn(stamps, device);
    return WHOLE_SECOND_US;
}

/* Microseconds until the stamp is old enough. */
static int64_t wait_for(
    const struct timespec *stamp, const struct timespec *now, int64_t granularity)
{
    if (stamp->tv_sec < now->tv_sec - OLD_SECONDS || stamp->tv_sec > now->tv_sec + SKEW_SECONDS)
        return 0;
    int64_t age = (int64_t)(now->tv_sec - stamp->tv_sec) * CLOCK_US_PER_SECOND +
                  (now->tv_nsec - stamp->tv_nsec) / 1000;
    int64_t needed = SLACK_US + (has_fraction(stamp) ? 0 : granularity);
    return age < needed ? needed - age : 0;
}

struct stamps_hot stamps_hot(
    struct stamps *stamps, const struct reader_facts *facts, const struct timespec *now)
{
    int64_t granularity = granularity_us(stamps, facts);
    int64_t wait = clock_later(
        wait_for(&facts->ctime, now, granularity), wait_for(&facts->mtime, now, granularity));
    return (struct stamps_hot){.wait_us = wait, .granularity_us = granularity};
}
