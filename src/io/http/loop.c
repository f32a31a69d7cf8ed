/* The transport's loop, which implements io/http.h.
 *
 * An exchange is started at once where the pool has a connection, and moves within transport_poll()
 * after that. What ended waits in a list until the poll reports it: nobody is called back from
 * within a call of his own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "io/http/transport.h"
#include "io/proxy_environment.h"

#define KEY_MOST ((size_t)1024 * 1024)

/* Each of those that are ready now has a turn. */
static void run_ready(struct transport *transport)
{
    struct http_transfer *ready = transport->ready;
    transport->ready = NULL;
    while (ready != NULL) {
        struct http_transfer *transfer = ready;
        ready = transfer->next_ready;
        transfer->is_ready = false;
        if (transfer->state == EXCHANGE_SENDING)
            dispatch_run(transfer);
    }
}

/* Finds out where the request goes and writes its head. */
static bool prepare(struct http_transfer *transfer, struct route *route, struct error *error)
{
    struct transport *transport = transfer->transport;
    struct buf *key = &transport->key;
    if (!route_find(transport, transfer->request->url, route, error))
        return false;
    if (!request_write(transfer, route, error))
        return false;
    buf_clear(key);
    bool made = route_add_key(route, key);
    /* A connection with the client's certificate is not for requests that must not show it. */
    if (transfer->request->anonymous && transport->settings.cert != NULL)
        made = buf_add_text(key, " anonymous");
    if (!made)
        return error_set_memory(error);
    transfer->origin = pool_origin_obtain(&transport->pool, key->data, key->length);
    return transfer->origin != NULL || error_set_memory(error);
}

