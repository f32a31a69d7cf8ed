/* --limit-rate: bytes a second in total. Pure: the clock is an argument.
 *
 * Whoever is going to move bytes takes a turn for them and gets the moment when they may go. Turns
 * are in the order they were taken, so large files, which take a turn a piece, and small ones,
 * which take one for the whole body before they start, go round in a ring and none starves. */
#ifndef SHOAL_POLICY_THROTTLE_H
#define SHOAL_POLICY_THROTTLE_H

#include <stdint.h>

struct throttle {
    int64_t bytes_per_second; /* 0: no limit */
    int64_t free_us;          /* when all turns given so far will have passed */
    int64_t carry;            /* what rounding left over, in bytes times a million */
};

/* `bytes_per_second` 0: no limit. */
void throttle_init(struct throttle *throttle, int64_t bytes_per_second);

/* Takes a turn for `bytes` and gives the moment when they may be moved: `now_us` or later. Move
 * them then; don't ask again. */
int64_t throttle_take_us(struct throttle *throttle, int64_t bytes, int64_t now_us);

/* Gives back what a turn was taken for and was not moved: a transfer that ended before. */
void throttle_give_back(struct throttle *throttle, int64_t bytes);

/* How many bytes a large file should take a turn for: a fiftieth of a second's, 1 KiB at least and
 * 256 KiB at most. */
int64_t throttle_piece(const struct throttle *throttle);

#endif
