/* The cookies that servers have set (RFC 6265), kept within a run. An origin (scheme, host and
 * port) gets those that it has set itself, and no others: cookies of a whole domain are not
 * supported. */
#ifndef SHOAL_TEXT_COOKIE_JAR_H
#define SHOAL_TEXT_COOKIE_JAR_H

#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/table.h"
#include "text/http_url.h"

#define COOKIE_JAR_ORIGINS_MOST 1024 /* origins with cookies */
#define COOKIE_JAR_COOKIES_MOST 50   /* cookies of one origin */
#define COOKIE_JAR_LINE_MOST                                                                       \
    ((size_t)8000) /* bytes of cookies in one request: servers refuse 8 KiB */

/* The cookies. All zero: none. */
struct cookie_jar {
    struct table table;  /* the origins, by name */
    struct list origins; /* the same, the one that set a cookie last at the end */
};

/* Frees all cookies and erases their values. */
void cookie_jar_free(struct cookie_jar *jar);

/* Keeps the cookie of a Set-Cookie header's value, in a response for `url` at `now` (seconds since
 * 1970), or removes it if it has expired. One that this origin may not set is ignored, as is one
 * for which memory ran out. Where there are too many, the oldest goes. Adds the value with a
 * NUL to `values`, whatever becomes of the cookie. */
void cookie_jar_take(struct cookie_jar *jar, struct http_slice header, const struct http_url *url,
    int64_t now, struct buf *values);

/* Adds `name=value; name=value`: the cookies for a request to `url` at `now`, those with the
 * longest paths first, as far as they fit into COOKIE_JAR_LINE_MOST bytes. Adds each value with a
 * NUL to `values`. Nothing is added where there are none, or `line` fails. */
void cookie_jar_add(struct cookie_jar *jar, const struct http_url *url, int64_t now,
    struct buf *line, struct buf *values);

#endif
