/* One exchange on a connection that does what a script says: no socket, no libcurl, no clock. */
#ifndef SHOAL_TESTS_EXCHANGE_FIXTURE_H
#define SHOAL_TESTS_EXCHANGE_FIXTURE_H

#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "io/http/transport.h"

#define OK_RESPONSE "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* What the connection does. */
struct script {
    size_t accepts; /* bytes that one send accepts at most */
    size_t until;   /* bytes that are accepted in all; then `after` */
    enum connection_result after;
    const char *bytes;             /* what is received */
    size_t comes_after;            /* bytes that must have been sent before any of it comes */
    size_t piece;                  /* bytes that one receive returns at most */
    enum connection_result at_end; /* after the last of it */

    size_t sent;
    size_t received;
    char request[4096]; /* the first bytes that were sent */
};

struct scene {
    struct transport *transport;
    struct http_transfer *transfer;
    struct connection connection;
    struct pool_origin *origin;
    struct script script;
    struct http_request request;
    struct http_end end;
    int64_t body_now; /* bytes that the body's reader has; then `body_after` */
    int64_t body_after;
    int64_t body_read;
};

static inline struct script *script_of(struct connection *connection)
{
    return connection->owner;
}

static inline enum connection_result scripted_send(
    struct connection *connection, const struct iovec *pieces, int count, bool more, size_t *sent)
{
    struct script *script = script_of(connection);
    (void)more;
    *sent = 0;
    for (int i = 0; i < count && *sent < script->accepts && script->sent < script->until; i++) {
        size_t length = pieces[i].iov_len;
        if (length > script->accepts - *sent)
            length = script->accepts - *sent;
        if (length > script->until - script->sent)
            length = script->until - script->sent;
        for (size_t k = 0; k < length && script->sent + k < sizeof script->request; k++)
            script->request[script->sent + k] = ((const char *)pieces[i].iov_base)[k];
        script->sent += length;
        *sent += length;
    }
    return *sent > 0 ? CONNECTION_BYTES : script->after;
}

static inline enum connection_result scripted_receive(
    struct connection *connection, char *into, size_t room, size_t *received)
{
    struct script *script = script_of(connection);
    size_t left = strlen(script->bytes) - script->received;
    if (script->sent < script->comes_after)
        return CONNECTION_AGAIN;
    if (left == 0)
        return script->at_end;
    size_t length = left < script->piece ? left : script->piece;
    assert_true(length <= room);
    memcpy(into, script->bytes + script->received, length);
    script->received += length;
    *received = length;
    return CONNECTION_BYTES;
}

static inline void scripted_close(struct connection *connection)
{
    (void)connection;
}

static const struct connection_ops scripted = {
    .send = scripted_send, .receive = scripted_receive, .close = scripted_close};

static inline int64_t read_body(void *context, char *into, size_t room)
{
    struct scene *scene = context;
    int64_t left = scene->body_now - scene->body_read;
    if (left == 0)
        return scene->body_after;
    if (left > (int64_t)room)
        left = (int64_t)room;
    memset(into, 'x', (size_t)left);
    scene->body_read += left;
    return left;
}

static const char *const no_headers[] = {NULL};

static const struct script friendly = {.accepts = SIZE_MAX,
    .until = SIZE_MAX,
    .after = CONNECTION_AGAIN,
    .bytes = OK_RESPONSE,
    .comes_after = 1,
    .piece = SIZE_MAX,
    .at_end = CONNECTION_AGAIN};

static inline struct scene *scene_new(const struct script *script)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->transport = calloc(1, sizeof *scene->transport);
    assert_non_null(scene->transport);
    scene->transport->clock = clock_system();
    buf_init(&scene->transport->key, 4096);
    buf_init(&scene->transport->credentials, 4096);
    memcpy(scene->transport->user_agent, "User-Agent: test", sizeof "User-Agent: test");
    pool_init(&scene->transport->pool, 1, NULL, NULL);
    scene->script = *script;
    scene->request = (struct http_request){.method = "POST",
        .url = "http://host/path?query",
        .headers = no_headers,
        .data = "content",
        .length = 7};
    return scene;
}

/* Gives the exchange its connection, which has served `requests` before. */
static inline void scene_begin(struct scene *scene, unsigned requests)
{
    struct route route;
    struct error error;
    scene->transfer = transfer_obtain(scene->transport);
    assert_non_null(scene->transfer);
    transfer_begin(scene->transfer, &scene->request);
    assert_true(route_find(scene->transport, scene->request.url, &route, &error));
    assert_true(request_write(scene->transfer, &route, &error));
    scene->origin = pool_origin_obtain(&scene->transport->pool, "key", 3);
    assert_non_null(scene->origin);
    scene->connection = (struct connection){.ops = &scripted,
        .owner = &scene->script,
        .origin = scene->origin,
        .watch = {.descriptor = -1}};
    scene->transfer->connection = &scene->connection;
    scene->transfer->reused = requests > 0;
    scene->transfer->state = EXCHANGE_SENDING;
}

/* Runs until nothing moves any more; the connection is ready for everything before each step. */
static inline enum exchange_step scene_run(struct scene *scene)
{
    enum exchange_step step;
    size_t moved;
    do {
        moved = scene->script.sent + scene->script.received;
        scene->connection.readable = scene->connection.writable = true;
        step = exchange_run(scene->transfer);
        if (step == EXCHANGE_OVER || step == EXCHANGE_NEVER_BEGAN)
            break;
    } while (scene->script.sent + scene->script.received > moved);
    ending_describe(scene->transfer, &scene->end);
    return step;
}

static inline void scene_free(struct scene *scene)
{
    transfer_give_back(scene->transfer);
    transfer_free_idle(scene->transport);
    pool_origin_release(&scene->transport->pool, scene->origin);
    pool_free(&scene->transport->pool);
    buf_free(&scene->transport->key);
    buf_free(&scene->transport->credentials);
    free(scene->transport);
    free(scene);
}

static inline void assert_end(
    const struct scene *scene, enum attempt_phase phase, enum attempt_error error, long status)
{
    const struct attempt_end *end = &scene->end.attempt;
    if (end->phase != phase || end->error != error || end->status != status)
        fail_msg("%s, error %d, %ld", attempt_phase_name(end->phase), (int)end->error, end->status);
}

#endif
