/* A world for the scheduler: clock, disk and network are ours, and all of it follows from a seed.
 */
#ifndef SHOAL_TESTS_UNIT_SIM_H
#define SHOAL_TESTS_UNIT_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/random.h"
#include "io/http.h"
#include "io/reader.h"
#include "io/source.h"

#define SIM_FILES_MOST 400

/* What the server knows of a file, and what it did. */
struct sim_ledger {
    unsigned begun; /* attempts */
    unsigned taken; /* times that it took the file */
};

struct sim {
    int64_t now_us;
    struct random_seeded random_state;
    struct random_source random;
    struct clock clock;
    struct heap events; /* struct sim_event by time */

    struct source source;
    struct reader reader;
    struct http http;

    /* The folder */
    struct root root;
    unsigned files;
    unsigned given; /* by the source so far */
    unsigned lost;  /* listed files that are not there */
    unsigned problems;
    bool end_given;
    int large_descriptor; /* what every large file reads */

    /* The disk */
    unsigned disk_faults; /* in a thousand */
    struct reader_job *done_first;
    struct reader_job *done_last;

    /* The server */
    unsigned server_faults; /* in a thousand */
    int64_t outage_from_us;
    int64_t outage_until_us;
    struct sim_ledger ledger[SIM_FILES_MOST];
    unsigned in_flight;
    unsigned in_flight_most;
    unsigned started;
};

/* Makes the world of `seed`. */
void sim_init(struct sim *sim, uint64_t seed);
void sim_free(struct sim *sim);

/* Number of the file with this {path}. */
unsigned sim_number(const char *path);

/* True once in `in` times. */
bool sim_chance(struct sim *sim, unsigned of_thousand);

#endif
