/* What the files of the report share. */
#ifndef SHOAL_SINK_REPORT_PRIVATE_H
#define SHOAL_SINK_REPORT_PRIVATE_H

#include <shoal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "base/table.h"
#include "core/causes.h"

#define DATA_MAX       ((size_t)1024 * 1024 * 1024) /* bytes of the page's data */
#define STATUSES_MAX   120                          /* bytes of "502 502 201" */
#define FIRST_REFUSALS 3

/* The page, with `@DATA@` where the data goes; made from page.html when shoal is built. */
extern const char report_page[];

/* What happened in one stretch of time. */
struct timeline_bucket {
    uint64_t sent;      /* files with the verdict sent, exists or skipped */
    uint64_t failed;    /* files with another verdict */
    uint64_t retried;   /* attempts after which a file is sent again */
    uint64_t started;   /* files whose first attempt began */
    uint64_t ended;     /* of those that were attempted: files with a verdict */
    int64_t started_us; /* from the first attempts of the started ones to the end of the stretch */
    int64_t ended_us;   /* the same from the verdicts of the ended ones */
    int64_t bytes;      /* sizes of the files that were sent */
    int64_t took_us;    /* from first attempt to verdict, added up */
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

/* Counts a file whose first attempt begins at `at_us`, or that gets its verdict then. */
void timeline_note_flight(struct timeline *timeline, int64_t at_us, bool starts);

/* Adds the buckets as a JSON array of arrays. */
void timeline_add_json(struct buf *out, const struct timeline *timeline);

/* The failed attempts of a file that has no verdict yet. */
struct pending {
    struct table_node node;      /* by path */
    char statuses[STATUSES_MAX]; /* "502 502" */
    char path[];
};

/* What is kept of the runs. */
struct report {
    char *again;                /* owned */
    char *method;               /* of the first run; owned */
    char *url;                  /* of the first run; owned */
    int64_t start_seconds;      /* when the first run began, since 1970; 0: not known */
    int64_t offset_us;          /* when this run began, after the first one */
    int64_t end_us;             /* the last event, after the start of the first run */
    unsigned runs;              /* START events */
    unsigned ended;             /* END events */
    int exit_status;            /* the worst of all runs */
    struct shoal_totals totals; /* of all runs */
    struct causes causes;
    struct table pending;
    struct timeline timeline;
    struct buf rows;     /* the table, as JSON */
    struct buf marks;    /* marks over time, as JSON */
    struct buf warnings; /* as JSON */
    uint64_t row_count;
    unsigned mark_count;
    bool cut;                  /* not every file is in the table */
    bool seen[FIRST_REFUSALS]; /* 401, 403, 407: one mark each */
};

/* Adds a JSON string of any bytes: what is not UTF-8 becomes U+FFFD. */
void report_add_string(struct buf *out, const char *text, size_t length);

/* The same of a C string; NULL is "". */
void report_add_text(struct buf *out, const char *text);

#endif
