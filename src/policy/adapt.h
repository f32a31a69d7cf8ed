/* How many files may be in flight: the controller behind `-j auto`. Pure: it is fed with starts,
 * ends and a clock, and allocates nothing. docs/concurrency.md says how it decides and compares it.
 *
 * The scheduler's part:
 *     start a file   if adapt_next_start_us() <= now, and then adapt_note_start()
 *     bytes move     adapt_note_moved(), for bodies that are streamed
 *     it ends        adapt_note_end() */
#ifndef SHOAL_POLICY_ADAPT_H
#define SHOAL_POLICY_ADAPT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/adapt_epoch.h"
#include "policy/outcome.h"

struct adapt_config {
    unsigned fixed; /* -j N: so many, fewer only while the server rejects; 0: auto */
    unsigned most;  /* never more (descriptors); 0: ADAPT_MOST */
};

#define ADAPT_MOST 256

/* Kept for each attempt between its start and its end; adapt.c's. */
struct adapt_attempt {
    int64_t started_us;
    unsigned in_flight; /* itself included */
    uint64_t number;    /* of the start */
    bool streamed;
};

enum adapt_phase {
    ADAPT_GROWING, /* at the start and after an outage: by half in each step */
    ADAPT_HOLDING, /* measures where it is */
    ADAPT_TRYING,  /* measures a little above or below */
};

/* Where the server rejected. */
struct adapt_ceiling {
    double limit;     /* 0: nowhere */
    double under;     /* a limit below it at which it should not */
    int64_t since_us; /* when it did */
    int64_t hold_us;  /* and for how long that is heeded */
    unsigned taken;   /* files since then */
};

/* What rejections have told; adapt_pressure.c's. */
struct adapt_pressure {
    double level;        /* rejections beyond the usual ones: successes wear it off */
    unsigned rejections; /* since it was 0, */
    unsigned least;      /* the least that was in flight at one of them, */
    uint64_t first;      /* and which start was the first of them */
    bool by_pause;       /* the last one asked for an unusual pause */
    double share;        /* of the attempts of late, so many were rejected, */
    unsigned share_of;   /* of so many */
    double pauses;       /* and of those so many asked for a pause */
    double usual;        /* the share that is rejected whatever the load */
    bool usual_pauses;   /* and that asks for a pause */
    int64_t cut_us;      /* when the limit was last cut */
    bool cut_in_row;     /* and there was no success since */
};

/* The fields are adapt.c's. */
struct adapt {
    double limit;    /* below 8 it may be no whole number: then `slot_us / limit` between starts */
    unsigned opened; /* so much of it is in use: a higher limit is filled end by end, not at once */
    double most;
    bool fixed;
    enum adapt_phase phase;
    struct adapt_epoch epoch;
    struct adapt_yield base; /* at the limit that is held */
    int64_t base_since_us;   /* from when on that was measured */
    bool has_base;
    double base_limit;
    double slot_us;        /* how long a file is in flight: a running mean */
    int64_t next_try_us;   /* not before */
    int64_t try_wait_us;   /* grows while tries find nothing better */
    bool try_up;           /* the next one's direction */
    double try_step;       /* and its size, relative */
    unsigned tries_failed; /* in a row */
    struct adapt_ceiling ceiling;
    struct adapt_pressure pressure;
    bool asked;         /* whether less is better, because of rejections that it does not explain */
    bool asks;          /* and the try under way will tell */
    int64_t counted_us; /* until when `epoch.area` was summed */
    int64_t held_until_us; /* the origin lets nothing start before */
    int64_t last_start_us;
    int64_t last_success_us;
    unsigned rejected_row; /* rejections since the last success */
    uint64_t starts;
    unsigned in_flight;
    unsigned streams; /* of them */
    int64_t last_stream_us;
    double stream_gap_us; /* between the starts of two: a running mean */
};

void adapt_init(struct adapt *adapt, const struct adapt_config *config, int64_t now_us);

/* How many may be in flight now: 1 or more. For the number of files to read ahead. */
unsigned adapt_limit(const struct adapt *adapt);

/* When the next attempt may start: `now_us` for at once, CLOCK_NEVER where one in flight must end
 * first. */
int64_t adapt_next_start_us(const struct adapt *adapt, int64_t now_us);

/* An attempt starts; `streamed`: its body is sent in pieces, which adapt_note_moved() tells of. */
void adapt_note_start(
    struct adapt *adapt, struct adapt_attempt *attempt, bool streamed, int64_t now_us);

/* Bytes of a streamed body went out. */
void adapt_note_moved(struct adapt *adapt, int64_t bytes);

/* The origin lets nothing start before `until_us` (CLOCK_NEVER: until something ends), whatever is
 * in flight: that it is less than the limit is not for want of files. */
void adapt_note_held(struct adapt *adapt, int64_t until_us, int64_t now_us);

/* An attempt ended; `pause_us`: how long its answer asked to wait, 0: not at all; `bytes` of its
 * body. */
void adapt_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, enum outcome outcome,
    const struct attempt_end *end, int64_t pause_us, int64_t bytes, int64_t now_us);

#endif
