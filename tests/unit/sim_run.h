/* Whole runs of the scheduler in the simulated world of sim.h, and what holds after each of them.
 */
#ifndef SHOAL_TESTS_UNIT_SIM_RUN_H
#define SHOAL_TESTS_UNIT_SIM_RUN_H

#include "check.h"

#include "shoal.h"
#include "sim.h"

/* What the run said about a file. */
struct told {
    unsigned count;
    enum shoal_verdict verdict;
    unsigned attempts;
    bool temporary;
    bool maybe_accepted;
    enum shoal_reason reason;
    bool given_up; /* at its verdict, --give-up-after had passed */
};

struct run {
    struct sim sim;
    uint64_t seed;
    struct shoal_options *options;
    bool dry_run;
    bool ends_early; /* interrupted, or --max-failures */
    int64_t grace_us;
    unsigned interrupts; /* how often a run is interrupted, in a thousand */
    bool gave_up;        /* the run ended when --give-up-after had passed */
    struct told told[SIM_FILES_MOST];
    unsigned looked_at; /* the number of a file, for the message of a failure */
    unsigned planned;
    unsigned notices;
    unsigned returns; /* notices that a server works again */
    int status;
    struct shoal_totals totals;
};

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            run_fail(run, #condition);                                                             \
    } while (0)

/* A run in the world of `seed`, without options yet. */
struct run *run_new(uint64_t seed);

/* A run of `files` files to one server in which nothing goes wrong except what the test adds, with
 * --jobs 1. */
struct run *run_calm(unsigned files, uint64_t seed);

/* Frees the run. */
void run_free(struct run *run);

/* Fails the test; `rule` was broken. */
void run_fail(const struct run *run, const char *rule);

/* Sets an option; NULL for a flag. */
void run_set(struct run *run, const char *name, const char *value);

/* Sets an option to a number with a unit. */
void run_set_number(struct run *run, const char *name, int64_t value, const char *unit);

/* Runs the scheduler until it is done. */
void run_play(struct run *run);

/* Checks that every file has one verdict that agrees with the server. */
void run_check(struct run *run);

#endif
