/* How it works. An easy handle opens one connection within a multi handle that is driven by
 * curl_multi_socket_action() on our own poller. Then the ways part:
 *
 * A plain connection is its descriptor. libcurl is told not to close it (handle.c), the
 * handle leaves the multi handle and opens the next one.
 *
 * A secure connection stays libcurl's, because that holds the TLS state: the handle belongs to the
 * connection for its whole life, and bytes go through curl_easy_send() and curl_easy_recv(). One
 * curl_easy_recv() right after the handshake attaches the handle to its connection: before that,
 * libcurl counts the connection as unused and may close it when it opens another. */
#include "io/http/connector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/http/private.h"

#define EARLY_MOST  (16 * 1024) /* bytes that a peer may send before the first request */
#define DETAIL_MOST (16 * 1024)

/* A socket that libcurl wants watched. */
struct curl_watch {
    struct watch watch; /* first: a struct watch * is a struct curl_watch * */
    struct connector *connector;
};

/* ---- libcurl's sockets and timer, on our poller */

static void harvest(struct connector *connector);

static void socket_ready(struct watch *watch, unsigned events)
{
    struct connector *connector = ((struct curl_watch *)watch)->connector;
    int mask = ((events & POLLER_READ) != 0 ? CURL_CSELECT_IN : 0) |
               ((events & POLLER_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
    int running;
    (void)curl_multi_socket_action(connector->multi, watch->descriptor, mask, &running);
    harvest(connector);
}

static unsigned events_wanted(int what)
{
    return (what != CURL_POLL_OUT ? POLLER_READ : 0U) | (what != CURL_POLL_IN ? POLLER_WRITE : 0U);
}

static int on_socket(
    CURL *easy, curl_socket_t descriptor, int what, void *context, void *socket_context)
{
    (void)easy;
    struct connector *connector = context;
    struct curl_watch *known = socket_context;
    if (what == CURL_POLL_REMOVE) {
        if (known != NULL)
            poller_remove(connector->poller, &known->watch);
        free(known);
        return 0;
    }
    if (known != NULL)
        return poller_change(connector->poller, &known->watch, events_wanted(what)) ? 0 : -1;
    known = malloc(sizeof *known);
    if (known == NULL)
        return -1;
    *known = (struct curl_watch){
        .watch = {.descriptor = descriptor, .ready = socket_ready}, .connector = connector};
    if (!poller_add(connector->poller, &known->watch, events_wanted(what))) {
        free(known);
        return -1;
    }
    (void)curl_multi_assign(connector->multi, descriptor, known);
    return 0;
}

static int on_timer(CURLM *multi, long wait_ms, void *context)
{
    (void)multi;
    struct connector *connector = context;
    connector->due_us = wait_ms < 0
                            ? CLOCK_NEVER
                            : clock_now_us(&connector->clock) + (int64_t)wait_ms * CLOCK_US_PER_MS;
    return 0;
}

/* ---- opening */

static void link_opening(struct connecting *connecting)
{
    struct connector *connector = connecting->connector;
    connecting->previous = NULL;
    connecting->next = connector->opening;
    if (connector->opening != NULL)
        connector->opening->previous = connecting;
    connector->opening = connecting;
}

static void unlink_opening(struct connecting *connecting)
{
    if (connecting->previous != NULL)
        connecting->previous->next = connecting->next;
    else
        connecting->connector->opening = connecting->next;
    if (connecting->next != NULL)
        connecting->next->previous = connecting->previous;
}

static bool set_target(
    struct connecting *connecting, const struct connector_target *target, struct error *error)
{
    CURL *easy = connecting->easy;
    connecting->to_proxy = target->to_proxy;
    connecting->is_secure = target->is_secure;
    connecting->kept = CURL_SOCKET_BAD;
    connecting->shortage = 0;
    connecting->proxy = target->proxy;
    connecting->proxy_source = target->proxy_source;
    buf_clear(&connecting->reason);
    connecting->error_text[0] = '\0';
    curl_slist_free_all(connecting->addresses);
    connecting->addresses = connecting->connector->has_threads ? NULL : resolve_url(target->url);
    (void)curl_easy_setopt(easy, CURLOPT_RESOLVE, connecting->addresses);
    security_set_client(easy, target->is_anonymous ? NULL : connecting->connector->settings);
    if (curl_easy_setopt(easy, CURLOPT_URL, target->url) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_PROXY, target->proxy == NULL ? "" : target->proxy) !=
            CURLE_OK)
        return error_set_memory(error);
    return true;
}

struct connecting *connector_open(struct connector *connector,
    const struct connector_target *target, struct http_transfer *transfer, struct error *error)
{
    struct connecting *connecting = handle_obtain(connector);
    if (connecting == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    connecting->transfer = transfer;
    bool begun = set_target(connecting, target, error);
    if (begun && curl_multi_add_handle(connector->multi, connecting->easy) != CURLM_OK)
        begun = error_set_memory(error);
    if (!begun) {
        handle_release(connecting);
        return NULL;
    }
    link_opening(connecting);
    return connecting;
}

void connector_cancel(struct connector *connector, struct connecting *connecting)
{
    unlink_opening(connecting);
    (void)curl_multi_remove_handle(connector->multi, connecting->easy);
    handle_release(connecting);
}

/* ---- what became of it */

static void report_failure(
    struct connector *connector, struct connecting *connecting, CURLcode code)
{
    struct connector_failure failure = connect_failure_describe(connecting, code);
    (void)curl_multi_remove_handle(connector->multi, connecting->easy);
    struct http_transfer *transfer = connecting->transfer;
    handle_release(connecting);
    connector->done(connector->owner, transfer, NULL, &failure);
}

/* Attaches the handle to its connection, and keeps what the peer has sent already. */
static bool attach(struct connection *connection)
{
    char early[EARLY_MOST];
    size_t received = 0;
    switch (connection->ops->receive(connection, early, sizeof early, &received)) {
    case CONNECTION_BYTES:
        connection->early = malloc(received);
        if (connection->early == NULL)
            return false;
        memcpy(connection->early, early, received);
        connection->early_length = received;
        return true;
    case CONNECTION_AGAIN:
        return true;
    default:
        connection->peer_closed = true; /* sending, or reading the end again, will tell */
        return true;
    }
}

/* The plain connection's descriptor leaves libcurl. */
static void detach(struct connector *connector, struct connecting *connecting, int descriptor)
{
    connecting->kept = descriptor;
    (void)curl_multi_remove_handle(connector->multi, connecting->easy);
    connecting->kept = CURL_SOCKET_BAD;
    handle_release(connecting);
}

static void report_connection(struct connector *connector, struct connecting *connecting)
{
    struct http_transfer *transfer = connecting->transfer;
    struct connection *connection = calloc(1, sizeof *connection);
    curl_socket_t descriptor = CURL_SOCKET_BAD;
    (void)curl_easy_getinfo(connecting->easy, CURLINFO_ACTIVESOCKET, &descriptor);
    if (connection == NULL || descriptor == CURL_SOCKET_BAD) {
        free(connection);
        report_failure(connector, connecting, CURLE_OUT_OF_MEMORY);
        return;
    }
    connection->ops = connecting->is_secure ? &connection_secure : &connection_plain;
    connection->to_proxy = connecting->to_proxy;
    connection->watch.descriptor = descriptor;
    connection->readable = connection->writable = true;
    if (!connecting->is_secure) {
        detach(connector, connecting, descriptor);
    } else {
        connection->secure = connecting;
        if (!attach(connection)) {
            free(connection);
            report_failure(connector, connecting, CURLE_OUT_OF_MEMORY);
            return;
        }
    }
    connector->done(connector->owner, transfer, connection, NULL);
}

static void harvest(struct connector *connector)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(connector->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        struct connecting *connecting = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&connecting);
        unlink_opening(connecting);
        if (code == CURLE_OK)
            report_connection(connector, connecting);
        else
            report_failure(connector, connecting, code);
    }
}

