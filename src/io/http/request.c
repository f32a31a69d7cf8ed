/* The head of a request: what shoal adds to the lines that the user wants, and where it goes. */
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "io/http/transport.h"
#include "text/encode.h"
#include "text/http_request_head.h"
#include "text/netrc.h"

#define CREDENTIALS_MOST ((size_t)1024 * 1024)

/* The userinfo of a URL, "user:password" percent-encoded, for credentials; its length, 0: none. */
static size_t find_userinfo(const char *url, const char **userinfo)
{
    const char *authority = strstr(url, "://");
    authority = authority == NULL ? url : authority + 3;
    size_t length = strcspn(authority, "/?#");
    while (length > 0 && authority[length - 1] != '@')
        length--;
    *userinfo = authority;
    return length > 0 ? length - 1 : 0;
}

/* Adds "NAME: Basic BASE64" with a NUL after it. */
static bool add_basic(struct buf *line, const char *name, const char *text, size_t length)
{
    return buf_printf(line, "%s: Basic ", name) && encode_base64(line, text, length) &&
           buf_add_byte(line, '\0');
}

/* The same for a userinfo, whose percent-encoding is removed first. */
static bool add_userinfo(
    struct buf *line, struct buf *scratch, const char *name, const char *userinfo, size_t length)
{
    buf_clear(scratch);
    bool has_password = memchr(userinfo, ':', length) != NULL;
    return decode_percent(scratch, userinfo, length) &&
           (has_password || buf_add_byte(scratch, ':')) &&
           add_basic(line, name, scratch->data, scratch->length);
}

/* Without the brackets and the zone of an IPv6 address. */
static struct http_slice bare_host(struct http_slice host)
{
    if (host.length < 2 || host.data[0] != '[')
        return host;
    const char *zone = memchr(host.data, '%', host.length);
    size_t end = zone != NULL ? (size_t)(zone - host.data) : host.length - 1;
    return (struct http_slice){host.data + 1, end - 1};
}

/* Adds the credentials that the user's netrc file has for the host, only those of the URL's user if
 * it names one; nothing if there are none. False: out of memory. */
static bool add_netrc(
    struct buf *line, const char *netrc, struct http_slice host, const struct buf *user)
{
    struct buf credentials;
    struct buf password;
    buf_init(&credentials, CREDENTIALS_MOST);
    buf_init(&password, CREDENTIALS_MOST);
    const char *name = user->length > 0 ? buf_text(user) : NULL;
    enum netrc_result result = netrc_find(netrc, host, name, &credentials, &password);
    bool made = result != NETRC_FAILED;
    if (result == NETRC_FOUND) {
        if (credentials.length == 0)
            (void)buf_add_text(&credentials, buf_text(user));
        made = buf_add_byte(&credentials, ':') &&
               buf_add(&credentials, buf_text(&password), password.length) &&
               add_basic(line, "Authorization", credentials.data, credentials.length);
    }
    wipe(credentials.data, credentials.length);
    wipe(password.data, password.length);
    buf_free(&credentials);
    buf_free(&password);
    return made;
}

/* Adds the credentials for the origin, if there are any: the request's, else those of the netrc
 * file, else those in the URL. */
static bool add_authorization(struct http_transfer *transfer, const struct route *route)
{
    struct buf *text = &transfer->transport->credentials;
    struct buf *scratch = &transfer->transport->key;
    const struct http_request *request = transfer->request;
    const char *netrc = transfer->transport->settings.netrc;
    const char *userinfo;
    if (request->anonymous)
        return true;
    if (request->user_password != NULL)
        return add_basic(
            text, "Authorization", request->user_password, strlen(request->user_password));
    size_t length = find_userinfo(request->url, &userinfo);
    if (netrc != NULL) {
        const char *colon = memchr(userinfo, ':', length);
        buf_clear(scratch);
        if (!decode_percent(
                scratch, userinfo, colon == NULL ? length : (size_t)(colon - userinfo)) ||
            !add_netrc(text, netrc, bare_host(route->url.host), scratch))
            return false;
    }
    return text->length > 0 || length == 0 ||
           add_userinfo(text, scratch, "Authorization", userinfo, length);
}

struct head_lines {
    const char *list[REQUEST_LINES_MAX + 1];
    size_t count;
};

static bool add_line(struct head_lines *lines, const char *line, struct error *error)
{
    if (lines->count == REQUEST_LINES_MAX)
        return error_set(
            error, ERROR_USAGE, 0, "a request has over %d header lines", REQUEST_LINES_MAX);
    lines->list[lines->count++] = line;
    return true;
}

/* Credentials for the origin, and for a proxy that is asked directly, unless the user's headers
 * have them. Offsets, not pointers, until all are written: the buffer may move. */
