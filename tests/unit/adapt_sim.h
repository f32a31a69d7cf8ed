/* A simulation of servers under a client that always has another file. Its time is computed, not
 * spent, and all random numbers come from a seed. For test_adapt.c and bench/concurrency_sim.c. */
#ifndef SHOAL_TESTS_ADAPT_SIM_H
#define SHOAL_TESTS_ADAPT_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number of workers or of places in a queue that is never reached. */
#define SIM_UNLIMITED 1000000

/* How many shifts a server can have. */
#define SIM_SHIFTS 6

/* How many seconds a run can have. */
#define SIM_SECONDS 600

/* What a server can do from a moment on. */
struct sim_shift {
    double at_s;       /* the moment, seconds since the start */
    unsigned workers;  /* requests served at a time; 0: all are rejected */
    unsigned queue;    /* requests that may wait for a worker; more get 503 */
    double service_ms; /* how long a worker takes, on average */
};

/* A server, the network to it and the files that are sent. */
struct sim_server {
    const char *name;                    /* for sim_find() */
    const char *about;                   /* one line for tables */
    struct sim_shift shifts[SIM_SHIFTS]; /* at least one, by time, the first at 0 */
    size_t shift_count;                  /* shifts in use */
    double seconds;                      /* length of a run */
    double spread;                       /* of service times: 0 all alike, 1 exponential */
    double network_ms;                   /* round trip */
    double client_us;                    /* the client's CPU time per file, one file at a time */
    double link_bytes_per_s;             /* 0: no limit */
    double file_bytes;                   /* size of a file */
    double large_share;                  /* share of the files that are `large_bytes` in size */
    double large_bytes;                  /* size of these */
    double flaky;                        /* share of the requests that get 503 whatever the load */
    bool flaky_pauses;                   /* these 503 ask for a pause of `retry_after_s` */
    double dropped;                      /* share whose connection breaks before the response */
    double per_second;                   /* rate limit, more is rejected; 0: none */
    double window_s;       /* of the rate limit; 0: a token bucket, a fifth of a second deep */
    double retry_after_s;  /* the pause that a rejection for load asks for; 0: none */
    double frozen_every_s; /* how often it stops working; 0: never */
    double frozen_ms;      /* how long it stops */
    double slow_share;     /* share of the files that take ten times as long */
    double thrash_above;   /* requests inside above which service slows in proportion; 0: never */
};

/* Returns the servers that the tests and the comparison use. */
const struct sim_server *sim_servers(size_t *count);

/* Returns the one of them with this name; NULL: none. */
const struct sim_server *sim_find(const char *name);

/* What limits the number in flight. */
enum sim_controller {
    SIM_FIXED,       /* a constant */
    SIM_AIMD,        /* additive increase, multiplicative decrease */
    SIM_GRADIENT2,   /* Netflix's Gradient2 */
    SIM_ADAPT,       /* policy/adapt.h with -j auto */
    SIM_ADAPT_FIXED, /* policy/adapt.h with -j N */
};

/* How many controllers there are. */
#define SIM_CONTROLLERS 5

/* Returns its name in tables and plots. */
const char *sim_controller_name(enum sim_controller controller);

/* A period of a run. */
struct sim_tick {
    double limit;      /* at its end */
    unsigned accepted; /* attempts that ended in it */
    unsigned rejected; /* attempts that ended in it */
    unsigned started;  /* attempts that started in it */
};

/* What a run achieved. */
struct sim_result {
    uint64_t accepted;                        /* attempts */
    uint64_t rejected;                        /* attempts */
    double last_half;                         /* files accepted per second in the last half */
    double rejected_after_10s;                /* share of the attempts that ended */
    struct sim_tick seconds[SIM_SECONDS];     /* each second */
    struct sim_tick tenths[SIM_SECONDS * 10]; /* each tenth of a second */
};

/* What is odd about a server, as bits: kinds by which results are broken down. */
enum sim_oddity {
    SIM_FLAKY = 1,   /* some are rejected, or broken off, whatever the load */
    SIM_PAUSES = 2,  /* a rejection asks for a pause */
    SIM_RATED = 4,   /* a rate limit */
    SIM_LARGE = 8,   /* some files are large */
    SIM_CHANGES = 16 /* its capacity changes, it stops at times, or overload slows it down */
};

/* How many oddities there are. */
#define SIM_ODDITIES 5

/* Makes any kind of server from a seed: its size and distance, how it rejects, what is odd. */
void sim_server_from_seed(struct sim_server *server, uint64_t seed);

/* Returns what is odd about the server, as bits of enum sim_oddity. */
unsigned sim_oddities(const struct sim_server *server);

/* Runs a controller against a server. `jobs`: the limit, for SIM_FIXED and SIM_ADAPT_FIXED.
 * `result` is too large for the stack. */
void sim_run(const struct sim_server *server, enum sim_controller controller, unsigned jobs,
    uint64_t seed, struct sim_result *result);

/* Returns the files per second in the last half with the best fixed limit from 1 to 256, which is
 * stored in `*best_jobs` (may be NULL), or what the server can accept if no limit achieves that. */
double sim_best_fixed(const struct sim_server *server, uint64_t seed, unsigned *best_jobs,
    struct sim_result *scratch);

/* How long the first part of a run is that sim_best_start() looks at, in seconds. */
#define SIM_START_SECONDS 4

/* Returns the files accepted in the first SIM_START_SECONDS with the best fixed limit from 1 to
 * 256.
 */
double sim_best_start(const struct sim_server *server, uint64_t seed, struct sim_result *scratch);

/* Returns how many seconds it took until `files` were accepted; SIM_SECONDS: they never were. */
double sim_seconds_until(const struct sim_result *result, double files);

/* Returns the files per second of sim_best_fixed() for the limits at which at most one response in
 * twenty is a rejection, beyond those that the server sends whatever the load; if there is none,
 * for those with the fewest. */
double sim_best_polite(const struct sim_server *server, uint64_t seed, struct sim_result *scratch);

#endif
