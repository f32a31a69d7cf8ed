/* What the transport's own files share. loop.c implements io/http.h; dispatch.c gives exchanges
 * their connections; request.c, exchange.c and response.c do one exchange; stall.c ends those on
 * which nothing moves and those whose response takes too long; ending.c says how one ended;
 * transfer.c keeps their memory and lists. docs/transport.md describes the whole. */
#ifndef SHOAL_IO_HTTP_TRANSPORT_H
#define SHOAL_IO_HTTP_TRANSPORT_H

#include "base/clock.h"
#include "io/http.h"
#include "io/http/connector.h"
#include "io/http/poller.h"
#include "io/http/pool.h"
#include "text/cookie_jar.h"
#include "text/http_response.h"
#include "text/proxy.h"

#define RECEIVE_ROOM      (64 * 1024)         /* bytes that are received at a time */
#define TURN_BYTES_MOST   (1024 * 1024)       /* bytes that one connection sends before others do */
#define JOINED_BODY_MOST  ((size_t)16 * 1024) /* bytes of head and body that are one TLS record */
#define REQUEST_LINES_MAX 64                  /* header lines of a request */

/* How far an exchange is. */
enum exchange_state {
    EXCHANGE_CONNECTING, /* a connection is being opened for it */
    EXCHANGE_SENDING,    /* more of the request is to be sent; a response may be coming already */
    EXCHANGE_RECEIVING,  /* no more of the request will be sent */
    EXCHANGE_ENDED,      /* it waits in the list `ended` to be reported */
};

/* What ended an exchange. */
enum exchange_break {
    BREAK_NONE,            /* nothing: the response is complete */
    BREAK_NOT_CONNECTED,   /* no connection could be opened: `failed` and `detail` say why */
    BREAK_NEVER_CONNECTED, /* no connection, and libcurl reported neither success nor failure */
    BREAK_CHANGED,         /* the body's reader says that the file changed */
    BREAK_UNREADABLE,      /* the body's reader says that the file cannot be read */
    BREAK_SENDING,         /* the connection broke while sending, and no response had come */
    BREAK_NO_RESPONSE,     /* the connection ended before a response */
    BREAK_KEPT_DIED,      /* a connection that had served another request ended before a response */
    BREAK_IN_HEAD,        /* the connection ended within the response's head */
    BREAK_IN_RESPONSE,    /* the connection ended within the response's body */
    BREAK_EARLY_SUCCESS,  /* a success came, but the body could not be sent to its end */
    BREAK_GARBAGE,        /* what came is not a valid response: see response.error */
    BREAK_LARGE_RESPONSE, /* the response's body is over HTTP_ANSWER_READ and was cut */
    BREAK_STALLED,        /* nothing moved for the stall timeout */
    BREAK_TIMED_OUT,      /* the response was not complete within its timeout */
    BREAK_CANCELLED,      /* the caller cancelled it */
    BREAK_MEMORY,         /* out of memory */
};

struct transport;

/* One attempt: a request on a connection, and its response. Exchanges are used again, with their
 * buffers. */
struct http_transfer {
    struct transport *transport;
    struct http_transfer *next;       /* in the list `active`, `ended` or `idle` */
    struct http_transfer *previous;   /* in the list `active` */
    struct http_transfer *next_ready; /* in the list `ready` */
    bool is_ready;                    /* it is in the list `ready` */

    const struct http_request *request; /* the caller's */
    enum exchange_state state;
    bool is_over;                  /* exchange_run() has nothing more to do */
    enum exchange_break broken;    /* what ended it, once it is over or ended */
    struct connection *connection; /* NULL: it has none yet, or none any more */
    struct connecting *connecting; /* the connection that is being opened for it, or NULL */
    struct pool_origin *origin;    /* where the request goes; this is one of its users */
    int64_t started_us;            /* when the attempt began */

    /* The request */
    struct buf head;     /* the request's head, and over TLS a small body after it */
    size_t head_length;  /* bytes of the head in `head` */
    size_t head_sent;    /* bytes of `head` that the system has taken */
    const char *piece;   /* the current part of the body: the request's data, or `buffer` */
    size_t piece_length; /* bytes at `piece` */
    size_t piece_sent;   /* bytes of `piece` that the system has taken */
    char *buffer;        /* for a body that streams, aligned to a page; owned */
    size_t buffer_size;  /* bytes at `buffer` */
    int64_t body_begun;  /* bytes of the body up to the end of `piece` */
    int64_t body_sent;   /* bytes of the body that the system has taken */
    bool paused;         /* the body's reader has nothing at the moment */
    bool send_broken;    /* sending failed; the response, if any, is still read */
    const char *trouble; /* the connection's words about how it broke, or NULL */

    /* The response */
    struct http_response response; /* its parser */
    struct buf partial;            /* the beginning of a line, which http_response_next() left */
    long status;                   /* the final status; 0: none has come */
    bool head_ended;               /* the head of the final response is complete */
    bool response_ended;           /* the final response is complete */
    bool has_leftover;             /* bytes came after the response */
    int64_t bytes_in;              /* bytes received */
    size_t answer_read;            /* bytes of the body received */
    struct buf answer;             /* the body's first HTTP_ANSWER_KEPT bytes */
    struct buf lines;              /* header lines other than the two below, "Name: value\n" each */
    struct buf phrase;             /* the reason phrase */
    struct buf location;           /* the value of Location */
    struct buf retry_after;        /* the value of Retry-After */
    struct buf cookies;            /* values of cookies, of the request too, each with a NUL */

