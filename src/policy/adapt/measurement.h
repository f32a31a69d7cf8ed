/* What adapt.c measures with: goodput at one limit, and how sure it is. */
#ifndef SHOAL_POLICY_ADAPT_MEASUREMENT_H
#define SHOAL_POLICY_ADAPT_MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/adapt/private.h"

/* Begins to measure at `begins_us`, which may lie ahead: what happens before is not counted. */
void measurement_begin(struct adapt_measurement *measurement, int64_t begins_us);

/* From `from_us` to `until_us` so many were in flight, `streams` of them with a streamed body. */
void measurement_count(struct adapt_measurement *measurement, int64_t from_us, int64_t until_us,
    unsigned in_flight, unsigned streams);

/* And so many more would have been, had the origin let them start. */
void measurement_count_held(
    struct adapt_measurement *measurement, int64_t from_us, int64_t until_us, unsigned held);

/* An attempt with a whole body ended after `slot_us`; `work` in files, 0: it was not taken. */
void measurement_note_whole(
    struct adapt_measurement *measurement, double slot_us, double work, int64_t now_us);

/* What an attempt came to, beside the two: taken, or rejected. */
void measurement_note_answer(struct adapt_measurement *measurement, bool taken, int64_t now_us);

/* One with a streamed body ended; its work is told of as it moves. */
void measurement_note_stream(struct adapt_measurement *measurement, int64_t now_us);
void measurement_note_moved(struct adapt_measurement *measurement, double work, int64_t now_us);

/* Ends a slice if it has lasted for `least_us` and has enough in it. */
void measurement_end_slice(struct adapt_measurement *measurement, double least_us, int64_t now_us);

/* Was most of what was in flight streamed? */
bool measurement_is_of_streams(const struct adapt_measurement *measurement);

/* What a yield is worth: a rejection costs the server and the client about half of a file. */
double yield_worth(const struct adapt_yield *yield);

/* The share of the answers that were rejections. */
double yield_rejected_share(const struct adapt_yield *yield);

/* What the slices that are over came to. There must be one. */
struct adapt_yield measurement_yield(const struct adapt_measurement *measurement);

#endif
