/* The receiver: an HTTP server that takes files, stores them if told where, says what it got, and
 * misbehaves where it is told to. One thread, one loop; docs/receiver.md is its manual. */
#ifndef SHOAL_RECEIVE_RECEIVER_H
#define SHOAL_RECEIVE_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/random.h"
#include "receive/fault.h"
#include "receive/upload.h"

struct receiver;

/* What became of a request. Valid during the call; texts are unescaped. */
struct receiver_event {
    int64_t at_us; /* since the start */
    const char *method;
    const char *path;            /* the URL's, as it came */
    unsigned status;             /* of the answer, 0: none was sent */
    const struct upload *upload; /* what was taken; NULL: nothing */
    const char *error;           /* why nothing was taken; NULL: nothing is wrong */
    const char *fault;           /* the fault that struck; NULL: none */
};

struct receiver_totals {
    uint64_t requests;    /* PUT and POST requests */
    uint64_t files;       /* files taken */
    uint64_t bytes;       /* of these files */
    uint64_t failed;      /* PUT and POST requests of which nothing was taken */
    uint64_t connections; /* accepted */
};

struct receiver_options {
    const char *listen;              /* ADDR:PORT; port 0: one that is free */
    const char *into;                /* NULL: nothing is stored */
    const struct fault_list *faults; /* outlives the receiver */
    struct clock clock;
    struct random_source random;
    /* Called for every request as its answer is about to leave or its fault has struck; for one
     * that ends early, at its end. GET requests are not told. */
    void (*on_request)(void *context, const struct receiver_event *event);
    void *context;
};

/* Opens the folder and listens. NULL with `error`. */
struct receiver *receiver_new(const struct receiver_options *options, struct error *error);

/* Ends every connection; what is half received is removed. */
void receiver_free(struct receiver *receiver);

/* `http://ADDR:PORT`, no `/` behind it. */
const char *receiver_url(const struct receiver *receiver);

/* Serves until receiver_stop(). */
void receiver_run(struct receiver *receiver);

/* Ends receiver_run(): once, and requests that have begun may end within two seconds; twice, at
 * once. May be called from a signal handler. */
void receiver_stop(struct receiver *receiver);

struct receiver_totals receiver_totals(const struct receiver *receiver);

#endif
