/* Gives exchanges their connections, and acts on what became of both. */
#include <stdlib.h>

#include "base/container_of.h"
#include "io/http/transport.h"

void dispatch_close(void *owner, struct connection *connection)
{
    struct transport *transport = owner;
    poller_remove(transport->poller, &connection->watch);
    connection->ops->close(connection);
    pool_note_closed(&transport->pool);
    pool_origin_release(&transport->pool, connection->origin);
    free(connection->early);
    free(connection);
}

/* An idle connection became readable: its peer has closed it, or sends bytes that were not
 * requested. Over TLS it may also be a ticket for another session. */
static void look_at_idle(struct transport *transport, struct connection *connection)
{
    size_t received;
    if (connection->secure != NULL && connection->ops->receive(connection, transport->received,
                                          RECEIVE_ROOM, &received) == CONNECTION_AGAIN)
        return;
    pool_note_close(connection, clock_now_us(&transport->real));
    pool_remove(&transport->pool, connection);
    dispatch_close(transport, connection);
}

static void connection_ready(struct watch *watch, unsigned events)
{
    struct connection *connection = container_of(watch, struct connection, watch);
    /* TLS may want to write in order to read, and the other way round. */
    bool both = connection->secure != NULL;
    connection->readable = connection->readable || both || (events & POLLER_READ) != 0;
    connection->writable = connection->writable || both || (events & POLLER_WRITE) != 0;
    connection->peer_closed = connection->peer_closed || (events & POLLER_CLOSED) != 0;
    if (connection->transfer != NULL)
        dispatch_run(connection->transfer);
    else if ((events & POLLER_READ) != 0)
        look_at_idle(connection->owner, connection);
}

static bool may_keep(const struct http_transfer *transfer)
{
    return transfer->broken == BREAK_NONE && !transfer->send_broken && !transfer->has_leftover &&
           transfer->head_sent == transfer->head.length &&
           transfer->body_sent == transfer->request->length &&
           http_response_may_keep(&transfer->response);
}

static void leave_connection(struct http_transfer *transfer)
{
    struct transport *transport = transfer->transport;
    struct connection *connection = transfer->connection;
    transfer->connection = NULL;
    connection->transfer = NULL;
    if (transfer->broken == BREAK_NONE && transfer->reused)
        pool_note_reuse(connection->origin);
    if (may_keep(transfer))
        pool_keep(&transport->pool, connection, clock_now_us(&transport->real));
    else
        dispatch_close(transport, connection);
}

void dispatch_end(struct http_transfer *transfer, enum exchange_break broken)
{
    struct transport *transport = transfer->transport;
    if (transfer->state == EXCHANGE_ENDED)
        return;
    transfer->state = EXCHANGE_ENDED;
    transfer->broken = broken;
    if (transfer->connecting != NULL) {
        connector_cancel(transport->connector, transfer->connecting);
        pool_note_closed(&transport->pool);
        transfer->connecting = NULL;
    }
    if (transfer->connection != NULL)
        leave_connection(transfer);
    transfer_move_to_ended(transfer);
}

/* Begins to open a connection. False with `error`. */
bool dispatch_open(struct http_transfer *transfer, const struct route *route, struct error *error)
{
    struct transport *transport = transfer->transport;
    struct buf *url = &transport->key;
    buf_clear(url);
    bool made = buf_add_text(url, route->url.is_https ? "https://" : "http://") &&
                buf_add(url, route->url.host.data, route->url.host.length) &&
                buf_printf(url, ":%d/", route->url.port);
    if (!made)
        return error_set_memory(error);
    struct connector_target target = {.url = buf_text(url),
        .proxy = route->proxy,
        .proxy_source =
            route->proxy == NULL ? NULL : proxy_source(&transport->proxies, route->proxy),
        .to_proxy = route->to_proxy,
        .is_secure = route->is_secure,
        .is_anonymous = transfer->request->anonymous};
    pool_note_opening(&transport->pool);
    transfer->state = EXCHANGE_CONNECTING;
    transfer->connecting = connector_open(transport->connector, &target, transfer, error);
    if (transfer->connecting == NULL)
        pool_note_closed(&transport->pool);
    return transfer->connecting != NULL;
}

/* The connection was dead before it took a byte: another one, which is new, takes its place. */
static void reconnect(struct http_transfer *transfer)
{
    struct route route;
    struct error error;
    struct transport *transport = transfer->transport;
    struct connection *dead = transfer->connection;
    transfer->connection = NULL;
    dead->transfer = NULL;
    dispatch_close(transport, dead);
    transfer->reused = transfer->send_broken = transfer->is_over = false;
    transfer->broken = BREAK_NONE;
    transfer->trouble = NULL;
    if (!route_find(transport, transfer->request->url, &route, &error) ||
        !dispatch_open(transfer, &route, &error))
        dispatch_end(transfer, BREAK_MEMORY); /* the URL was good a moment ago */
}

/* connector_done */
void dispatch_take_connection(void *owner, struct http_transfer *transfer,
    struct connection *connection, const struct connector_failure *failure)
{
    struct transport *transport = owner;
    transfer->connecting = NULL;
    if (connection == NULL) {
        pool_note_closed(&transport->pool);
        transfer->failed = failure->error;
        transfer->proxy_status = failure->proxy_status;
        buf_clear(&transfer->detail);
        (void)buf_add_text(&transfer->detail, failure->detail);
        dispatch_end(transfer, BREAK_NOT_CONNECTED);
        return;
    }
    connection->origin = transfer->origin;
    connection->origin->users++;
    connection->owner = transport;
    connection->watch.ready = connection_ready;
    connection->readable = connection->secure != NULL || connection->peer_closed;
    if (!poller_add_edges(transport->poller, &connection->watch)) {
        dispatch_close(transport, connection);
        dispatch_end(transfer, BREAK_MEMORY);
        return;
    }
    dispatch_begin(transfer, connection);
}

void dispatch_run(struct http_transfer *transfer)
{
    switch (exchange_run(transfer)) {
    case EXCHANGE_WAITS:
        break;
    case EXCHANGE_TURN_OVER:
        transfer_make_ready(transfer);
        break;
    case EXCHANGE_OVER:
        dispatch_end(transfer, transfer->broken);
        break;
    case EXCHANGE_NEVER_BEGAN:
        reconnect(transfer);
        break;
    }
}

void dispatch_begin(struct http_transfer *transfer, struct connection *connection)
{
    transfer->connection = connection;
    connection->transfer = transfer;
    transfer->reused = connection->requests++ > 0;
    transfer->state = EXCHANGE_SENDING;
    transfer->moved_us = transfer->delivered_us = clock_now_us(&transfer->transport->clock);
    if (transfer->request->connected != NULL)
        *transfer->request->connected = true;
    dispatch_run(transfer);
}
