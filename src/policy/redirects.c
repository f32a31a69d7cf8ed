#include "policy/redirects.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/host_name.h"
#include "text/url_reference.h"

enum redirect_status {
    STATUS_TEMPORARY_REDIRECT = 307,
    STATUS_PERMANENT_REDIRECT = 308,
};

#define HOST_MOST ((size_t)1024) /* bytes */

/* An address has nothing below it. */
static bool is_address(struct http_slice host)
{
    return host.data[0] == '[' || ascii_is_digit(host.data[host.length - 1]);
}

bool redirects_read_host(const char *text, size_t length, struct redirects_host *host)
{
    struct http_url url;
    struct error ignored;
    struct buf whole;
    bool is_below = length > 2 && strncmp(text, "*.", 2) == 0;
    size_t skipped = is_below ? 2 : 0;
    buf_init(&whole, HOST_MOST);
    (void)buf_add_text(&whole, "http://");
    bool valid = buf_add(&whole, text + skipped, length - skipped) &&
                 strcspn(buf_text(&whole) + strlen("http://"), "/?#@*%") == length - skipped &&
                 host_name_encode_url(&whole, &ignored) &&
                 http_url_split(buf_text(&whole), &url, &ignored);
    if (valid) {
        bool has_port = url.host.data[url.host.length] == ':';
        valid = !is_below || !is_address(url.host);
        *host = (struct redirects_host){.name = strndup(url.host.data, url.host.length),
            .is_below = is_below,
            .port = has_port ? url.port : 0};
        valid = valid && host->name != NULL;
        if (!valid)
            free(host->name);
    }
    buf_free(&whole);
    return valid;
}

static bool is_named(const struct redirects_host *host, const struct http_url *url)
{
    size_t length = strlen(host->name);
    size_t before = url->host.length - length; /* meaningless where the name is longer */
    if (url->host.length < length || (host->port != 0 && host->port != url->port) ||
        strncasecmp(url->host.data + before, host->name, length) != 0)
        return false;
    return host->is_below ? before > 1 && url->host.data[before - 1] == '.' : before == 0;
}

static bool any_names(const struct redirects *redirects, const struct http_url *url)
{
    for (size_t i = 0; i < redirects->count; i++) {
        if (is_named(&redirects->hosts[i], url))
            return true;
    }
    return false;
}

static bool is_allowed(
    const struct redirects *redirects, const struct http_url *own, const struct http_url *to)
{
    return url_is_same_origin(own, to) || any_names(redirects, to);
}

static bool may_follow(long status)
{
    return status == STATUS_TEMPORARY_REDIRECT || status == STATUS_PERMANENT_REDIRECT;
}

enum redirect_decision redirects_decide(
    const struct redirects *redirects, const struct redirect *redirect, struct buf *target)
{
    struct http_url own;
    struct http_url current;
    struct http_url to;
    struct error ignored;
    buf_clear(target);
    bool valid = url_resolve(redirect->current, redirect->location, target) &&
                 http_url_split(redirect->own, &own, &ignored) &&
                 http_url_split(redirect->current, &current, &ignored) &&
                 http_url_split(buf_text(target), &to, &ignored);
    if (!valid)
        return REDIRECT_WRONG_URL;
    if (!may_follow(redirect->status))
        return REDIRECT_WRONG_STATUS;
    if ((own.is_https || current.is_https) && !to.is_https)
        return REDIRECT_TO_PLAIN;
    if (!is_allowed(redirects, &own, &to))
        return REDIRECT_NOT_NAMED;
    if (!redirects->are_wanted)
        return REDIRECT_NOT_WANTED;
    return redirect->followed >= REDIRECTS_MOST ? REDIRECT_TOO_MANY : REDIRECT_FOLLOWED;
}
