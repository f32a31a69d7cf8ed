/* The transport: requests in, ends of attempts out. A function table, so that a simulation can put
 * its own network behind it; io/http/ is the real one (libcurl).
 *
 * One thread, the loop's, makes every call here but http_wake(). A transfer that was started ends
 * in exactly one call of `ended`, from within poll(); a cancelled one too (ATTEMPT_CANCELLED,
 * unless its answer is complete already). */
#ifndef SHOAL_IO_HTTP_H
#define SHOAL_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "policy/outcome.h"

#define HTTP_ANSWER_KEPT  (64 * 1024)   /* bytes of an answer's body that are kept */
#define HTTP_ANSWER_READ  (1024 * 1024) /* bytes read before the connection is closed */
#define HTTP_HEADERS_KEPT (16 * 1024)   /* bytes of header lines that are kept */

struct http;
struct http_transfer; /* the transport's own record of a transfer under way */

/* A body's reader, for what is too large to stand in memory. */
enum http_read_end {
    HTTP_READ_WAIT = -1,       /* nothing there yet: http_resume() is called when there is */
    HTTP_READ_CHANGED = -2,    /* break the transfer off: ATTEMPT_FILE_CHANGED */
    HTTP_READ_UNREADABLE = -3, /* break it off: ATTEMPT_FILE_UNREADABLE */
};

struct http_request {
    const char *method;
    const char *url;
    const char *const *headers; /* "Name: value", complete: Content-Type included; "Name:" takes one
                                   of the transport's own away; NULL-terminated */
    const char *user_password;  /* "user:secret" for Basic, or NULL */
    int64_t length;             /* of the body, bytes */
    const char *data;           /* the whole body, or NULL: then `read` gives it */
    /* Copies up to `room` bytes to `into`; gives their number or an enum http_read_end. Called from
     * poll() only. After `length` bytes it is not called again. */
    int64_t (*read)(void *body, char *into, size_t room);
    size_t chunk;  /* how many bytes `read` is asked for at a time, 16 KiB to 1 MiB; 0: no matter */
    void *context; /* for `ended` */
    void *body;    /* for `read` */
    bool fresh_connection; /* do not use a kept connection: one just died under this file */
    bool *connected; /* set to true once the request has its connection, through TLS and proxy; the
                        caller's; NULL: not asked for */
};
/* All of a request stays in place and unchanged until `ended`. */

/* The end of an attempt. Everything is the transport's, valid during the call of `ended`. */
struct http_end {
    struct attempt_end attempt;
    const char *detail; /* one sentence about the error, "" where there is none; from outside */
    const struct buf *answer; /* the kept part of the answer's body */
    bool answer_cut;          /* there was more than that */
    const char *location;     /* header values of the final answer, "" where absent */
    const char *retry_after;
    const struct buf *headers; /* every other header line of the final answer, "Name: value\n" each,
                                  at most 16 KiB: rate-limit headers are looked up here */
    int64_t request_bytes;     /* bytes of the request that were handed to the system */
    int64_t connect_us;        /* how long each took, -1 where it did not happen */
    int64_t wait_us; /* from the request handed over to the first byte of the answer: honest
                        only where the whole body fitted the socket's buffer */
    bool reused;     /* it went over a kept connection */
};

struct http_ops {
    /* Starts a transfer. NULL with `error`: it can't be made at all. */
    struct http_transfer *(*start)(
        struct http *http, const struct http_request *request, struct error *error);
    void (*cancel)(struct http *http, struct http_transfer *transfer);
    /* The body's reader has something again. */
    void (*resume)(struct http *http, struct http_transfer *transfer);
    /* Moves everything that can move, waits at most `wait_us` microseconds (0: not at all) or until
     * wake(), and calls `ended` for each transfer that ended. False: the transport itself broke. */
    bool (*poll)(struct http *http, int64_t wait_us, struct error *error);
    /* Ends the wait of poll(), from any thread. */
    void (*wake)(struct http *http);
    /* At most so many kept connections. */
    void (*set_connections)(struct http *http, size_t connections);
    void (*free)(struct http *http);
};

typedef void http_ended(void *owner, void *context, const struct http_end *end);

/* What every implementation begins with. */
struct http {
    const struct http_ops *ops;
    http_ended *ended; /* set by the one who polls, with `owner` for its first argument */
    void *owner;
};

/* What the real transport is made with. Strings are copied; NULL: not given. */
struct http_settings {
    size_t connections; /* at most so many are kept */
    int64_t connect_timeout_us;
    int64_t stall_timeout_us; /* a transfer on which nothing moves for so long ends */
    const char *cacert;       /* PEM files */
    const char *cert;
    const char *key;
    bool insecure;     /* certificates are not verified */
    const char *proxy; /* else http_proxy, https_proxy, all_proxy and no_proxy of the environment */
    bool no_proxy;     /* none, whatever the environment says */
    const char *user_agent;
    bool http2; /* where a server offers it over TLS; else HTTP/1.1 */
};

/* The real transport (libcurl): TLS 1.2 at least, redirects not followed, nothing
 * repeated on its own. NULL with `error`: no memory, or libcurl can't be set up as it must. The
 * process must ignore SIGPIPE. */
struct http *http_new(const struct http_settings *settings, struct error *error);

#endif
