/* Splits an http or https URL (RFC 3986) into the parts that an HTTP/1.1 request needs. */
#ifndef SHOAL_TEXT_HTTP_URL_H
#define SHOAL_TEXT_HTTP_URL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "text/http_syntax.h"

/* The parts of a URL. Slices point into the URL. */
struct http_url {
    bool is_https;
    struct http_slice host; /* a name or an address; IPv6 with its brackets, and its zone if any */
    int port;               /* 1 to 65535: the URL's, or the default of the scheme */
    struct http_slice path; /* path and query as given, without the fragment: empty, or beginning
                               with `/` or `?` */
};

/* Splits `url`. User, password (up to the last `@` of the authority) and fragment are left out.
 * Nothing is decoded or normalized; dot segments are kept. False with `error` (ERROR_USAGE; it does
 * not quote the URL, which may contain secrets): another scheme; a space or a control byte; a host
 * that is not made of ASCII letters, digits, `-._~` and `!$&'()*+,;=`; brackets around anything but
 * `[0-9A-Fa-f:.]` and a zone; a port that is not a number from 1 to 65535. A name with non-ASCII
 * letters must be given in its ASCII form (xn--). */
bool http_url_split(const char *url, struct http_url *parts, struct error *error);

/* Adds the value of the Host header: the host, without the zone of an IPv6 address (RFC 6874,
 * section 4), and the port unless it is the default of the scheme. False: `out` failed. */
bool http_url_add_host(const struct http_url *parts, struct buf *out);

/* Adds the request target (RFC 9112, section 3.2) in origin-form, or in absolute-form for a request
 * to a proxy. An empty path becomes `/`. False: `out` failed. */
bool http_url_add_target(const struct http_url *parts, bool absolute_form, struct buf *out);

#endif
