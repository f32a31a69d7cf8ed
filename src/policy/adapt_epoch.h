/* What adapt.c measures with: goodput at one limit, and how sure it is. */
#ifndef SHOAL_POLICY_ADAPT_EPOCH_H
#define SHOAL_POLICY_ADAPT_EPOCH_H

#include <stdbool.h>
#include <stdint.h>

/* Sums over a stretch of time. */
struct adapt_sums {
    int64_t begins_us;
    double area;        /* in flight, integrated over time: files times microseconds */
    double stream_area; /* the same of those with a streamed body */
    double held_area;   /* what was missing from the limit because the origin held us up */
    double work;        /* of whole bodies that were taken, in files */
    double taken;       /* files */
    double rejected;
    double slot_us;    /* how long all whole bodies were in flight, summed */
    double moved_work; /* of streamed bodies */
    unsigned ends;
};

/* What is measured at one limit: all of it, and slices of it, by whose differences its error is
 * known. */
struct adapt_epoch {
    struct adapt_sums whole;
    struct adapt_sums slice;
    double goodputs; /* of the slices that are over, summed */
    double squares;
    unsigned slices;
};

/* What an epoch came to. */
struct adapt_yield {
    double goodput; /* work a microsecond */
    double taken;   /* files a microsecond */
    double rejected;
    double in_flight; /* on average, with what the origin held up */
    double error;     /* relative standard error of goodput, squared */
};

/* Begins to measure at `begins_us`, which may lie ahead: what happens before is not counted. */
void epoch_begin(struct adapt_epoch *epoch, int64_t begins_us);

/* From `from_us` to `until_us` so many were in flight, `streams` of them with a streamed body. */
void epoch_count(struct adapt_epoch *epoch, int64_t from_us, int64_t until_us, unsigned in_flight,
    unsigned streams);

/* And so many more would have been, had the origin let them start. */
void epoch_count_held(struct adapt_epoch *epoch, int64_t from_us, int64_t until_us, unsigned held);

/* An attempt with a whole body ended after `slot_us`; `work` in files, 0: it was not taken. */
void epoch_note_whole(struct adapt_epoch *epoch, double slot_us, double work, int64_t now_us);

/* What an attempt came to, beside the two: taken, or rejected. */
void epoch_note_answer(struct adapt_epoch *epoch, bool taken, int64_t now_us);

/* One with a streamed body ended; its work is told of as it moves. */
void epoch_note_stream(struct adapt_epoch *epoch, int64_t now_us);
void epoch_note_moved(struct adapt_epoch *epoch, double work, int64_t now_us);

/* Ends a slice if it has lasted for `least_us` and has enough in it. */
void epoch_end_slice(struct adapt_epoch *epoch, double least_us, int64_t now_us);

/* Was most of what was in flight streamed? */
bool epoch_is_of_streams(const struct adapt_epoch *epoch);

/* What a yield is worth: a rejection costs the server and the client about half of a file. */
double yield_worth(const struct adapt_yield *yield);

/* The share of the answers that were rejections. */
double yield_rejected_share(const struct adapt_yield *yield);

/* What the slices that are over came to. There must be one. */
struct adapt_yield epoch_yield(const struct adapt_epoch *epoch);

#endif
