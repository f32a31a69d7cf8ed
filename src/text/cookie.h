/* Reads the Set-Cookie header of a response (RFC 6265, section 5.2). */
#ifndef SHOAL_TEXT_COOKIE_H
#define SHOAL_TEXT_COOKIE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"
#include "text/http_url.h"

/* The most bytes of a cookie's name and value together (RFC 6265, section 6.1). */
#define COOKIE_MOST 4096

/* When a cookie expires that has no time for that: with the run. */
#define COOKIE_NEVER INT64_MAX

/* A cookie. Slices point into the header and the URL. */
struct cookie {
    struct http_slice name;  /* never empty */
    struct http_slice value; /* may be empty */
    struct http_slice path;  /* begins with a slash */
    int64_t expires;         /* seconds since 1970, or COOKIE_NEVER */
};

/* Reads the value of a Set-Cookie header in a response for `url`, at `now` (seconds since 1970).
 * False: it is not one, or not one that this origin may set: it is longer than COOKIE_MOST, has a
 * control byte, is meant for a domain that the host is not in, or is Secure and the URL is not
 * https. The name and value are set, where there are any, even then. */
MUST_USE bool cookie_read(
    struct http_slice header, const struct http_url *url, int64_t now, struct cookie *cookie);

/* Whether a cookie with `cookie_path` is sent with a request for `path`, which may have a query
 * (RFC 6265, section 5.1.4). */
bool cookie_path_matches(struct http_slice cookie_path, struct http_slice path);

#endif
