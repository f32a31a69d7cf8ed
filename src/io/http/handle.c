/* Easy handles: set up once, used again for one connection after the other. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/http/private.h"

#define IDLE_HANDLES_MOST 16
#define KEEPALIVE_SECONDS 30L /* of silence before a probe, and between two probes */

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct connecting *connecting = context;
#ifdef SOCK_CLOEXEC
    int type = address->socktype | SOCK_CLOEXEC;
#else
    int type = address->socktype;
#endif
    int descriptor = socket(address->family, type, address->protocol);
    if (descriptor < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS))
        connecting->shortage = errno;
    return descriptor < 0 ? CURL_SOCKET_BAD : descriptor;
}

static int close_socket(void *context, curl_socket_t descriptor)
{
    struct connecting *connecting = context;
    return descriptor == connecting->kept ? 0 : close(descriptor);
}

/* Of what a proxy says to CONNECT, the reason phrase tells the user the most. */
static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct connecting *connecting = context;
    size_t length = size * count;
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        size_t shown = length;
        while (shown > 0 && strchr("\r\n \t", line[shown - 1]) != NULL)
            shown--;
        const char *space = memchr(line, ' ', shown);
        size_t skipped = space == NULL ? shown : (size_t)(space - line) + 1;
        buf_clear(&connecting->reason);
        (void)buf_add(&connecting->reason, line + skipped, shown - skipped);
    }
    return length;
}

static size_t drop_body(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    (void)context;
    return size * count;
}

static void set_constants(struct connecting *connecting)
{
    CURL *easy = connecting->easy;
    const struct http_settings *settings = connecting->connector->settings;
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, connecting);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, connecting->error_text);
    (void)curl_easy_setopt(easy, CURLOPT_SHARE, connecting->connector->share);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    /* libcurl 7.88 crashes where it may speak HTTP/2 on such a connection. */
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(
        easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(settings->connect_timeout_us / CLOCK_US_PER_MS));
    (void)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    /* NATs and firewalls forget a connection that is silent while a server works for minutes. */
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_SECONDS);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_SECONDS);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, connecting);
    (void)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    (void)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, connecting);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, connecting);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop_body);
    /* Which proxy a URL takes is decided before (text/proxy.h). */
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    security_set_up(easy, settings);
}

static void free_handle(struct connecting *connecting)
{
    curl_easy_cleanup(connecting->easy);
    curl_slist_free_all(connecting->addresses);
    buf_free(&connecting->reason);
    free(connecting);
}

struct connecting *handle_obtain(struct connector *connector)
{
    struct connecting *connecting = connector->idle;
    if (connecting != NULL) {
        connector->idle = connecting->next;
        connector->idle_count--;
        connecting->explained[0] = '\0';
        return connecting;
    }
    connecting = calloc(1, sizeof *connecting);
    if (connecting == NULL)
        return NULL;
    connecting->connector = connector;
    connecting->kept = CURL_SOCKET_BAD;
    buf_init(&connecting->reason, CONNECT_REASON_MOST);
    connecting->easy = curl_easy_init();
    if (connecting->easy == NULL) {
        free(connecting);
        return NULL;
    }
    set_constants(connecting);
    return connecting;
}

void handle_release(struct connecting *handle)
{
    struct connector *connector = handle->connector;
    if (connector->idle_count == IDLE_HANDLES_MOST) {
        free_handle(handle);
        return;
    }
    handle->next = connector->idle;
    connector->idle = handle;
    connector->idle_count++;
}

void handle_free_idle(struct connector *connector)
{
    while (connector->idle != NULL) {
        struct connecting *next = connector->idle->next;
        free_handle(connector->idle);
        connector->idle = next;
    }
}
