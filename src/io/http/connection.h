/* One connection to an origin or to the proxy in front of it: bytes out, bytes in, closed. Plain
 * connections own their descriptor; secure ones belong to libcurl, which does TLS on them. Nothing
 * above this knows which it is. */
#ifndef SHOAL_IO_HTTP_CONNECTION_H
#define SHOAL_IO_HTTP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/must_use.h"
#include "io/http/poller.h"

enum connection_result {
    CONNECTION_BYTES, /* some were moved: the count says how many, at least one */
    CONNECTION_AGAIN, /* nothing can be moved now; the watch reports when it can */
    CONNECTION_END,   /* the peer has closed its side in an orderly way */
    CONNECTION_RESET, /* the peer broke the connection (RST) */
    CONNECTION_ERROR, /* it broke otherwise: `error_text` says how */
};

struct connection;
struct pool_origin;
struct http_transfer;

/* How a kind of connection moves bytes. None of them waits. */
struct connection_ops {
    /* Sends bytes of `pieces`, in order, perhaps only of the first, and sets `*sent` (at least 1)
     * with CONNECTION_BYTES. After CONNECTION_AGAIN, send the same bytes from the same addresses
     * again (OpenSSL asks for it). `more`: further bytes follow soon, so a packet that is not full
     * may wait for them. */
    enum connection_result (*send)(struct connection *connection, const struct iovec *pieces,
        int count, bool more, size_t *sent);
    /* Receives up to `room` bytes and sets `*received` (at least 1) with CONNECTION_BYTES. */
    enum connection_result (*receive)(
        struct connection *connection, char *into, size_t room, size_t *received);
    /* Closes it and frees what the kind owns, not the struct. */
    void (*close)(struct connection *connection);
};

struct connection {
    const struct connection_ops *ops;
    struct watch watch; /* its descriptor, edge-triggered, while it is open */
    void *owner;        /* for whoever added the watch */
    void *secure;       /* of a secure connection: what does TLS; else NULL */
    char *early;        /* bytes that came before the first request; owned; NULL: none */
    size_t early_length;
    size_t early_taken; /* of them, received by now */

    struct http_transfer *transfer; /* that uses it; NULL: it is idle */
    struct pool_origin *origin;     /* in whose pool it is */
    struct connection *next;        /* the pool's: the origin's next idle connection, older */
    struct connection *older;       /* the pool's: of all idle connections, the next older one */
    struct connection *newer;       /* the pool's: of all idle connections, the next younger one */

    bool to_proxy; /* requests name their origin (absolute-form): it ends at an HTTP proxy */
    bool readable; /* bytes may be there: nothing has said CONNECTION_AGAIN since the last event */
    bool writable; /* there may be room, likewise */
    bool peer_closed;       /* the peer has closed its side, or the connection broke */
    unsigned requests;      /* that were begun on it */
    int64_t idle_since_us;  /* while it is idle */
    const char *error_text; /* after CONNECTION_ERROR: a sentence, static or owned by `secure` */
};

/* The operations of a plain connection: a socket of ours. */
extern const struct connection_ops connection_plain;

/* Bytes that the system has taken and the peer has not confirmed; 0 where the system cannot tell.
 */
int64_t connection_unconfirmed(const struct connection *connection);

/* Has an idle plain connection something to read, or its end? A request must not go out on it then.
 * False where only TLS could tell. */
MUST_USE bool connection_is_disturbed(const struct connection *connection);

#endif
