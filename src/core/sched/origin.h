/* One origin (RFC 6454: scheme, host and port): what it asked for, how it responds, how many files
 * may be in flight to it, and which files are for it. The policies are policy/retry.h and
 * policy/adapt.h. */
#ifndef SHOAL_CORE_SCHED_ORIGIN_H
#define SHOAL_CORE_SCHED_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/must_use.h"
#include "base/random.h"
#include "base/table.h"
#include "core/config.h"
#include "io/http.h"
#include "policy/adapt.h"
#include "policy/credentials.h"
#include "policy/retry.h"

/* What an origin may get of what the origins of a run share (shares.h). */
enum origin_standing {
    ORIGIN_WITHOUT_FILES, /* it has none, or has been given up */
    ORIGIN_BLOCKED,  /* it asked for a pause, or failed and is only probed: nothing may start */
    ORIGIN_DOUBTFUL, /* it has not accepted or refused a file yet, or its next probe is due */
    ORIGIN_WORKING,  /* it responds */
};

/* What an origin was counted with, so that it can be counted anew. */
struct origin_counts {
    enum origin_standing standing;
    size_t limit;              /* its limit on files in flight */
    size_t demand;             /* of a working origin: files that could be in flight */
    size_t in_flight;          /* files in flight */
    size_t doubtful_in_flight; /* of one in doubt: files in flight, as far as they are allowed */
    size_t doubtful_slots;     /* of one in doubt: slots, as far as they are allowed */
};

struct origin {
    struct table_node node;            /* in the table of origins, by `key` */
    struct retry retry;                /* what it asked for, and how it responds */
    struct adapt adapt;                /* the limit on files in flight */
    struct credentials credentials;    /* whether it accepts them */
    const struct outcome_rules *rules; /* what its responses mean */
    bool connected;                    /* a request had a connection to it */
    bool answered;                     /* a response of it decided a verdict */
    bool gave_up;                      /* nothing is sent to it any more */
    bool is_useless;                   /* every other file would fail there, and later too */
    struct buf reason; /* why its last failed attempt failed; after `gave_up`: a sentence for files
                          that were never attempted */
    struct buf pause_reason; /* what asked for its last pause: "status 429, Retry-After" */
    int64_t idle_since_us;   /* since when nothing is asked of it; CLOCK_NEVER: something is */

    /* Its files. Only file.c changes these. */
    struct list live;          /* every unfinished file; owned */
    struct list queued;        /* those in FILE_QUEUED */
    struct list ready;         /* those in FILE_READY */
    size_t slots;              /* slots of its files */
    size_t in_flight;          /* files in FILE_IN_FLIGHT */
    size_t streamed_in_flight; /* those whose body is streamed */

    struct list_node place; /* among the origins with files, or among those without (origins.c) */

    /* Only shares.c changes these. */
    struct list_node changed;    /* to be reviewed */
    struct list_node loading;    /* may load a file */
    struct list_node starting;   /* may start a transfer, or waits for its first connection */
    struct list_node blocked;    /* while it is ORIGIN_BLOCKED */
    struct heap_node timer;      /* when it is reviewed in any case */
    struct origin_counts counts; /* what it is counted with */

    /* What the user was told of it. Only tell.c changes these. */
    int64_t told_pause_until_us; /* the end of the pause; INT64_MIN: none */
    unsigned told_limit;         /* files in flight; at first, the limit that it began with */
    int64_t told_limit_us;       /* when, by the loop's clock */
    int64_t told_down_since_us;  /* CLOCK_NEVER: not told, or told that it works again */

    const char *key; /* the name in lower case: one for each origin; in the same allocation */
    char name[];     /* https://host, with the port unless it is the scheme's own; spelled as in the
                        first URL, because secrets are found in that spelling only */
};

/* What an origin keeps of a file from its first attempt to its verdict. All zero before. */
struct origin_file {
    struct retry_file retry;      /* how often it was sent, when it may be sent again */
    struct adapt_attempt attempt; /* its attempt in flight */
    int64_t started_us;           /* when its last attempt started */
    bool fresh_connection;        /* the next attempt must not use a kept connection */
    bool elsewhere;               /* a redirect led its attempt to another origin: what that refuses
                                     says nothing about the credentials, which it does not get */
};

/* Makes an origin with the name `name` (copied). `config` must outlive it. `jobs_most`: the most
 * files in flight, whatever the options say. NULL: out of memory. */
MUST_USE struct origin *origin_new(
    const char *name, const struct config *config, unsigned jobs_most, int64_t now_us);

/* Frees the origin, which must be in no list, heap or table; not its files. */
void origin_free(struct origin *origin);

/* Until when it lets nothing start, because it asked for a pause or is only probed: `now_us` or
 * earlier where it does, CLOCK_NEVER where the probe in flight must end first. */
int64_t origin_blocked_until_us(const struct origin *origin, int64_t now_us);

/* When the next transfer may start: `now_us` for at once, CLOCK_NEVER where one that is in flight
 * must end first. */
int64_t origin_next_start_us(const struct origin *origin, int64_t now_us);

/* A transfer of `file` starts. `streamed`: origin_note_moved() reports its bytes as they are sent.
 */
void origin_note_start(
    struct origin *origin, struct origin_file *file, bool streamed, int64_t now_us);

/* `bytes` of a streamed body were handed to the transport. */
void origin_note_moved(struct origin *origin, int64_t bytes);

/* The waits that a response asked for, in microseconds. */
struct origin_wait {
    int64_t retry_after_us; /* Retry-After (RFC 9110, section 10.2.3); 0: none */
    int64_t rate_limit_us;  /* until a rate limit is reset (policy/limits.h); 0: none is used up */
};

/* What the end of an attempt means, and what becomes of its file. */
struct origin_next {
    enum outcome outcome;
    enum retry_step step;
    int64_t again_us;        /* RETRY_STEP_AGAIN: not before this moment */
    struct origin_wait wait; /* what the response asked for */
};

/* An attempt ended: informs the policies, updates `file`, returns what becomes of the file. */
struct origin_next origin_note_end(struct origin *origin, struct origin_file *file,
    const struct http_end *end, const struct clock *clock, const struct random_source *random);

/* No attempt could be made of a file, for a reason that may pass: returns whether it is tried again
 * (RETRY_STEP_AGAIN) or has failed (RETRY_STEP_EXHAUSTED). */
struct origin_next origin_note_unsent(struct origin *origin, struct origin_file *file,
    int64_t now_us, const struct random_source *random);

/* The origin is idle from now on, if it is not yet: there is no file, or the run allows no start.
 * --give-up-after does not count this time. */
void origin_note_idle(struct origin *origin, int64_t now_us);

/* Counts the idle time up to now, which may go on. */
void origin_settle_idle(struct origin *origin, int64_t now_us);

/* Ends the idle time, if there is any. */
void origin_end_idle(struct origin *origin, int64_t now_us);

/* Is there still a point in going on? */
enum retry_state origin_state(const struct origin *origin, int64_t now_us);

/* When origin_state() changes by time alone; CLOCK_NEVER: it does not. */
int64_t origin_deadline_us(const struct origin *origin);

/* How many files may be in flight now, at least 1: also how many are worth having ready. */
unsigned origin_concurrency_limit(const struct origin *origin);

/* Its name for people: without the scheme. */
const char *origin_host(const struct origin *origin);

#endif
