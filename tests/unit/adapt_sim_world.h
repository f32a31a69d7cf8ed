/* What the simulation's client (adapt_sim.c) and server (adapt_sim_world.c) share. */
#ifndef SHOAL_TESTS_ADAPT_SIM_WORLD_H
#define SHOAL_TESTS_ADAPT_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "adapt_sim_control.h"
#include "base/heap.h"
#include "base/random.h"
#include "policy/retry.h"

enum {
    ATTEMPTS_MAX = 512,
    WAITING_MAX = 65536,
};

enum step {
    STEP_ARRIVES, /* at the server */
    STEP_SERVED,  /* the server is done with it */
    STEP_ENDS,    /* the client has the answer */
};

struct attempt {
    struct heap_node event;
    enum step step;
    struct adapt_attempt noted;
    struct retry_file file;
    double bytes;
    long status; /* 0: the connection broke */
    bool streamed;
    int64_t retry_after_us;
    struct attempt *next; /* in the server's queue, or free */
};

struct world {
    const struct sim_server *server;
    struct sim_result *result;
    struct control control;
    struct retry retry;
    struct random_seeded seeded;
    struct random_source random;
    struct heap events;
    struct attempt attempts[ATTEMPTS_MAX];
    struct attempt *free;
    struct attempt *queue_first;
    struct attempt *queue_last;
    unsigned queued;
    unsigned working;
    int64_t now_us;
    int64_t client_free_us;
    int64_t link_free_us;
    double tokens;
    int64_t tokens_us;
    int64_t window;
    struct retry_file waiting[WAITING_MAX]; /* files to be sent again, a ring by no order */
    size_t waiting_count;
    uint64_t ended_last_half;
    uint64_t rejected_last_half;
    uint64_t ended_after_10s;
    uint64_t rejected_after_10s;
};

/* From 0 to 1. */
double world_uniform(struct world *world);

/* Lets a step of an attempt happen in `in_us` from now. */
void world_at(struct world *world, struct attempt *attempt, enum step step, double in_us);

/* An attempt arrives at the server; the server is done with one. */
void world_arrives(struct world *world, struct attempt *attempt);
void world_served(struct world *world, struct attempt *attempt);

#endif
