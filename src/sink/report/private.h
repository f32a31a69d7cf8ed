/* What the files of the report share. */
#ifndef SHOAL_SINK_REPORT_PRIVATE_H
#define SHOAL_SINK_REPORT_PRIVATE_H

#include <shoal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/must_use.h"

/* The page, with `@DATA@` where the data goes; made from page.html when shoal is built. */
extern const char report_page[];

/* What happened in one stretch of time. */
struct timeline_bucket {
    uint64_t sent;    /* files with the verdict sent, exists or skipped */
    uint64_t failed;  /* files with another verdict */
    uint64_t retried; /* attempts after which a file is sent again */
    uint64_t started; /* files whose first attempt began */
    uint64_t ended;   /* of those that were attempted: files with a verdict */
    int64_t bytes;    /* sizes of the files that were sent */
    int64_t took_us;  /* from first attempt to verdict, added up */
};

/* Stretches of equal length, from the start of the first run. */
struct timeline {
    struct timeline_bucket *buckets; /* owned */
    size_t count;                    /* of `buckets` */
    int64_t bucket_us;               /* length of each, in microseconds; 0: none yet */
};

/* Frees the buckets. */
void timeline_free(struct timeline *timeline);

/* The bucket of a time in microseconds since the start; NULL: out of memory. Valid until the next
 * call. Over 2,000 buckets, two become one. */
MUST_USE struct timeline_bucket *timeline_at(struct timeline *timeline, int64_t at_us);

/* Adds the buckets as a JSON array of arrays. */
void timeline_add_json(struct buf *out, const struct timeline *timeline);

/* Adds a JSON string of any bytes: what is not UTF-8 becomes U+FFFD. */
void report_add_string(struct buf *out, const char *text, size_t length);

#endif
