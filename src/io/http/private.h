/* What the files that know libcurl share: connector.c opens connections, handle.c keeps easy
 * handles, secure.c moves bytes over TLS, connect_failure.c says why a connection could not be
 * opened, security.c sets what TLS verifies, resolve.c stands in for libcurl's resolver. */
#ifndef SHOAL_IO_HTTP_PRIVATE_H
#define SHOAL_IO_HTTP_PRIVATE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/must_use.h"
#include "io/http.h"
#include "io/http/connector.h"

#define CONNECT_REASON_MOST ((size_t)128 * 1024) /* libcurl reads lines of at most 100 KB */

/* An easy handle of libcurl's: one connection that is being opened, or the TLS of one that is open.
 */
struct connecting {
    struct connector *connector;
    struct connecting *next; /* in a list of the connector's: `opening`, or `idle` */
    struct connecting *previous;
    CURL *easy;
    struct http_transfer *transfer; /* for which it is opened */
    struct curl_slist *addresses;   /* of the host, where libcurl cannot find them; owned */
    const char *proxy;              /* as in struct connector_target */
    const char *proxy_source;
    bool to_proxy;
    bool is_secure;
    curl_socket_t kept; /* the descriptor that libcurl must not close; CURL_SOCKET_BAD: none */
    int shortage;       /* errno of a socket that the system had no room for; 0: none */
    struct buf reason;  /* status and reason phrase of the proxy's answer to CONNECT, whole: a text
                           that was cut could end with a part of a secret */
    char error_text[CURL_ERROR_SIZE]; /* libcurl's words about the last error */
    char explained[CURL_ERROR_SIZE];  /* the connection's `error_text`: those of the last call that
                                         had some */
};

struct connector {
    CURLM *multi;
    CURLSH *share; /* TLS sessions, so that a new connection may resume one */
    const struct http_settings *settings;
    struct poller *poller;
    connector_done *done;
    void *owner; /* first argument of `done` */
    struct clock clock;
    struct connecting *opening; /* linked by `next` and `previous` */
    struct connecting *idle;    /* handles to be used again, linked by `next` */
    size_t idle_count;
    bool has_threads;  /* libcurl can resolve names by itself */
    int64_t due_us;    /* when libcurl's timer is over; CLOCK_NEVER: it has none */
    struct buf detail; /* the sentence about a failure */
};

/* handle.c */

/* A handle that is set up, new or used before. NULL: out of memory. */
MUST_USE struct connecting *handle_obtain(struct connector *connector);

/* Takes a handle back that is in no list and not in the multi handle, to be used again or freed. */
void handle_release(struct connecting *handle);

/* Frees those that wait to be used again. */
void handle_free_idle(struct connector *connector);

/* secure.c */

/* The operations of a secure connection, whose `secure` is its struct connecting. */
extern const struct connection_ops connection_secure;

/* connect_failure.c */

/* Why the handle's connection could not be opened, after libcurl ended with `code`. The sentence is
 * in the connector's `detail`. Notes where libcurl lacks a thread to resolve names. */
struct connector_failure connect_failure_describe(struct connecting *connecting, CURLcode code);

/* security.c */

/* Sets what TLS verifies and with what, for the origin and for a proxy. */
void security_set_up(CURL *easy, const struct http_settings *settings);

/* Sets the client's certificate and key; NULL: none is shown. */
void security_set_client(CURL *easy, const struct http_settings *settings);

/* resolve.c */

/* Can a thread be had? libcurl needs one to resolve names. */
MUST_USE bool resolve_has_threads(void);

/* The addresses of the URL's host for CURLOPT_RESOLVE; waits for the system's resolver. NULL: there
 * are none, or the host is an address itself. Freed with curl_slist_free_all(3). */
struct curl_slist *resolve_url(const char *url);

#endif
