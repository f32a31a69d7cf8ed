/* The transport: requests in, ends of attempts out. A function table, so that a simulation can use
 * its own network; io/http/ is the real one.
 *
 * One thread, the loop's, makes every call but `wake`. A transfer that was started ends in exactly
 * one call of `ended`, from within `poll`; a cancelled one too (as ATTEMPT_CANCELLED, unless its
 * response is complete already). */
#ifndef SHOAL_IO_HTTP_H
#define SHOAL_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/must_use.h"
#include "policy/outcome.h"

#define HTTP_ANSWER_KEPT (64 * 1024) /* bytes of a response's body that are kept */
#define HTTP_ANSWER_READ                                                                           \
    (1024 * 1024) /* bytes of it that are read before the connection is closed */
#define HTTP_HEADERS_KEPT (16 * 1024) /* bytes of header lines that are kept */

struct http;

/* The transport's own record of a transfer under way. */
struct http_transfer;

/* What a body's reader returns instead of a number of bytes. */
enum http_read_end {
    HTTP_READ_WAIT = -1,       /* nothing is there yet: `resume` is called when there is */
    HTTP_READ_CHANGED = -2,    /* break the transfer off: ATTEMPT_FILE_CHANGED */
    HTTP_READ_UNREADABLE = -3, /* break it off: ATTEMPT_FILE_UNREADABLE */
};

/* A request. All of it stays in place and unchanged until the transfer has ended. */
struct http_request {
    const char *method; /* a token */
    const char *url; /* absolute, http or https; its userinfo is used for Basic credentials unless
                        `user_password` is given */
    const char *const
        *headers;              /* "Name: value", "Name;" for an empty value; "Name:" takes one of
                                  the transport's own away; Content-Type included; NULL-terminated */
    const char *user_password; /* "user:secret" for Basic credentials (RFC 7617), or NULL */
    bool anonymous;            /* use no credentials but those in `headers`: not those above and
                                  of the URL, nor those of `netrc`, nor the client's certificate */
    int64_t length;            /* bytes of the body */
    const char *data;          /* the whole body, or NULL: then `read` provides it */

    /* Copies up to `room` bytes of the body to `into`; returns their number, at least 1, or an enum
     * http_read_end. After `length` bytes it is not called again. */
    int64_t (*read)(void *body, char *into, size_t room);
    void *body;   /* first argument of `read` */
    size_t chunk; /* bytes that `read` is asked for at a time, 16 KiB to 1 MiB */

    void *context;         /* second argument of `ended` */
    bool fresh_connection; /* use no kept connection: one just died under this file */
    bool *connected; /* set to true once the request has its connection, through proxy and TLS;
                        NULL: not asked for */
};

/* The end of an attempt. Everything is the transport's and valid during the call of `ended`. */
struct http_end {
    struct attempt_end attempt;
    const char *detail; /* a sentence about the error, or about a 407, "" where there is neither; it
                           may quote the server: escape it where it is shown */
    const struct buf *answer; /* the kept part of the response's body */
    bool answer_cut;          /* it is not the whole body */
    const char *coding;       /* the body's coding where it could not be decoded; else "" */
    const char *phrase;       /* the reason phrase of the final status, "" where absent */
    const char *location;     /* header values of the final response, "" where absent */
    const char *retry_after;
    const struct buf *cookies; /* values of cookies that were sent or set, with a NUL after each;
                                  may be NULL */
    const struct buf *headers; /* every other header line of the final response, "Name: value\n"
                                  each, HTTP_HEADERS_KEPT at most */
    int64_t request_bytes;     /* bytes of the body that were handed to the system */
    bool reused;               /* it went over a kept connection */
};

/* What a transport can do. */
struct http_ops {
    /* Starts a transfer. NULL with `error`: it cannot be made at all (ERROR_USAGE), or not now
     * (ERROR_MEMORY). */
    struct http_transfer *(*start)(
        struct http *http, const struct http_request *request, struct error *error);

    /* Breaks a transfer off; it ends from the next `poll`. */
    void (*cancel)(struct http *http, struct http_transfer *transfer);

    /* The body's reader, which returned HTTP_READ_WAIT, has something again. */
    void (*resume)(struct http *http, struct http_transfer *transfer);

    /* Moves everything that can move, waits at most `wait_us` microseconds (0: not at all) or until
     * `wake`, and calls `ended` for each transfer that ended. False with `error`: the transport
     * itself broke. */
    bool (*poll)(struct http *http, int64_t wait_us, struct error *error);

    /* Ends the wait of `poll`. May be called from any thread and from signal handlers. */
    void (*wake)(struct http *http);

    /* Keeps at most this number of connections. */
    void (*set_connections)(struct http *http, size_t connections);

    /* Ends what is under way without reporting it, closes everything and frees it. */
    void (*free)(struct http *http);
};

/* Called from within `poll`: a transfer has ended. `owner` is the struct http's, `context` the
 * request's. */
typedef void http_ended(void *owner, void *context, const struct http_end *end);

/* What every implementation begins with. */
struct http {
    const struct http_ops *ops;
    http_ended *ended; /* set, with `owner`, by whoever polls */
    void *owner;
};

/* What the real transport is made with. Strings are copied; NULL: not given. */
struct http_settings {
    const struct clock *clock;   /* measures the timeouts; outlives the transport */
    size_t connections;          /* most connections that are kept */
    int64_t connect_timeout_us;  /* for names, connection, proxy and TLS together */
    int64_t stall_timeout_us;    /* a transfer on which nothing moves for this long ends */
    int64_t response_timeout_us; /* from the last byte of the request to the response's end */
    const char *cacert;          /* path of a PEM file with the certificates to trust */
    const char *capath;     /* path of a folder of them; without both, the system's are trusted */
    const char *cert;       /* path of the client's certificate, PEM */
    const char *key;        /* path of its key, PEM */
    const char *pass;       /* pass phrase of the key */
    const char *netrc;      /* text with a user and password for each host (text/netrc.h), used
                               where a request has no credentials of its own */
    bool cookies;           /* cookies are kept, for the origins that set them */
    bool insecure;          /* certificates are not verified */
    const char *proxy;      /* URL; else the environment's http_proxy, https_proxy, all_proxy */
    bool no_proxy;          /* use none, whatever the environment says */
    const char *user_agent; /* value of User-Agent; static */
};

/* Whether libcurl was built with a place of certificates to trust, and this place exists here. */
bool http_has_authorities(void);

/* The real transport: HTTP/1.1 on connections that libcurl opens, TLS 1.2 or newer, redirects not
 * followed, nothing repeated on its own. NULL with `error`: no memory, or the system cannot provide
 * it. The process must ignore SIGPIPE. Freed with its own `free`. */
MUST_USE struct http *http_new(const struct http_settings *settings, struct error *error);

#endif
