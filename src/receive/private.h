/* What the files of the receiver share. Included by them alone. */
#ifndef SHOAL_RECEIVE_PRIVATE_H
#define SHOAL_RECEIVE_PRIVATE_H

#include <microhttpd.h>

#include "base/buf.h"
#include "receive/listen.h"
#include "receive/receiver.h"
#include "receive/store.h"
#include "receive/waits.h"

enum receiver_ending {
    RECEIVER_SERVING,
    RECEIVER_DRAINING, /* told to stop: what has begun may end */
    RECEIVER_BREAKING, /* nothing may go on */
};

struct receiver {
    struct receiver_options options;
    int64_t start_us;
    struct MHD_Daemon *daemon;
    struct store store;
    bool stores; /* `store` is open */
    struct waits waits;
    struct receiver_totals totals;
    uint64_t in_flight; /* requests that have begun */
    enum receiver_ending ending;
    int64_t ending_us; /* while draining: when patience ends */
    int stop_pipe[2];
    char url[LISTEN_URL_SIZE];
};

/* What is kept of a connection: libmicrohttpd's socket context. */
struct connection_state {
    bool close_next; /* the fault close:next struck: the next request finds it closed */
};

/* One request: libmicrohttpd's client context. */
struct request {
    struct receiver *receiver;
    struct MHD_Connection *connection;
    char *method;
    char *path;
    bool uploads;  /* it is a PUT or a POST */
    bool begun;    /* its head is dealt with */
    bool finished; /* its body is dealt with */
    bool taken;    /* its files are taken */
    bool reported; /* its event was given out */
    bool broken;   /* a fault ends the connection */
    bool delayed;  /* its delay is over or running */
    bool applied;  /* its other fault has struck */
    struct fault_pair faults;
    struct upload *upload; /* NULL: nothing is to be taken, or it failed */
    struct error error;    /* why; class ERROR_NONE: nothing is wrong */
    unsigned error_status; /* the answer's status then */
    struct wait wait;
};

/* request.c: libmicrohttpd's callbacks; `context` is the receiver, `*slot` the struct request. */
enum MHD_Result request_handle(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size, void **slot);
void request_completed(void *context, struct MHD_Connection *connection, void **slot,
    enum MHD_RequestTerminationCode code);

/* Gives out the request's event, once. `status` 0: no answer. */
void request_report(struct request *request, unsigned status);

/* fault_apply.c: what happens where a fault strikes. */
enum fault_effect {
    FAULT_EFFECT_NONE,   /* go on */
    FAULT_EFFECT_WAIT,   /* the connection is suspended: come back here when called again */
    FAULT_EFFECT_BREAK,  /* the connection ends without a further byte */
    FAULT_EFFECT_STATUS, /* answer with the fault's status, once the body is dealt with */
};

/* Lets the request's faults of this phase strike, each once. */
enum fault_effect fault_apply(struct request *request, enum fault_phase phase);

/* answer.c: each queues an answer. MHD_NO: it can't be, the connection ends. */
enum MHD_Result answer_taken(struct request *request);
enum MHD_Result answer_error(struct request *request, unsigned status);
enum MHD_Result answer_fault(struct request *request);
enum MHD_Result answer_status(struct request *request);

#endif
