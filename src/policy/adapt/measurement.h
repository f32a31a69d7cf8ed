/* Measures goodput at one limit, and how accurate that is. The lowest of these files: it knows
 * struct adapt_measurement alone. */
#ifndef SHOAL_POLICY_ADAPT_MEASUREMENT_H
#define SHOAL_POLICY_ADAPT_MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/adapt/private.h"

/* Begins to measure at `begins_us`, which may be in the future: nothing before it counts. */
void measurement_begin(struct adapt_measurement *measurement, int64_t begins_us);

/* From `from_us` to `until_us` there were `in_flight` attempts in flight, `streams` of them with a
 * streamed body. */
void measurement_count(struct adapt_measurement *measurement, int64_t from_us, int64_t until_us,
    unsigned in_flight, unsigned streams);

/* From `from_us` to `until_us`, `blocked` more could have been in flight if the origin had let them
 * start. */
void measurement_count_blocked(
    struct adapt_measurement *measurement, int64_t from_us, int64_t until_us, unsigned blocked);

/* An attempt with a whole body ended after `slot_us` in flight. `work`: in files, 0 if it was not
 * accepted. */
void measurement_note_whole(
    struct adapt_measurement *measurement, double slot_us, double work, int64_t now_us);

/* An attempt with a streamed body ended; its work was counted as it moved. */
void measurement_note_stream(struct adapt_measurement *measurement, int64_t now_us);

/* A piece of a streamed body was sent; `work`: in files. */
void measurement_note_moved(struct adapt_measurement *measurement, double work, int64_t now_us);

/* The attempt that ended, with either kind of body, was accepted, or else rejected. */
void measurement_note_response(
    struct adapt_measurement *measurement, bool accepted, int64_t now_us);

/* Finishes the present slice if it has lasted for `least_us` and has enough ends in it. */
void measurement_end_slice(struct adapt_measurement *measurement, double least_us, int64_t now_us);

/* Returns whether more than half of what was in flight in the finished slices was streamed. */
bool measurement_is_of_streams(const struct adapt_measurement *measurement);

/* Returns the result of the finished slices. There must be at least one. */
struct adapt_yield measurement_yield(const struct adapt_measurement *measurement);

/* Returns the goodput less the cost of the rejections, in work per microsecond: negative where they
 * cost more than is achieved. */
double yield_worth(const struct adapt_yield *yield);

/* Returns which share of the responses were rejections, from 0 to 1; 0 if there was none. */
double yield_rejected_share(const struct adapt_yield *yield);

#endif
