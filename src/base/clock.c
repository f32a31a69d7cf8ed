#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t system_now_us(void *context)
{
    (void)context;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * CLOCK_US_PER_SECOND + now.tv_nsec / 1000;
}

static int64_t system_wall_seconds(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

struct clock clock_system(void)
{
    return (struct clock){.now_us = system_now_us, .wall_seconds = system_wall_seconds};
}
