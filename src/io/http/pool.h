/* Idle connections, kept per origin, the youngest used first; and what is known of an origin's
 * connections. All origins share one limit: room for a new connection is made by closing the oldest
 * idle one, whoever's it is. */
#ifndef SHOAL_IO_HTTP_POOL_H
#define SHOAL_IO_HTTP_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"
#include "io/http/connection.h"

#define POOL_BUCKETS 256

/* Connections of one origin, or of the proxy in front of it. */
struct pool_origin {
    struct pool_origin *next; /* in its bucket */
    struct connection *idle;  /* the youngest first, linked by `next` */
    size_t users;             /* connections and transfers that refer to it */
    bool reuses;              /* it has served more than one request on a connection */
    unsigned closed_early;    /* kept connections that it closed after their first response */
    bool is_remembered;       /* it stays known without users */
    uint64_t hash;
    char key[]; /* "SCHEME://HOST:PORT", or the proxy's URL; " anonymous" may follow */
};

struct pool {
    struct pool_origin *buckets[POOL_BUCKETS];
    struct connection *oldest; /* of all idle ones, linked by `newer` and `older` */
    struct connection *newest;
    size_t open;       /* connections there are: idle, in use, being opened */
    size_t remembered; /* origins that stay known without users */
    size_t most;       /* of them; a limit on idle ones only: a transfer is never refused one */
    void (*close)(void *owner, struct connection *connection); /* closes one and frees it */
    void *owner;
};

/* An empty pool that keeps at most `most` connections. Allocates nothing. */
void pool_init(struct pool *pool, size_t most,
    void (*close)(void *owner, struct connection *connection), void *owner);

/* Closes what is idle. Nothing else may be left. */
void pool_free(struct pool *pool);

/* The origin with this key, made where it is new, with one more user, who gives it back with
 * pool_origin_release(). NULL: out of memory. */
MUST_USE struct pool_origin *pool_origin_obtain(struct pool *pool, const char *key, size_t length);

/* One user less. Without any it is forgotten, unless it is known not to keep connections. */
void pool_origin_release(struct pool *pool, struct pool_origin *origin);

/* Takes the youngest idle connection of the origin out of the pool. Those that the peer has closed,
 * or that are older than servers usually allow, are closed instead. NULL: there is none. */
MUST_USE struct connection *pool_take(
    struct pool *pool, struct pool_origin *origin, int64_t now_us);

/* Keeps a connection whose response is complete, or closes it where the origin's connections are
 * not used again. */
void pool_keep(struct pool *pool, struct connection *connection, int64_t now_us);

/* Takes an idle connection out, because its peer has closed it. */
void pool_remove(struct pool *pool, struct connection *connection);

/* A connection is about to be opened, or one is closed: counts it. The first makes room. */
void pool_note_opening(struct pool *pool);
void pool_note_closed(struct pool *pool);

/* Changes the limit, and closes idle connections that are too many. */
void pool_set_most(struct pool *pool, size_t most);

/* The origin served a second request on a connection: it keeps them. */
void pool_note_reuse(struct pool_origin *origin);

/* The peer closed `connection`, which it had led us to keep. Some peers close after every response
 * without saying so: where two connections in a row were closed that soon after their first
 * response, and none was ever used twice, the origin's connections are not kept any more. */
void pool_note_close(const struct connection *connection, int64_t now_us);

#endif
