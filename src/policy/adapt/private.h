/* The controller's state. Only the files of this folder look into it; policy/adapt.h includes it
 * because struct adapt is embedded in what belongs to the caller. */
#ifndef SHOAL_POLICY_ADAPT_PRIVATE_H
#define SHOAL_POLICY_ADAPT_PRIVATE_H

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
struct adapt_measurement {
    struct adapt_sums whole;
    struct adapt_sums slice;
    double goodputs; /* of the slices that are over, summed */
    double squares;
    unsigned slices;
};

/* What a measurement came to. */
struct adapt_yield {
    double goodput; /* work a microsecond */
    double taken;   /* files a microsecond */
    double rejected;
    double in_flight; /* on average, with what the origin held up */
    double error;     /* relative standard error of goodput, squared */
};

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

/* What rejections have told; pressure.c's. */
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
    struct adapt_measurement measurement;
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
    int64_t counted_us; /* until when `measurement.area` was summed */
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

#endif
