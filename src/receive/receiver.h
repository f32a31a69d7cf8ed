/* The receiver: an HTTP server that accepts files, stores them if it has a directory, reports each
 * request, and misbehaves on demand. One thread, one event loop; docs/receiver.md is its manual. */
#ifndef SHOAL_RECEIVE_RECEIVER_H
#define SHOAL_RECEIVE_RECEIVER_H

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/must_use.h"
#include "base/random.h"
#include "receive/fault.h"
#include "receive/upload.h"

/* A server that listens on one address. */
struct receiver;

/* One PUT or POST request. Valid during the call of `on_request`. Texts may contain bytes that are
 * unsafe on a terminal. */
struct receiver_event {
    int64_t at_us;               /* microseconds since the receiver was created */
    const char *method;          /* as received */
    const char *path;            /* the URL's path, still percent-encoded */
    unsigned status;             /* of the response; 0: none was sent */
    const struct upload *upload; /* the accepted content; NULL: nothing was accepted */
    const char *error;           /* why the request failed; NULL: it did not */
    const char *fault;           /* kind of the fault chosen for this request; NULL: none */
};

/* What has been received so far. */
struct receiver_totals {
    uint64_t requests;    /* PUT and POST requests */
    uint64_t files;       /* accepted files */
    uint64_t bytes;       /* content of the accepted files */
    uint64_t failed;      /* PUT and POST requests from which nothing was accepted */
    uint64_t connections; /* accepted connections */
};

/* How a receiver is set up. */
struct receiver_options {
    const char *listen; /* ADDR:PORT for listen_on(); read by receiver_new() only */
    const char *into;   /* directory to store files in, read by receiver_new() only;
                           NULL: files are not stored */
    const char *token;  /* every request must have it, as Bearer or as a password; NULL:
                           none is required; outlives the receiver */
    const struct fault_list *faults; /* outlives the receiver; NULL: none */
    struct clock clock;              /* its context outlives the receiver */
    struct random_source random;     /* for temporary names; its context outlives the receiver */
    /* Called once for each PUT and POST request: right before its response is sent or its fault
     * ends the connection; if the request ends before that, at its end. */
    void (*on_request)(void *context, const struct receiver_event *event);
    void *context; /* for `on_request` */
};

/* Opens the directory and listens. The caller frees the result with receiver_free(). NULL with
 * `error`. */
MUST_USE struct receiver *receiver_new(const struct receiver_options *options, struct error *error);

/* Closes every connection and removes what is partly received. NULL does nothing. */
void receiver_free(struct receiver *receiver);

/* Returns `http://ADDR:PORT` without a trailing `/`; valid as long as the receiver. */
const char *receiver_url(const struct receiver *receiver);

/* Serves until receiver_stop(). */
void receiver_run(struct receiver *receiver);

/* Ends receiver_run(). After the first call, requests in flight may complete within two seconds;
 * a second call ends it immediately. Async-signal-safe. */
void receiver_stop(struct receiver *receiver);

/* Returns the totals up to now. */
struct receiver_totals receiver_totals(const struct receiver *receiver);

#endif
