/* --limit-rate: bytes per second in total. Pure: the time is an argument, in microseconds by a
 * clock that never goes back.
 *
 * Whoever is going to send bytes reserves a turn for them, and learns when they may be sent. Turns
 * are served in the order of their reservation. Large files reserve a turn per piece, small ones
 * one for the whole body before they start, so they alternate and none starves. */
#ifndef SHOAL_POLICY_THROTTLE_H
#define SHOAL_POLICY_THROTTLE_H

#include <stdint.h>

/* The fields are throttle.c's. */
struct throttle {
    int64_t bytes_per_second; /* 0: no limit */
    int64_t free_us;          /* when all turns reserved so far will be over */
    int64_t carry;            /* remainder of the last division: bytes times a million */
};

/* Sets up `throttle` without a turn. `bytes_per_second` 0: no limit. */
void throttle_init(struct throttle *throttle, int64_t bytes_per_second);

/* Reserves a turn for `bytes`. Returns when they may be sent, `now_us` or later: send them then,
 * without asking again. */
int64_t throttle_reserve_us(struct throttle *throttle, int64_t bytes, int64_t now_us);

/* Gives back `bytes` of a turn that were not sent because the transfer ended. */
void throttle_give_back(struct throttle *throttle, int64_t bytes);

/* Returns how many bytes a large file should reserve a turn for: those of a fiftieth of a second,
 * at least 1 KiB and at most 256 KiB. */
int64_t throttle_piece(const struct throttle *throttle);

#endif