static bool add_credentials(struct http_transfer *transfer, const struct route *route,
    struct head_lines *lines, struct error *error)
{
    const struct http_request *request = transfer->request;
    struct buf *text = &transfer->transport->credentials;
    struct buf *scratch = &transfer->transport->key;
    const char *userinfo;
    bool made = true;
    buf_clear(text);
    if (http_request_head_find(request->headers, "Authorization") == NULL)
        made = add_authorization(transfer, route);
    size_t proxy_at = text->length;
    size_t proxy_length = route->to_proxy ? find_userinfo(route->proxy, &userinfo) : 0;
    if (made && proxy_length > 0)
        made = add_userinfo(text, scratch, "Proxy-Authorization", userinfo, proxy_length);
    if (!made)
        return error_set_memory(error);
    return (proxy_at == 0 || add_line(lines, text->data, error)) &&
           (text->length == proxy_at || add_line(lines, text->data + proxy_at, error));
}

/* Writes "Cookie: " with those that the request's own headers have and those of the jar, into the
 * transport's `cookie_line`; leaves it empty where the jar has none. */
static bool write_cookies(struct http_transfer *transfer, const struct route *route)
{
    struct transport *transport = transfer->transport;
    const char *own = http_request_head_find(transfer->request->headers, "Cookie");
    struct buf *line = &transport->cookie_line;
    bool is_removed = own != NULL && strcmp(own + strlen("Cookie"), ":") == 0;
    bool has_own = own != NULL && own[strlen("Cookie")] == ':';
    buf_clear(line);
    buf_clear(&transfer->cookies);
    if (!transport->settings.cookies || is_removed)
        return true;
    (void)buf_add_text(line, has_own ? own : "Cookie: ");
    (void)buf_add_text(line, has_own ? "; " : "");
    size_t begin = line->length;
    cookie_jar_add(&transport->cookies, &route->url, clock_wall_seconds(&transport->clock), line,
        &transfer->cookies);
    bool made = !line->failed;
    if (line->length == begin)
        buf_clear(line);
    return made;
}

static bool add_default(struct http_transfer *transfer, struct head_lines *lines, const char *name,
    const char *line, struct error *error)
{
    return http_request_head_find(transfer->request->headers, name) != NULL ||
           add_line(lines, line, error);
}

static bool add_lines(struct http_transfer *transfer, const struct route *route,
    struct head_lines *lines, struct error *error)
{
    const char *agent = transfer->transport->user_agent;
    bool made = add_credentials(transfer, route, lines, error) &&
                add_default(transfer, lines, "User-Agent", agent, error) &&
                add_default(transfer, lines, "Accept", "Accept: */*", error);
    if (made && !write_cookies(transfer, route))
        made = error_set_memory(error);
    const char *cookies = buf_text(&transfer->transport->cookie_line);
    const char *const *header = transfer->request->headers;
    const char *own = http_request_head_find(header, "Cookie");
    for (; made && *header != NULL; header++)
        made = add_line(lines, *header == own && *cookies != '\0' ? cookies : *header, error);
    if (made && own == NULL && *cookies != '\0')
        made = add_line(lines, cookies, error);
    lines->list[lines->count] = NULL;
    return made;
}

/* A small body goes into one TLS record with its head: that halves the work of both ends. */
static bool join_small_body(struct http_transfer *transfer, const struct route *route)
{
    const struct http_request *request = transfer->request;
    bool is_small = request->data != NULL &&
                    request->length <= (int64_t)(JOINED_BODY_MOST - transfer->head.length);
    if (!route->is_secure || transfer->head.length > JOINED_BODY_MOST || !is_small)
        return true;
    transfer->body_begun = request->length;
    return buf_add(&transfer->head, request->data, (size_t)request->length);
}

bool request_write(struct http_transfer *transfer, const struct route *route, struct error *error)
{
    struct head_lines lines = {.count = 0};
    struct http_request_head head = {.method = transfer->request->method,
        .url = &route->url,
        .absolute_form = route->to_proxy,
        .headers = lines.list,
        .content_length = transfer->request->length};
    if (transfer->request->length < 0)
        return error_set(error, ERROR_DATA, 0, "the length of a body must not be negative");
    buf_clear(&transfer->head);
    if (!add_lines(transfer, route, &lines, error) ||
        !http_request_head_write(&head, &transfer->head, error))
        return false;
    transfer->head_length = transfer->head.length;
    return join_small_body(transfer, route) || error_set_memory(error);
}

bool route_find(
    const struct transport *transport, const char *url, struct route *route, struct error *error)
{
    if (!http_url_split(url, &route->url, error))
        return false;
    route->proxy = proxy_choose(&transport->proxies, &route->url);
    enum proxy_kind kind = route->proxy == NULL ? PROXY_SOCKS : proxy_kind(route->proxy);
    route->to_proxy = kind != PROXY_SOCKS && !route->url.is_https;
    route->is_secure = route->url.is_https || (route->to_proxy && kind == PROXY_HTTPS);
    return true;
}

bool route_add_key(const struct route *route, struct buf *key)
{
    if (route->to_proxy)
        return buf_add_text(key, route->proxy);
    return buf_add_text(key, route->url.is_https ? "https://" : "http://") &&
           buf_add(key, route->url.host.data, route->url.host.length) &&
           buf_printf(key, ":%d", route->url.port);
}