static struct http_transfer *transport_start(
    struct http *http, const struct http_request *request, struct error *error)
{
    struct transport *transport = (struct transport *)http;
    struct http_transfer *transfer = transfer_obtain(transport);
    struct route route;
    if (transfer == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    transfer_begin(transfer, request);
    if (!prepare(transfer, &route, error)) {
        transfer_give_back(transfer);
        return NULL;
    }
    struct connection *kept =
        request->fresh_connection
            ? NULL
            : pool_take(&transport->pool, transfer->origin, clock_now_us(&transport->real));
    if (kept == NULL && !dispatch_open(transfer, &route, error)) {
        transfer_give_back(transfer);
        return NULL;
    }
    transfer_link_active(transfer);
    if (kept != NULL)
        dispatch_begin(transfer, kept);
    return transfer;
}

static void transport_cancel(struct http *http, struct http_transfer *transfer)
{
    (void)http;
    dispatch_end(transfer, BREAK_CANCELLED);
}

static void transport_resume(struct http *http, struct http_transfer *transfer)
{
    (void)http;
    if (!transfer->paused || transfer->state != EXCHANGE_SENDING)
        return;
    transfer->paused = false;
    transfer->moved_us = clock_now_us(&transfer->transport->clock);
    transfer_make_ready(transfer);
}

static void report_ended(struct transport *transport)
{
    while (transport->ended != NULL) {
        struct http_transfer *transfer = transport->ended;
        struct http_end end;
        transport->ended = transfer->next;
        ending_describe(transfer, &end);
        transport->base.ended(transport->base.owner, transfer->request->context, &end);
        transfer_give_back(transfer);
    }
}

static bool transport_poll(struct http *http, int64_t wait_us, struct error *error)
{
    struct transport *transport = (struct transport *)http;
    int64_t now_us = clock_now_us(&transport->clock);
    int64_t due_us = connector_step(transport->connector, now_us);
    if (transport->active != NULL)
        due_us = clock_earlier(due_us, transport->next_watch_us);
    if (transport->ended != NULL || transport->ready != NULL)
        wait_us = 0;
    else if (due_us - now_us < wait_us)
        wait_us = due_us - now_us;
    if (!poller_wait(transport->poller, wait_us, error))
        return false;
    run_ready(transport);
    stall_watch(transport, clock_now_us(&transport->clock));
    report_ended(transport);
    return true;
}

static void transport_wake(struct http *http)
{
    poller_wake(((struct transport *)http)->poller);
}

static void transport_set_connections(struct http *http, size_t connections)
{
    pool_set_most(&((struct transport *)http)->pool, connections);
}

/* ---- making and freeing */

/* The settings that are texts, copied. */
#define SETTING_TEXTS 7

static void list_texts(struct http_settings *settings, const char **texts[SETTING_TEXTS])
{
    const char **const list[] = {&settings->cacert, &settings->capath, &settings->cert,
        &settings->key, &settings->pass, &settings->netrc, &settings->proxy};
    memcpy(texts, list, sizeof list);
}

static void free_settings(struct http_settings *settings)
{
    const char **texts[SETTING_TEXTS];
    list_texts(settings, texts);
    for (size_t i = 0; i < SETTING_TEXTS; i++)
        wipe_and_free((char *)*texts[i]);
}

static bool copy_settings(struct http_settings *to, const struct http_settings *from)
{
    const char **texts[SETTING_TEXTS];
    bool copied = true;
    *to = *from;
    list_texts(to, texts);
    for (size_t i = 0; i < SETTING_TEXTS; i++) {
        const char *text = *texts[i];
        *texts[i] = copied && text != NULL ? strdup(text) : NULL;
        copied = copied && (text == NULL || *texts[i] != NULL);
    }
    return copied;
}

static void transport_free(struct http *http)
{
    struct transport *transport = (struct transport *)http;
    while (transport->active != NULL)
        dispatch_end(transport->active, BREAK_CANCELLED);
    while (transport->ended != NULL) {
        struct http_transfer *transfer = transport->ended;
        transport->ended = transfer->next;
        transfer_give_back(transfer);
    }
    transfer_free_idle(transport);
    pool_free(&transport->pool);
    connector_free(transport->connector);
    poller_free(transport->poller);
    free_settings(&transport->settings);
    wipe(transport->credentials.data, transport->credentials.length);
    buf_free(&transport->credentials);
    wipe(transport->cookie_line.data, transport->cookie_line.length);
    buf_free(&transport->cookie_line);
    cookie_jar_free(&transport->cookies);
    buf_free(&transport->key);
    buf_free(&transport->decoded);
    buf_free(&transport->coding);
    free(transport);
}

static const struct http_ops transport_ops = {
    .start = transport_start,
    .cancel = transport_cancel,
    .resume = transport_resume,
    .poll = transport_poll,
    .wake = transport_wake,
    .set_connections = transport_set_connections,
    .free = transport_free,
};

struct http *http_new(const struct http_settings *settings, struct error *error)
{
    struct transport *transport = calloc(1, sizeof *transport);
    if (transport == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    transport->base.ops = &transport_ops;
    transport->clock = *settings->clock;
    transport->real = clock_system();
    buf_init(&transport->key, KEY_MOST);
    buf_init(&transport->decoded, HTTP_ANSWER_KEPT);
    buf_init(&transport->coding, HTTP_HEADERS_KEPT);
    buf_init(&transport->credentials, KEY_MOST);
    buf_init(&transport->cookie_line, KEY_MOST);
    pool_init(&transport->pool, settings->connections, dispatch_close, transport);
    (void)snprintf(transport->user_agent, sizeof transport->user_agent, "User-Agent: %s",
        settings->user_agent);
    bool made = copy_settings(&transport->settings, settings) || error_set_memory(error);
    transport->proxies =
        proxy_environment_read(transport->settings.proxy, transport->settings.no_proxy);
    if (made)
        transport->poller = poller_new(error);
    if (transport->poller != NULL)
        transport->connector = connector_new(
            &transport->settings, transport->poller, dispatch_take_connection, transport, error);
    if (transport->connector == NULL) {
        transport_free(&transport->base);
        return NULL;
    }
    return &transport->base;
}
