/* The controller's state. Only the files of this folder use it; policy/adapt.h includes it because
 * the caller embeds struct adapt. Moments and durations are microseconds; a rate is per
 * microsecond. */
#ifndef SHOAL_POLICY_ADAPT_PRIVATE_H
#define SHOAL_POLICY_ADAPT_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

/* Sums over a period. An area is a number of files integrated over time, in file-microseconds. Work
 * is counted in files (adapt.c: bytes_per_file). */
struct adapt_sums {
    int64_t begins_us;   /* the period's first moment */
    double area;         /* of the attempts in flight */
    double stream_area;  /* of those with a streamed body */
    double blocked_area; /* of the slots left empty because the origin blocked starts */
    double work;         /* of the whole bodies that were accepted */
    double accepted;     /* attempts accepted */
    double rejected;     /* attempts rejected */
    double slot_us;      /* sum of the times that whole bodies were in flight */
    double moved_work;   /* of the pieces of streamed bodies that were sent */
    unsigned ends;       /* attempts that ended */
};

/* A measurement at one limit, in slices whose differences show how accurate it is. */
struct adapt_measurement {
    struct adapt_sums whole; /* the finished slices */
    struct adapt_sums slice; /* the present one */
    double goodputs;         /* sum of the finished slices' goodputs */
    double goodput_squares;  /* sum of their squares */
    unsigned slices;         /* how many are finished */
};

/* A measurement's result. */
struct adapt_yield {
    double goodput;   /* work per microsecond */
    double accepted;  /* files per microsecond */
    double rejected;  /* files per microsecond */
    double in_flight; /* the average, slots that the origin blocked included */
    double variance;  /* of `goodput`, relative: its relative standard error, squared */
};

/* What the search is doing. */
enum adapt_phase {
    ADAPT_GROWING, /* at the start and after an outage: raises the limit in large steps */
    ADAPT_HOLDING, /* measures at the limit it has found */
    ADAPT_TRYING,  /* measures at a limit beside that one */
};

/* Where the server rejected. */
struct adapt_ceiling {
    double limit;        /* a limit at which it rejected; 0: none known */
    double under;        /* a lower limit at which it should not */
    int64_t since_us;    /* when it rejected */
    int64_t lifetime_us; /* how long that bounds the search */
    unsigned accepted;   /* attempts accepted since then */
};

/* What rejections have shown. "Since the level was 0" is since the last success that wore it off.
 */
struct adapt_pressure {
    double level;              /* rejections beyond the usual share, less what successes wore off */
    unsigned rejections;       /* since the level was 0 */
    unsigned least_in_flight;  /* at any rejection since the level was 0; 0: none */
    uint64_t first_start;      /* the number of the first start rejected since then; 0: none */
    bool by_pause;             /* the last rejection asked for an unusual pause */
    double share;              /* of recent attempts: how many were rejected, from 0 to 1 */
    unsigned share_count;      /* how many attempts `share` is the mean of */
    double pause_share;        /* of recent rejections: how many asked for a pause, from 0 to 1 */
    double usual_share;        /* of attempts: rejected whatever the load, from 0 to 1 */
    bool usual_pauses;         /* these rejections usually ask for a pause */
    int64_t cut_us;            /* when the limit was last cut; INT64_MIN: never */
    bool no_success_since_cut; /* the limit was cut, and nothing was accepted afterwards */
};

/* The first attempts that started at the present limit. */
struct adapt_growth {
    uint64_t first_start;       /* the number of the first of them */
    unsigned spare_slots;       /* successes since then that opened no slot: all were open */
    unsigned seen;              /* of the first of them, which are looked at */
    unsigned streams;           /* those with a streamed body */
    double in_flight;           /* sum of how many were in flight meanwhile */
    double work;                /* sum, in files */
    double accepted;            /* how many were accepted */
    double slot_us;             /* sum of the times in flight */
    double accepted_us;         /* the same, of those accepted */
    double accepted_us_squares; /* sum of the squares of these */
};

/* The slices of a second in which accepted attempts are counted. */
#define PACE_SLICES 64

/* A rate of starts, where the server counts per second. */
struct adapt_pace {
    double rate;                    /* starts per microsecond; 0: no limit */
    int64_t due_us;                 /* when the next start is due */
    unsigned accepted[PACE_SLICES]; /* attempts accepted, by when they started */
    int64_t newest;                 /* number of the newest slice, since the clock's 0 */
    uint64_t successes;             /* attempts accepted since the last pause */
    uint64_t success_in_flight;     /* sum of how many were in flight when these started */
    unsigned rejected_in_flight;    /* the fewest at a start for which a pause was asked; 0: none */
    unsigned learned;               /* accepted in the second before the last pause; 0: not known */
    int64_t pause_us;    /* length of the pause asked for; 0: none since it was learned from */
    int64_t resumes_us;  /* when that pause ends */
    int64_t heeds_us;    /* rejections of what started earlier are ignored */
    bool trying;         /* a higher rate */
    double rate_before;  /* that try */
    unsigned tries_kept; /* tries in a row that cost no pause */
    int64_t change_us;   /* when the try ends, or the next one begins */
    int64_t wait_us;     /* between tries */
};

/* The controller. */
struct adapt {
    double limit;           /* files in flight; a fraction below 8 paces starts (limit.h) */
    unsigned open_slots;    /* the part of the limit in use: grows by one per success */
    double most;            /* the highest limit */
    bool fixed;             /* -j N: `most` is the limit wanted */
    enum adapt_phase phase; /* what the search is doing */
    struct adapt_measurement measurement; /* at the present limit */
    struct adapt_growth growth;           /* while growing, until that can have begun */
    struct adapt_yield base;              /* the yield that tries are compared with */
    int64_t base_since_us;                /* when the measurement of `base` began */
    bool has_base;                        /* `base` is filled in */
    double base_limit;                    /* the limit at which `base` was measured */
    double slot_us;                 /* how long a file is in flight: a running mean; 0: not known */
    int64_t next_try_us;            /* no try before this moment */
    int64_t try_wait_us;            /* the next wait between tries: grows while they find nothing */
    bool try_up;                    /* the next try is upwards */
    double try_step;                /* the next try's distance, as a share of the limit */
    unsigned tries_failed;          /* tries in a row that found nothing better */
    struct adapt_ceiling ceiling;   /* where the server rejected */
    struct adapt_pressure pressure; /* what rejections have shown */
    struct adapt_pace pace;         /* the rate of starts */
    bool relief_due;          /* rejections that the limit does not explain: try a lower one */
    bool relief_trying;       /* the try under way is that one */
    int64_t counted_until_us; /* up to when the areas are summed */
    int64_t blocked_until_us; /* the origin lets nothing start before; INT64_MIN: not blocked */
    int64_t last_start_us;    /* of any attempt; INT64_MIN: none yet */
    int64_t last_success_us;  /* or when the controller was set up */
    unsigned rejected_in_row; /* rejections since the last success */
    uint64_t starts;          /* attempts started */
    unsigned in_flight;       /* attempts in flight */
    unsigned streams;         /* those with a streamed body */
    int64_t last_stream_us;   /* when the last of those started, or the controller was set up */
    double stream_gap_us;     /* between the starts of two of those: a running mean */
};

#endif
