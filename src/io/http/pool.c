#include "io/http/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Many servers close a kept connection after 5 s, some without a sign: one that old is not
 * trusted. */
static const int64_t idle_most_us = 4 * CLOCK_US_PER_SECOND;

/* A close this soon after a response was not the server's idle limit. */
static const int64_t early_us = CLOCK_US_PER_SECOND;

/* For this long after a response nothing is expected to happen to a connection. */
static const int64_t trusted_us = 10 * CLOCK_US_PER_MS;

enum {
    CLOSED_EARLY_MOST = 2,  /* before connections are not kept any more */
    REMEMBERED_MOST = 4096, /* origins that are kept in mind for it alone */
};

void pool_init(struct pool *pool, size_t most,
    void (*close)(void *owner, struct connection *connection), void *owner)
{
    *pool = (struct pool){.most = most, .close = close, .owner = owner};
}

void pool_free(struct pool *pool)
{
    pool_set_most(pool, 0);
    for (size_t i = 0; i < POOL_BUCKETS; i++) {
        while (pool->buckets[i] != NULL) {
            struct pool_origin *next = pool->buckets[i]->next;
            free(pool->buckets[i]);
            pool->buckets[i] = next;
        }
    }
}

/* FNV-1a: keys come from the user's own URLs, and a slow bucket costs time only. */
static uint64_t hash_of(const char *key, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)key[i]) * UINT64_C(0x100000001b3);
    return hash;
}

struct pool_origin *pool_origin_obtain(struct pool *pool, const char *key, size_t length)
{
    uint64_t hash = hash_of(key, length);
    struct pool_origin **bucket = &pool->buckets[hash % POOL_BUCKETS];
    struct pool_origin *origin = *bucket;
    while (origin != NULL && (origin->hash != hash || strncmp(origin->key, key, length) != 0 ||
                                 origin->key[length] != '\0'))
        origin = origin->next;
    if (origin == NULL) {
        origin = calloc(1, sizeof *origin + length + 1);
        if (origin == NULL)
            return NULL;
        origin->hash = hash;
        memcpy(origin->key, key, length);
        origin->next = *bucket;
        *bucket = origin;
    }
    origin->users++;
    return origin;
}

void pool_origin_release(struct pool *pool, struct pool_origin *origin)
{
    if (--origin->users > 0)
        return;
    bool is_suspect = origin->closed_early > 0 && !origin->reuses;
    if (is_suspect && !origin->is_remembered && pool->remembered < REMEMBERED_MOST) {
        origin->is_remembered = true;
        pool->remembered++;
    }
    if (origin->is_remembered)
        return;
    struct pool_origin **link = &pool->buckets[origin->hash % POOL_BUCKETS];
    while (*link != origin)
        link = &(*link)->next;
    *link = origin->next;
    free(origin);
}

void pool_remove(struct pool *pool, struct connection *connection)
{
    struct connection **link = &connection->origin->idle;
    while (*link != connection)
        link = &(*link)->next;
    *link = connection->next;
    if (connection->older != NULL)
        connection->older->newer = connection->newer;
    else
        pool->oldest = connection->newer;
    if (connection->newer != NULL)
        connection->newer->older = connection->older;
    else
        pool->newest = connection->older;
    connection->next = connection->older = connection->newer = NULL;
}

static void close_idle(struct pool *pool, struct connection *connection)
{
    pool_remove(pool, connection);
    pool->close(pool->owner, connection);
}

/* May another request go out on it? A short look at the socket costs little beside a request that
 * ends without a response; it is left out where the last response came a moment ago from an origin
 * that is known to keep its connections. */
static bool is_usable(const struct connection *connection, int64_t now_us)
{
    int64_t idle_us = now_us - connection->idle_since_us;
    if (connection->peer_closed || idle_us > idle_most_us)
        return false;
    bool trusted = connection->origin->reuses && idle_us < trusted_us;
    return trusted || !connection_is_disturbed(connection);
}

struct connection *pool_take(struct pool *pool, struct pool_origin *origin, int64_t now_us)
{
    while (origin->idle != NULL) {
        struct connection *connection = origin->idle;
        if (is_usable(connection, now_us)) {
            pool_remove(pool, connection);
            return connection;
        }
        pool_note_close(connection, now_us);
        close_idle(pool, connection);
    }
    return NULL;
}

void pool_keep(struct pool *pool, struct connection *connection, int64_t now_us)
{
    struct pool_origin *origin = connection->origin;
    if (origin->closed_early >= CLOSED_EARLY_MOST || pool->open > pool->most) {
        pool->close(pool->owner, connection);
        return;
    }
    connection->transfer = NULL;
    connection->idle_since_us = now_us;
    connection->next = origin->idle;
    origin->idle = connection;
    connection->newer = NULL;
    connection->older = pool->newest;
    if (pool->newest != NULL)
        pool->newest->newer = connection;
    else
        pool->oldest = connection;
    pool->newest = connection;
}

void pool_note_opening(struct pool *pool)
{
    pool->open++;
    pool_set_most(pool, pool->most);
}

void pool_note_closed(struct pool *pool)
{
    pool->open--;
}

void pool_set_most(struct pool *pool, size_t most)
{
    pool->most = most;
    while (pool->open > most && pool->oldest != NULL)
        close_idle(pool, pool->oldest);
}

void pool_note_reuse(struct pool_origin *origin)
{
    origin->reuses = true;
}

void pool_note_close(const struct connection *connection, int64_t now_us)
{
    struct pool_origin *origin = connection->origin;
    bool is_early = now_us - connection->idle_since_us < early_us;
    if (is_early && !origin->reuses)
        origin->closed_early++;
}
