/* HTTP dates (RFC 9110, section 5.6.7) and RFC 3339 dates. */
#ifndef SHOAL_TEXT_HTTP_DATE_H
#define SHOAL_TEXT_HTTP_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"

/* Reads an HTTP-date in any of its three forms (IMF-fixdate, RFC 850, asctime). `*seconds` receives
 * seconds since 1970-01-01T00:00:00Z. As the RFC says, a two-digit year that would be more than 50
 * years after `now_seconds` belongs to the century before. False: it is none of the three forms. */
MUST_USE bool http_date_parse(
    const char *text, size_t length, int64_t now_seconds, int64_t *seconds);

/* Bytes that http_date_write() needs. */
#define HTTP_DATE_SIZE 40

/* Writes an HTTP-date (IMF-fixdate), such as `Sun, 06 Nov 1994 08:49:37 GMT`, and a NUL, whatever
 * the locale. `seconds` since 1970-01-01T00:00:00Z. `out` has HTTP_DATE_SIZE bytes. */
void http_date_write(int64_t seconds, char *out);

/* Bytes that http_date_rfc3339() needs. */
#define HTTP_DATE_RFC3339_SIZE 32

/* Writes RFC 3339 in UTC with whole seconds, such as `2026-01-31T12:00:00Z`, and a NUL. `out` has
 * HTTP_DATE_RFC3339_SIZE bytes. */
void http_date_rfc3339(int64_t seconds, char *out);

#endif
