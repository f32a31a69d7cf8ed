#include "policy/throttle.h"

#include "base/clock.h"

enum {
    PIECES_PER_SECOND = 50,  /* few wake-ups, and turns short enough to share the rate fairly */
    PIECE_LEAST = 1024,      /* bytes: less is mostly overhead */
    PIECE_MOST = 256 * 1024, /* bytes: more saves nothing */
};

/* In bytes: a longer turn would overflow the product with microseconds. */
static const int64_t turn_most = INT64_C(1) << 42;
/* Unused time that is made up for: that of a loop that wakes up late, not that of a pause. */
static const int64_t idle_most_us = 50 * CLOCK_US_PER_MS;

void throttle_init(struct throttle *throttle, int64_t bytes_per_second)
{
    *throttle = (struct throttle){.bytes_per_second = bytes_per_second, .free_us = INT64_MIN};
}

/* Returns the time that `bytes` take. The remainder is carried to the next call. */
static int64_t throttle_duration_us(struct throttle *throttle, int64_t bytes)
{
    int64_t product = bytes * CLOCK_US_PER_SECOND + throttle->carry;
    throttle->carry = product % throttle->bytes_per_second;
    return product / throttle->bytes_per_second;
}

int64_t throttle_reserve_us(struct throttle *throttle, int64_t bytes, int64_t now_us)
{
    if (throttle->bytes_per_second <= 0 || bytes <= 0)
        return now_us;
    if (throttle->free_us < now_us - idle_most_us)
        throttle->free_us = now_us - idle_most_us;
    int64_t turn_us = throttle->free_us;
    throttle->free_us += throttle_duration_us(throttle, bytes < turn_most ? bytes : turn_most);
    return turn_us > now_us ? turn_us : now_us;
}

void throttle_give_back(struct throttle *throttle, int64_t bytes)
{
    if (throttle->bytes_per_second <= 0 || bytes <= 0)
        return;
    throttle->carry = 0;
    throttle->free_us -= throttle_duration_us(throttle, bytes < turn_most ? bytes : turn_most);
}

int64_t throttle_piece(const struct throttle *throttle)
{
    int64_t piece = throttle->bytes_per_second / PIECES_PER_SECOND;
    if (throttle->bytes_per_second <= 0 || piece > PIECE_MOST)
        return PIECE_MOST;
    return piece < PIECE_LEAST ? PIECE_LEAST : piece;
}
