/* What the receiver's connections and requests are made of. Included by the files of receive/ that
 * use libmicrohttpd, by no others. */
#ifndef SHOAL_RECEIVE_PRIVATE_H
#define SHOAL_RECEIVE_PRIVATE_H

#include <microhttpd.h>

#include "base/must_use.h"
#include "receive/listen.h"
#include "receive/receiver.h"
#include "receive/store.h"
#include "receive/waits.h"

/* How far the receiver's life has come; it only moves forward. */
enum receiver_stage {
    RECEIVER_SERVING,  /* connections are accepted */
    RECEIVER_DRAINING, /* stopped once: requests in flight may complete until `drain_until_us` */
    RECEIVER_STOPPING, /* stopped twice or drained: nothing may continue */
};

/* The server. */
struct receiver {
    struct receiver_options options; /* as given to receiver_new() */
    int64_t start_us;                /* when it was created, by the options' clock */
    struct MHD_Daemon *daemon;       /* owned; NULL until it has started */
    struct store store;              /* only if `has_store` */
    bool has_store;                  /* `store` is open, and files are stored */
    struct waits waits;              /* suspended requests */
    struct receiver_totals totals;   /* what has been received so far */
    uint64_t in_flight;              /* requests that exist, of any method */
    enum receiver_stage stage;       /* where its life is */
    int64_t drain_until_us;          /* RECEIVER_DRAINING: when it ends at the latest */
    int stop_pipe[2];                /* one byte for each receiver_stop(); owned; -1: not open */
    char url[LISTEN_URL_SIZE];       /* http://ADDR:PORT */
};

/* One connection: libmicrohttpd's socket context, owned by the receiver. */
struct connection_state {
    bool close_next; /* fault close:next: the connection is closed when its next request arrives */
};

/* One request of any method: libmicrohttpd's client context. */
struct request {
    struct receiver *receiver;         /* outlives it */
    struct MHD_Connection *connection; /* outlives it */
    struct connection_state *state;    /* the connection's; outlives it */
    char *method;                      /* owned */
    char *path;                        /* the URL's path, still percent-encoded; owned */
    bool is_upload;                    /* its method is PUT or POST */
    bool needs_host;                   /* it is HTTP/1.1 */
    bool head_unclear;                 /* where it ends, and the next one begins, is in doubt */
    bool head_handled;                 /* its head was handled; calls are now for its body */
    bool body_handled;                 /* the end of its body was reached */
    bool accepted;                     /* its content is complete, valid and stored */
    bool reported;                     /* request_report() was called */
    bool aborted;                      /* a fault forbids any further byte of a response */
    bool delay_applied;                /* `faults.delay` has begun or is over */
    bool other_applied;                /* `faults.other` has been applied */
    struct fault_pair faults;          /* chosen for it; both NULL unless `is_upload` */
    struct upload *upload;             /* its content; owned; NULL: none is accepted */
    struct error error;                /* why it failed; ERROR_NONE: it has not */
    unsigned error_status;             /* status of the response if `error` is set */
    struct wait wait;                  /* active while it is suspended by a fault */
};

/* request.c */

/* MHD_AccessHandlerCallback; `context` is the receiver, `*slot` is NULL or the struct request. */
enum MHD_Result request_handle(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size, void **slot);

/* MHD_RequestCompletedCallback, which frees the request; arguments as for request_handle(). */
void request_completed(void *context, struct MHD_Connection *connection, void **slot,
    enum MHD_RequestTerminationCode code);

/* head.c */

/* Whether every reader understands the request's head in the same way. False with
 * `request->error`. */
MUST_USE bool head_is_clear(struct request *request);

/* Whether the request has the receiver's token, if that requires one: `Authorization: Bearer`, or
 * the password of Basic credentials. False with `request->error`. */
MUST_USE bool head_is_authorized(struct request *request);

/* report.c */

/* Reports an upload to `on_request` and counts it in the totals, both only on the first call for a
 * request; does nothing for another method. Content that was not accepted is removed first.
 * `status` is that of the response; 0: no response is sent. */
void request_report(struct request *request, unsigned status);

/* fault_apply.c */

/* What a request's handling does after fault_apply(). */
enum fault_effect {
    FAULT_EFFECT_NONE,   /* continue */
    FAULT_EFFECT_WAIT,   /* the connection is suspended: return, and call again when called again */
    FAULT_EFFECT_ABORT,  /* close the connection without another byte */
    FAULT_EFFECT_STATUS, /* respond with answer_fault() */
};

/* Applies the request's faults of this phase, each once in a request's life. FAULT_KEPT and
 * FAULT_NEXT are left to fault_apply_after_response(). */
MUST_USE enum fault_effect fault_apply(struct request *request, enum fault_phase phase);

/* Applies a fault of FAULT_KEPT or FAULT_NEXT, after the response was sent completely. */
void fault_apply_after_response(const struct request *request);

/* Returns whether a fault drops the body of the request and responds with a status after it
 * (FAULT_STATUS in FAULT_BODY), which fault_apply() leaves to the caller. */
bool fault_drops_body(const struct request *request);

/* answer.c: each reports the request and queues its response. MHD_NO: that failed, and the
 * connection must be closed. */

/* Responds 201 with what was accepted. */
MUST_USE enum MHD_Result answer_accepted(struct request *request);

/* Responds `status` with the text of `request->error`, and closes the connection if the head is not
 * clear. */
MUST_USE enum MHD_Result answer_error(struct request *request, unsigned status);

/* Responds with the status, and the Retry-After if any, of the fault that applies. */
MUST_USE enum MHD_Result answer_fault(struct request *request);

/* Responds to a request that is not an upload: the totals for GET and HEAD of `/`, else 404 or 405.
 */
MUST_USE enum MHD_Result answer_status(struct request *request);

#endif