    /* For the end */
    enum attempt_error failed; /* with BREAK_NOT_CONNECTED: why */
    long proxy_status;         /* the proxy's answer to CONNECT; 0: none came */
    struct buf detail;         /* the sentence about the error */
    bool reused;               /* the connection had served another request */

    /* Stall watch */
    int64_t moved;        /* bytes that are known to have been delivered or received */
    int64_t moved_us;     /* when `moved` changed last */
    int64_t delivered;    /* bytes of the request that the peer has confirmed */
    int64_t delivered_us; /* when `delivered` changed last, or the last byte was handed over */
};

struct transport {
    struct http base; /* first: a struct http * is a struct transport * */
    struct http_settings settings;
    struct proxy_rules proxies;
    struct clock
        clock; /* the settings': for timeouts, which must not pass while the loop does not run */
    struct clock real; /* the system's: for idle connections, which a server closes meanwhile */
    struct poller *poller;
    struct connector *connector;
    struct pool pool;
    struct http_transfer *active;     /* under way, linked by `next` and `previous` */
    struct http_transfer *idle;       /* to be used again, linked by `next` */
    struct http_transfer *ended;      /* to be reported, oldest first, linked by `next` */
    struct http_transfer *last_ended; /* the end of the list `ended`, if that is not empty */
    struct http_transfer *ready;      /* could send on, oldest first, linked by `next_ready` */
    struct http_transfer *last_ready; /* the end of the list `ready`, if that is not empty */
    int64_t next_watch_us;            /* when stalls are looked for again */
    struct buf key;                   /* scratch: an origin's key, a URL */
    struct buf decoded;               /* the decoded body of the exchange that is reported */
    struct buf coding;                /* the name of its coding */
    struct buf credentials;           /* scratch: header lines with credentials */
    struct buf cookie_line;           /* scratch: the header line with cookies */
    struct cookie_jar cookies;        /* those that servers have set */
    char user_agent[64];              /* the header line */
    char received[RECEIVE_ROOM];      /* what was received last */
};

/* transfer.c */

/* An exchange from the idle ones, or a new one. NULL: out of memory. */
MUST_USE struct http_transfer *transfer_obtain(struct transport *transport);

/* Begins an attempt: forgets the one before. */
void transfer_begin(struct http_transfer *transfer, const struct http_request *request);

/* Puts it into the list `active`. */
void transfer_link_active(struct http_transfer *transfer);

/* Moves it from the list `active` to the end of the list `ended`. */
void transfer_move_to_ended(struct http_transfer *transfer);

/* Lets it send on in the next turn: puts it into the list `ready`, once. */
void transfer_make_ready(struct http_transfer *transfer);

/* Takes back one that is in no list, to be used again. */
void transfer_give_back(struct http_transfer *transfer);

/* Frees those that wait to be used again. */
void transfer_free_idle(struct transport *transport);

/* request.c */

/* Where a request goes. */
struct route {
    struct http_url url;
    const char *proxy; /* its URL; NULL: none */
    bool to_proxy;     /* the proxy is asked in absolute-form */
    bool is_secure;    /* TLS is spoken to where the connection ends */
};

/* Decides it. The parts of `route->url` point into `url`. False with `error`: a URL of no use. */
MUST_USE bool route_find(
    const struct transport *transport, const char *url, struct route *route, struct error *error);

/* Adds the key that connections for this route have in the pool. False: `key` failed. */
bool route_add_key(const struct route *route, struct buf *key);

/* Writes the head of `transfer->request` into `transfer->head`. False with `error`. */
MUST_USE bool request_write(
    struct http_transfer *transfer, const struct route *route, struct error *error);

/* exchange.c */

/* What an exchange needs next. */
enum exchange_step {
    EXCHANGE_WAITS,       /* for its connection, or for the body's reader */
    EXCHANGE_TURN_OVER,   /* it could send on: others first */
    EXCHANGE_OVER,        /* it is over: `broken` says how */
    EXCHANGE_NEVER_BEGAN, /* its kept connection was dead before it took a byte: use another */
};

/* Was all of the request handed to the system? */
bool exchange_is_sent(const struct http_transfer *transfer);

/* Does what its connection's readiness allows. */
MUST_USE enum exchange_step exchange_run(struct http_transfer *transfer);

/* response.c */

/* Forgets the response of the attempt before. */
void response_clear(struct http_transfer *transfer);

/* Takes bytes that came. False: the exchange is broken off (`broken` says why). */
MUST_USE bool response_take(struct http_transfer *transfer, const char *data, size_t length);

/* dispatch.c */

/* Begins to open a connection for the exchange. False with `error`. */
MUST_USE bool dispatch_open(
    struct http_transfer *transfer, const struct route *route, struct error *error);

/* connector_done: `owner` is the transport. */
void dispatch_take_connection(void *owner, struct http_transfer *transfer,
    struct connection *connection, const struct connector_failure *failure);

/* Sends the exchange's request on a connection that is open. */
void dispatch_begin(struct http_transfer *transfer, struct connection *connection);

/* Lets the exchange do what it can, and acts on what it needs then. */
void dispatch_run(struct http_transfer *transfer);

/* Ends an exchange, once: keeps or closes its connection; the next poll reports it. */
void dispatch_end(struct http_transfer *transfer, enum exchange_break broken);

/* Closes a connection that is in no pool and frees it. `owner` is the transport. */
void dispatch_close(void *owner, struct connection *connection);

/* stall.c */

/* Ends the exchanges that have exceeded the stall timeout or the response timeout. */
void stall_watch(struct transport *transport, int64_t now_us);

/* ending.c */

/* Describes the end; valid until the exchange is used again. */
void ending_describe(struct http_transfer *transfer, struct http_end *end);

#endif