int64_t connector_step(struct connector *connector, int64_t now_us)
{
    for (int rounds = 0; rounds < 4 && connector->due_us <= now_us; rounds++) {
        int running;
        connector->due_us = CLOCK_NEVER;
        (void)curl_multi_socket_action(connector->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        harvest(connector);
    }
    return connector->due_us;
}

/* ---- the connector itself */

void connector_free(struct connector *connector)
{
    if (connector == NULL)
        return;
    while (connector->opening != NULL)
        connector_cancel(connector, connector->opening);
    handle_free_idle(connector);
    if (connector->multi != NULL)
        (void)curl_multi_cleanup(connector->multi);
    if (connector->share != NULL)
        (void)curl_share_cleanup(connector->share);
    buf_free(&connector->detail);
    free(connector);
    curl_global_cleanup();
}

struct connector *connector_new(const struct http_settings *settings, struct poller *poller,
    connector_done *done, void *owner, struct error *error)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        (void)error_set(error, ERROR_SYSTEM, 0, "libcurl cannot be set up");
        return NULL;
    }
    struct connector *connector = calloc(1, sizeof *connector);
    if (connector == NULL) {
        curl_global_cleanup();
        (void)error_set_memory(error);
        return NULL;
    }
    *connector = (struct connector){.settings = settings,
        .poller = poller,
        .done = done,
        .owner = owner,
        .clock = *settings->clock,
        .has_threads = resolve_has_threads(),
        .due_us = CLOCK_NEVER,
        .multi = curl_multi_init(),
        .share = curl_share_init()};
    buf_init(&connector->detail, DETAIL_MOST);
    if (connector->multi == NULL || connector->share == NULL) {
        connector_free(connector);
        (void)error_set_memory(error);
        return NULL;
    }
    (void)curl_share_setopt(connector->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    (void)curl_multi_setopt(connector->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(connector->multi, CURLMOPT_SOCKETDATA, connector);
    (void)curl_multi_setopt(connector->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(connector->multi, CURLMOPT_TIMERDATA, connector);
    return connector;
}
