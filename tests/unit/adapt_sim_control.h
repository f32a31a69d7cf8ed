/* The controllers that the simulation compares, with one set of functions. */
#ifndef SHOAL_TESTS_ADAPT_SIM_CONTROL_H
#define SHOAL_TESTS_ADAPT_SIM_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "adapt_sim.h"
#include "policy/adapt.h"

/* The state of all but shoal's controller. */
struct simple {
    double limit;    /* files in flight */
    double most;     /* the highest limit */
    int64_t cut_us;  /* AIMD: when the limit was last halved */
    bool slow_start; /* AIMD: nothing was rejected yet */
    double long_us;  /* Gradient2: long-term mean of the time in flight */
};

/* A controller of any kind. */
struct control {
    enum sim_controller kind; /* which of the two states is in use */
    struct simple simple;     /* of the plain kinds */
    struct adapt adapt;       /* of shoal's */
    unsigned in_flight;       /* attempts in flight */
};

/* Sets up a controller. `jobs`: the limit of a fixed one. */
void control_init(struct control *control, enum sim_controller kind, unsigned jobs);

/* Returns the present limit, for the plots. */
double control_limit(const struct control *control);

/* Returns when the next attempt may start; CLOCK_NEVER: one in flight must end first. */
int64_t control_next_start_us(const struct control *control, int64_t now_us);

/* As adapt_note_start(). */
void control_note_start(
    struct control *control, struct adapt_attempt *attempt, bool streamed, int64_t now_us);

/* As adapt_note_end(). */
void control_note_end(struct control *control, const struct adapt_attempt *attempt,
    enum outcome outcome, const struct attempt_end *end, int64_t pause_us, int64_t bytes,
    int64_t now_us);

/* As adapt_note_blocked(). */
void control_note_blocked(struct control *control, int64_t until_us, int64_t now_us);

#endif
