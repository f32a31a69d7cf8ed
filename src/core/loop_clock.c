#include "core/loop_clock.h"

static int64_t loop_now_us(void *context)
{
    struct loop_clock *loop = context;
    int64_t now_us = clock_now_us(loop->real);
    int64_t gap_us = now_us - loop->read_us;
    if (gap_us > LOOP_CLOCK_GAP_US)
        loop->lost_us += gap_us - LOOP_CLOCK_WAIT_MOST_US;
    loop->read_us = now_us;
    return now_us - loop->lost_us;
}

static int64_t loop_wall_seconds(void *context)
{
    const struct loop_clock *loop = context;
    return clock_wall_seconds(loop->real);
}

void loop_clock_init(struct loop_clock *loop, const struct clock *real)
{
    *loop = (struct loop_clock){
        .clock = {.now_us = loop_now_us, .wall_seconds = loop_wall_seconds, .context = loop},
        .real = real,
        .read_us = clock_now_us(real)};
}
