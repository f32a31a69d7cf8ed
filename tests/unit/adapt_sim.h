/* A simulation of servers under a client that has always another file: time is counted, not spent,
 * and everything random comes from a seed. For the tests of adapt.c and for bench/concurrency_sim.
 */
#ifndef SHOAL_TESTS_ADAPT_SIM_H
#define SHOAL_TESTS_ADAPT_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_UNLIMITED 1000000
#define SIM_SHIFTS    6
#define SIM_SECONDS   600

/* What a server can do from a moment on. */
struct sim_shift {
    double at_s;
    unsigned workers; /* 0: it refuses everything */
    unsigned queue;   /* waiting beside them; more get 503 */
    double service_ms;
};

struct sim_server {
    const char *name;
    const char *about;
    struct sim_shift shifts[SIM_SHIFTS]; /* at least one, by time, the first at 0 */
    size_t shift_count;
    double seconds;          /* length of a run */
    double spread;           /* of service times: 0 all alike, 1 exponential */
    double network_ms;       /* there and back */
    double client_us;        /* of the client's own work a file: one after the other */
    double link_bytes_per_s; /* 0: as wide as you like */
    double file_bytes;
    double large_share; /* of the files, `large_bytes` in size */
    double large_bytes;
    double flaky;          /* share of the requests that get 503 whatever the load */
    bool flaky_pauses;     /* and asks for a pause of `retry_after_s` with it */
    double dropped;        /* share whose connection breaks before the answer */
    double per_second;     /* takes so many a second and rejects more; 0: any number */
    double window_s;       /* counted in windows of this length; 0: as in a bucket, a fifth deep */
    double retry_after_s;  /* what a rejection for too much asks for; 0: nothing */
    double frozen_every_s; /* so often it stands still, */
    double frozen_ms;      /* for so long */
    double slow_share;     /* of the files, that take ten times as long */
    double thrash_above;   /* in the server: service takes longer in proportion; 0: never */
};

/* Those that the tests and the comparison use. */
const struct sim_server *sim_servers(size_t *count);
const struct sim_server *sim_find(const char *name);

enum sim_controller {
    SIM_FIXED,
    SIM_AIMD,
    SIM_GRADIENT2,
    SIM_ADAPT,
    SIM_ADAPT_FIXED, /* adapt.c with -j N */
};

#define SIM_CONTROLLERS 5
const char *sim_controller_name(enum sim_controller controller);

struct sim_tick {
    double limit;
    unsigned taken;
    unsigned rejected;
    unsigned started;
};

struct sim_result {
    uint64_t taken;
    uint64_t rejected;
    double last_half;          /* files taken a second in the last half */
    double work_last_half;     /* the same in files of 64 KiB and requests: as adapt.c counts */
    double rejected_last_half; /* share of the attempts that ended */
    double rejected_after_10s;
    struct sim_tick seconds[SIM_SECONDS];
    struct sim_tick tenths[SIM_SECONDS * 10];
};

/* What is odd about a server, as bits: what a figure of many of them is broken down by. */
enum sim_oddity {
    SIM_FLAKY = 1,   /* some are rejected, or broken off, whatever the load */
    SIM_PAUSES = 2,  /* a rejection asks for a pause */
    SIM_RATED = 4,   /* so many a second */
    SIM_LARGE = 8,   /* some files are large */
    SIM_CHANGES = 16 /* capacity changes, or it stands still, or too much harms it */
};

#define SIM_ODDITIES 5

/* A server as it may be met anywhere, from a seed: how large it is, how far away, how it says no
 * and what is odd about it. */
void sim_server_from_seed(struct sim_server *server, uint64_t seed);
unsigned sim_oddities(const struct sim_server *server);

/* Runs one. `jobs` counts for the fixed ones. `result` is large: not for the stack. */
void sim_run(const struct sim_server *server, enum sim_controller controller, unsigned jobs,
    uint64_t seed, struct sim_result *result);

/* Files a second in the last half with the best fixed number of 1 to 256 (`best_jobs` may be NULL),
 * or what the server takes a second where no number in flight gets that much out of it. */
double sim_best_fixed(const struct sim_server *server, uint64_t seed, unsigned *best_jobs,
    struct sim_result *scratch);

/* The same, of those numbers with which at most one answer in twenty is a rejection beyond what the
 * server rejects in any case; where there is none, of those with the fewest. */
double sim_best_polite(const struct sim_server *server, uint64_t seed, struct sim_result *scratch);

#endif
