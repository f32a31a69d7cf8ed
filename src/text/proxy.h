/* Which proxy a URL takes: one pure function, with curl's rules (curl(1), ENVIRONMENT). */
#ifndef SHOAL_TEXT_PROXY_H
#define SHOAL_TEXT_PROXY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "text/http_url.h"

/* What the user and the environment say. NULL and "" both mean: not given. The strings are the
 * caller's. */
struct proxy_rules {
    const char *option;     /* --proxy: for every URL, whatever the variables name */
    bool none;              /* --no-proxy: never one */
    const char *http;       /* http_proxy; the upper-case name is not trusted, because a CGI program
                               finds a client's `Proxy:` header in it */
    const char *https;      /* https_proxy, or HTTPS_PROXY */
    const char *all;        /* all_proxy, or ALL_PROXY: for URLs whose own variable is not given */
    const char *except;     /* no_proxy, or NO_PROXY: hosts that no proxy is used for */
    const char *https_name; /* the variable that `https` is the value of */
    const char *all_name;   /* the variable that `all` is the value of */
};

/* How requests go through a proxy. */
enum proxy_kind {
    PROXY_HTTP,  /* http URLs in absolute-form, https URLs through a tunnel (CONNECT) */
    PROXY_HTTPS, /* the same, with TLS to the proxy */
    PROXY_SOCKS, /* every URL through a tunnel */
};

/* The proxy for `url`, one of the strings of `rules`, or NULL: none. */
const char *proxy_choose(const struct proxy_rules *rules, const struct http_url *url);

/* Where `proxy`, one of the strings of `rules`, comes from: "--proxy", or a variable's name. */
const char *proxy_source(const struct proxy_rules *rules, const char *proxy);

/* Whether `proxy` is [SCHEME://][USER:PASSWORD@]HOST[:PORT][/], with http, https, socks4, socks4a,
 * socks5 or socks5h. Everything before the last `@` is user and password, whose special characters
 * must be percent-encoded. False with `error` (ERROR_USAGE), which does not quote the value and
 * begins with `source`. */
MUST_USE bool proxy_check(const char *proxy, const char *source, struct error *error);

/* The part HOST[:PORT] of a proxy that proxy_check() accepts. */
struct http_slice proxy_host(const char *proxy);

/* The status of a proxy that requires credentials (RFC 9110, section 15.5.8). */
#define PROXY_STATUS_CREDENTIALS 407

/* Adds a sentence for that status, which says what to do. `proxy` is the proxy's URL, or NULL where
 * there is none that shoal knows. False: `out` failed. */
bool proxy_explain_credentials(const char *proxy, struct buf *out);

/* Whether each byte of a URL's user and password may be there (RFC 3986, section 3.2.1); `%` must
 * be followed by two hexadecimal digits. A few other bytes that no parser mistakes are allowed too.
 */
MUST_USE bool proxy_userinfo_is_encoded(const char *userinfo, size_t length);

/* Is the host on a list of exceptions, as no_proxy has them? The list is separated by commas or
 * blanks. `*` matches every host; a name matches itself and the names below it, with or without a
 * leading dot; an address matches itself in any spelling, and with `/BITS` a network (IPv4 and
 * IPv6, with or without brackets). */
MUST_USE bool proxy_is_excepted(const char *list, struct http_slice host);

/* The kind of a proxy, by its URL's scheme; one without a scheme is PROXY_HTTP. */
enum proxy_kind proxy_kind(const char *proxy);

#endif
