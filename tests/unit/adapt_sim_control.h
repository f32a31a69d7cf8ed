/* The controllers that the simulation compares, behind one set of functions. */
#ifndef SHOAL_TESTS_ADAPT_SIM_CONTROL_H
#define SHOAL_TESTS_ADAPT_SIM_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "adapt_sim.h"
#include "policy/adapt.h"

/* What the plain ones need. */
struct simple {
    double limit;
    double most;
    int64_t cut_us;
    bool slow_start;
    double long_us; /* Gradient2: times in flight, over long */
};

struct control {
    enum sim_controller kind;
    struct simple simple;
    struct adapt adapt;
    unsigned in_flight;
};

/* `jobs` counts for the fixed ones. */
void control_init(struct control *control, enum sim_controller kind, unsigned jobs);

/* The limit at present, for the plots. */
double control_limit(const struct control *control);

/* When the next attempt may start; CLOCK_NEVER: one in flight must end first. */
int64_t control_next_start_us(const struct control *control, int64_t now_us);

void control_note_start(
    struct control *control, struct adapt_attempt *attempt, bool streamed, int64_t now_us);
void control_note_end(struct control *control, const struct adapt_attempt *attempt,
    enum outcome outcome, const struct attempt_end *end, int64_t pause_us, int64_t bytes,
    int64_t now_us);
void control_note_blocked(struct control *control, int64_t until_us, int64_t now_us);

#endif
