/* How an origin does, judged by its recent responses: whether a failure can be chance, and whether
 * a Retry-After speaks for one request or for the whole origin. Pure: the time is an argument.
 *
 * Moments are microseconds by one clock of the caller's that never goes back. */
#ifndef SHOAL_POLICY_HEALTH_H
#define SHOAL_POLICY_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

/* An origin's recent past. The fields are health.c's. */
struct health {
    double failed_share;    /* of recent attempts: how many failed, from 0 to 1 */
    unsigned ends;          /* how many attempts `failed_share` is the mean of */
    double lone_asks;       /* how many more waits are taken to be asked for by chance */
    unsigned asks_in_row;   /* failures that asked for a wait since the last success */
    int64_t asked_until_us; /* the end of the longest of these waits */
};

/* Sets up `health`, the caller's, for an origin that was never tried. */
void health_init(struct health *health);

/* An attempt succeeded: its response was a verdict. */
void health_note_success(struct health *health);

/* An attempt failed: it was rejected, or its end was ambiguous. */
void health_note_failure(struct health *health);

/* Returns whether most attempts succeed and a file that has failed `failures` times in a row, 1 or
 * more, can have failed by chance. If not, the origin or the file has a fault that lasts. */
bool health_is_chance(const struct health *health, unsigned failures);

/* An attempt failed, and its response asks for a wait until `until_us`. `in_flight`: the attempts
 * still in flight. Returns until when nothing should be sent to the origin: INT64_MIN if the
 * response is alone among successes, and speaks for its own request only. */
int64_t health_note_ask(struct health *health, unsigned in_flight, int64_t until_us);

#endif
