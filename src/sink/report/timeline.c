/* What happened when. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sink/report/private.h"

#define BUCKETS_MAX 2000

void timeline_free(struct timeline *timeline)
{
    free(timeline->buckets);
    *timeline = (struct timeline){0};
}

static void merge_pairs(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_bucket from = timeline->buckets[i];
        struct timeline_bucket *to = &timeline->buckets[i / 2];
        if (i % 2 == 0) {
            *to = from;
            continue;
        }
        to->sent += from.sent;
        to->failed += from.failed;
        to->retried += from.retried;
        to->started += from.started;
        to->ended += from.ended;
        to->bytes += from.bytes;
        to->took_us += from.took_us;
    }
    size_t half = (timeline->count + 1) / 2;
    memset(timeline->buckets + half, 0, (timeline->count - half) * sizeof *timeline->buckets);
    timeline->count = half;
    timeline->bucket_us *= 2;
}

struct timeline_bucket *timeline_at(struct timeline *timeline, int64_t at_us)
{
    if (timeline->buckets == NULL) {
        timeline->buckets = calloc(BUCKETS_MAX, sizeof *timeline->buckets);
        timeline->bucket_us = CLOCK_US_PER_SECOND;
    }
    if (timeline->buckets == NULL)
        return NULL;
    if (at_us < 0)
        at_us = 0;
    while (at_us / timeline->bucket_us >= BUCKETS_MAX)
        merge_pairs(timeline);
    size_t index = (size_t)(at_us / timeline->bucket_us);
    if (index >= timeline->count)
        timeline->count = index + 1;
    return &timeline->buckets[index];
}

void timeline_add_json(struct buf *out, const struct timeline *timeline)
{
    uint64_t in_flight = 0;
    (void)buf_add_byte(out, '[');
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_bucket *bucket = &timeline->buckets[i];
        in_flight += bucket->started;
        (void)buf_printf(out,
            "%s[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRId64 ",%" PRIu64 ",%" PRId64 "]",
            i == 0 ? "" : ",", bucket->sent, bucket->failed, bucket->retried, bucket->bytes,
            in_flight, bucket->took_us / CLOCK_US_PER_MS);
        in_flight -= bucket->ended < in_flight ? bucket->ended : in_flight;
    }
    (void)buf_add_byte(out, ']');
}
