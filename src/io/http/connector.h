/* Opens connections through libcurl: names, happy eyeballs, proxies, tunnels, TLS and what is
 * verified of it. libcurl is known to this, security.c and resolve.c only; it never sees a request
 * (CURLOPT_CONNECT_ONLY). docs/transport.md says what libcurl does that made it this way. */
#ifndef SHOAL_IO_HTTP_CONNECTOR_H
#define SHOAL_IO_HTTP_CONNECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"
#include "io/http.h"
#include "io/http/connection.h"
#include "io/http/poller.h"
#include "policy/outcome.h"

struct connector;

/* A connection that is being opened. */
struct connecting;

/* Where to. */
struct connector_target {
    const char *url;          /* "SCHEME://HOST:PORT/" of the origin; copied */
    const char *proxy;        /* URL of the proxy, or NULL; outlives the connector */
    const char *proxy_source; /* where `proxy` comes from: an option, or a variable's name */
    bool to_proxy;     /* the connection ends at the proxy, which is asked in absolute-form */
    bool is_secure;    /* TLS is spoken to where the connection ends */
    bool is_anonymous; /* the client's certificate is not shown */
};

/* Why a connection could not be opened. Valid during the call of `connector_done`. */
struct connector_failure {
    enum attempt_error error;
    long proxy_status;  /* the proxy's answer to CONNECT; 0: none came */
    const char *detail; /* a sentence; from outside, so escape it where it is shown */
};

/* The end of an attempt to connect: `connection`, whose owner is now the one called, with its watch
 * not added to the poller yet; or NULL and the `failure`. Called from poller_wait() or
 * connector_step(). */
typedef void connector_done(void *owner, struct http_transfer *transfer,
    struct connection *connection, const struct connector_failure *failure);

/* `settings`, `poller` and `owner` outlive it. NULL with `error`: no memory, or libcurl cannot be
 * set up. */
MUST_USE struct connector *connector_new(const struct http_settings *settings,
    struct poller *poller, connector_done *done, void *owner, struct error *error);

/* Every connection that it opened must be closed before. What is being opened is dropped. */
void connector_free(struct connector *connector);

/* Begins to open a connection for `transfer`. NULL with `error`: it cannot be begun (ERROR_USAGE: a
 * URL of no use; ERROR_MEMORY). */
MUST_USE struct connecting *connector_open(struct connector *connector,
    const struct connector_target *target, struct http_transfer *transfer, struct error *error);

/* Gives it up; `done` is not called. */
void connector_cancel(struct connector *connector, struct connecting *connecting);

/* Does what is due by `now_us`. Call it before each wait; returns when to call it again at the
 * latest, CLOCK_NEVER: never. */
int64_t connector_step(struct connector *connector, int64_t now_us);

#endif
