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
    ATTEMPTS_MAX = 512,  /* in flight: more than any controller's limit */
    WAITING_MAX = 65536, /* files that wait to be sent again */
};

/* What happens next to an attempt. */
enum step {
    STEP_ARRIVES, /* it arrives at the server */
    STEP_SERVED,  /* the server finishes it */
    STEP_ENDS,    /* the client has the response */
};

/* An attempt in flight, or one that is free. */
struct attempt {
    struct heap_node event;     /* when `step` happens */
    enum step step;             /* what happens then */
    struct adapt_attempt noted; /* the controller's */
    struct retry_file file;     /* the retry policy's, of the file that is sent */
    double bytes;               /* size of the body */
    long status;                /* of the response; 0: the connection broke */
    bool streamed;              /* the body is sent in pieces */
    int64_t retry_after_us;     /* the pause that the response asks for; 0: none */
    struct attempt *next;       /* in the server's queue, or in the list of free ones */
};

/* A run. Its clock starts at 0. */
struct world {
    const struct sim_server *server;        /* what is simulated */
    struct sim_result *result;              /* what it achieved */
    struct control control;                 /* how many are in flight */
    struct retry retry;                     /* when files are sent again */
    struct random_seeded seeded;            /* state of `random` */
    struct random_source random;            /* all random numbers */
    struct heap events;                     /* of the attempts in flight, nearest first */
    struct attempt attempts[ATTEMPTS_MAX];  /* storage for all attempts */
    struct attempt *free;                   /* those not in flight */
    struct attempt *queue_first;            /* those that wait for a worker */
    struct attempt *queue_last;             /* the last of these */
    unsigned queued;                        /* how many wait for a worker */
    unsigned working;                       /* how many workers are busy */
    int64_t now_us;                         /* the time */
    int64_t client_free_us;                 /* when the client's CPU is idle again */
    int64_t link_free_us;                   /* when the link is idle again */
    double tokens;                          /* in the bucket, or requests in the window */
    int64_t tokens_us;                      /* when the bucket was last filled */
    int64_t window;                         /* number of the present window */
    struct retry_file waiting[WAITING_MAX]; /* files to be sent again, in no order */
    size_t waiting_count;                   /* how many these are */
    uint64_t ended_after_10s;               /* attempts */
    uint64_t rejected_after_10s;            /* attempts */
};

/* Returns a random number from 0 to 1. */
double world_uniform(struct world *world);

/* Schedules a step of an attempt `in_us` from now. */
void world_at(struct world *world, struct attempt *attempt, enum step step, double in_us);

/* An attempt arrives at the server. */
void world_arrives(struct world *world, struct attempt *attempt);

/* The server finishes an attempt. */
void world_served(struct world *world, struct attempt *attempt);

#endif
