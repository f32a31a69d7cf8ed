/* An http or https URL taken apart (RFC 3986), as far as a request over HTTP/1.1 needs it. */
#ifndef SHOAL_TEXT_HTTP_URL_H
#define SHOAL_TEXT_HTTP_URL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "text/http_syntax.h"

/* The parts; slices of the URL. */
struct http_url {
    bool is_https;
    struct http_slice host; /* a name or an address; IPv6 in its brackets, with its zone if any */
    int port;               /* 1 to 65535: the URL's, or that of the scheme */
    struct http_slice path; /* path and query as they are written, without the fragment: empty, or
                               beginning with `/` or `?` */
};

/* Takes `url` apart. User and password are passed over (up to the last `@` of the authority), and
 * the fragment. Nothing is decoded or normalized: no dot segments are removed. False with `error`
 * (ERROR_USAGE; it does not quote the URL, which may hold secrets): another scheme, a space or a
 * control byte anywhere, a host that is empty or holds other than ASCII letters, digits, `-._~` and
 * `!$&'()*+,;=`, brackets around anything but `[0-9A-Fa-f:.]` and a zone, or a port that is not a
 * number from 1 to 65535. A name in other letters must be given in its ASCII form (xn--). */
bool http_url_split(const char *url, struct http_url *parts, struct error *error);

/* Adds the value of the Host field: the host, without an IPv6 address's zone (RFC 6874, section 4),
 * and the port unless it is the scheme's own. False: `out` failed. */
bool http_url_add_host(const struct http_url *parts, struct buf *out);

/* Adds the request target (RFC 9112, section 3.2) in origin-form, or in absolute-form for a request
 * to a proxy. An empty path becomes `/`. False: `out` failed. */
bool http_url_add_target(const struct http_url *parts, bool absolute_form, struct buf *out);

#endif
