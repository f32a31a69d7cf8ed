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
            to->started_us += (int64_t)from.started * timeline->bucket_us;
            to->ended_us += (int64_t)from.ended * timeline->bucket_us;
            continue;
        }
        to->sent += from.sent;
        to->failed += from.failed;
        to->retried += from.retried;
        to->started += from.started;
        to->ended += from.ended;
        to->started_us += from.started_us;
        to->ended_us += from.ended_us;
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

void timeline_note_flight(struct timeline *timeline, int64_t at_us, bool starts)
{
    struct timeline_bucket *bucket = timeline_at(timeline, at_us);
    if (bucket == NULL)
        return;
    int64_t left_us = timeline->bucket_us - (at_us < 0 ? 0 : at_us) % timeline->bucket_us;
    *(starts ? &bucket->started : &bucket->ended) += 1;
    *(starts ? &bucket->started_us : &bucket->ended_us) += left_us;
}

void timeline_add_json(struct buf *out, const struct timeline *timeline)
{
    double in_flight = 0; /* at the start of the bucket */
    (void)buf_add_byte(out, '[');
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_bucket *bucket = &timeline->buckets[i];
        double mean = in_flight +
                      (double)(bucket->started_us - bucket->ended_us) / (double)timeline->bucket_us;
        (void)buf_printf(out,
            "%s[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRId64 ",%.1f,%" PRId64 "]",
            i == 0 ? "" : ",", bucket->sent, bucket->failed, bucket->retried, bucket->bytes,
            mean > 0 ? mean : 0.0, bucket->took_us / CLOCK_US_PER_MS);
        in_flight += (double)bucket->started - (double)bucket->ended;
    }
    (void)buf_add_byte(out, ']');
}
