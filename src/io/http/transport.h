/* What the transport's own files share. loop.c implements io/http.h; dispatch.c gives exchanges
 * their connections; request.c, exchange.c and response.c do one exchange; stall.c ends those on
 * which nothing moves; ending.c says how one ended; transfer.c keeps their memory and lists.
 * docs/transport.md describes the whole. */
#ifndef SHOAL_IO_HTTP_TRANSPORT_H
#define SHOAL_IO_HTTP_TRANSPORT_H

#include "base/clock.h"
#include "io/http.h"
#include "io/http/connector.h"
#include "io/http/poller.h"
#include "io/http/pool.h"
#include "text/http_response.h"
#include "text/proxy.h"

#define RECEIVE_ROOM      (64 * 1024)   /* bytes that are received at a time */
#define TURN_BYTES_MOST   (1024 * 1024) /* that one connection sends before others have a go */
#define JOINED_BODY_MOST  ((size_t)16 * 1024) /* bytes of head and body that are one TLS record */
#define REQUEST_LINES_MAX 64                  /* header lines of a request */

/* How far an exchange is. */
enum exchange_state {
    EXCHANGE_CONNECTING, /* a connection is being opened for it */
    EXCHANGE_SENDING,    /* more of the request is to be sent; a response may be coming already */
    EXCHANGE_RECEIVING,  /* no more of the request will be sent */
    EXCHANGE_ENDED,      /* it waits in the list `ended` to be reported */
};

/* What we or the peer broke it off for; in the order of docs/transport.md. */
enum exchange_break {
    BREAK_NONE,
    BREAK_NOT_CONNECTED,   /* connector.c's failure is in `failed` and `detail` */
    BREAK_NEVER_CONNECTED, /* no connection, and no end of waiting for one either */
    BREAK_CHANGED,         /* the body's reader: the file changed */
    BREAK_UNREADABLE,      /* the body's reader: the file cannot be read */
    BREAK_SENDING,         /* the connection broke while sending, and no response came */
    BREAK_NO_RESPONSE,     /* it ended before a response */
    BREAK_KEPT_DIED,       /* the same, on a connection that had served another request */
    BREAK_IN_HEAD,         /* it ended within the response's head */
    BREAK_IN_RESPONSE,     /* it ended within the response's body */
    BREAK_EARLY_SUCCESS,   /* a success came, and the body could not be sent to its end */
    BREAK_GARBAGE,         /* what came is not a valid response: response.error */
    BREAK_LARGE_RESPONSE,  /* over HTTP_ANSWER_READ: we cut it */
    BREAK_STALLED,         /* nothing moved for the stall timeout */
    BREAK_CANCELLED,       /* the caller wanted it */
    BREAK_MEMORY,          /* out of memory */
};

struct transport;

/* One attempt: a request on a connection, and its response. Exchanges are used again, with their
 * buffers. */
struct http_transfer {
    struct transport *transport;
    struct http_transfer *next; /* in a list of the transport's */
    struct http_transfer *previous;
    struct http_transfer *next_ready;
    bool is_ready; /* it is in the list `ready`: its turn was over before it had to wait */

    const struct http_request *request;
    enum exchange_state state;
    bool is_over;               /* exchange_run() has nothing more to do */
    enum exchange_break broken; /* why, once it is over or ended */
    struct connection *connection;
    struct connecting *connecting;
    struct pool_origin *origin;
    int64_t started_us;

    /* The request */
    struct buf head;      /* and, over TLS, a small body after it */
    size_t head_length;   /* of it, what is head */
    size_t head_sent;     /* bytes of `head` that were handed over */
    const char *piece;    /* the part of the body at hand: the request's data, or `buffer` */
    size_t piece_length;  /* bytes */
    size_t piece_sent;    /* of them, handed over */
    char *buffer;         /* for a body that streams, aligned to a page; owned */
    size_t buffer_size;   /* bytes */
    int64_t body_begun;   /* bytes of the body that `piece` and those before it were */
    int64_t body_sent;    /* bytes of the body that were handed over */
    bool paused;          /* the body's reader has nothing at the moment */
    bool send_broken;     /* sending failed: the response, if any, is still read */
    const char *trouble;  /* what the connection said as it broke; NULL: nothing */
    int64_t requested_us; /* when the first bytes were handed over; 0: none were */

    /* The response */
    struct http_response response;
    struct buf partial;  /* what http_response_next() left: the beginning of a line */
    long status;         /* the final status; 0: none has come */
    bool head_ended;     /* of the final response */
    bool response_ended; /* the message is complete */
    bool has_leftover;   /* bytes came after it */
    int64_t answered_us; /* when the final status came */
    int64_t bytes_in;    /* received */
    size_t answer_read;  /* of the body, bytes */
    struct buf answer;   /* its first HTTP_ANSWER_KEPT bytes */
    struct buf lines;    /* header lines, but for those below */
    struct buf location;
    struct buf retry_after;

    /* For the end */
    enum attempt_error failed; /* BREAK_NOT_CONNECTED: why */
    long proxy_status;
    struct buf detail;
    int64_t connect_us; /* how long the connection took to open; -1: it was there */
    bool reused;        /* the connection had served another request */

    /* Stall watch */
    int64_t moved;    /* bytes that are known to have left or come */
    int64_t moved_us; /* when that changed */
};

struct transport {
    struct http base; /* first: a struct http * is a struct transport * */
    struct http_settings settings;
    struct proxy_rules proxies;
    struct clock clock;
    struct poller *poller;
    struct connector *connector;
    struct pool pool;
    struct http_transfer *active; /* linked by `next` and `previous` */
    struct http_transfer *idle;   /* to be used again, linked by `next` */
    struct http_transfer *ended;  /* to be reported, oldest first, linked by `next` */
    struct http_transfer *last_ended;
    struct http_transfer *ready; /* may send on, oldest first, linked by `next_ready` */
    struct http_transfer *last_ready;
    int64_t next_watch_us; /* when stalls are looked for again */
    struct buf key;        /* for an origin's key */
    struct buf credentials;
    char user_agent[64]; /* the header line */
    char received[RECEIVE_ROOM];
};

/* transfer.c */

/* An exchange from the idle ones, or a new one. NULL: out of memory. */
MUST_USE struct http_transfer *transfer_obtain(struct transport *transport);

/* Begins an attempt: forgets the one before. */
void transfer_begin(struct http_transfer *transfer, const struct http_request *request);

/* Puts it into the list `active`, or from there into the list `ended`. */
void transfer_link_active(struct http_transfer *transfer);
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

/* Looks for exchanges on which nothing moved for the stall timeout, and ends them. */
void stall_watch(struct transport *transport, int64_t now_us);

/* ending.c */

/* Describes the end; valid until the exchange is used again. */
void ending_describe(struct http_transfer *transfer, struct http_end *end);

#endif
