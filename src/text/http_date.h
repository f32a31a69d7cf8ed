/* HTTP dates and Retry-After (RFC 9110, sections 5.6.7 and 10.2.3). */
#ifndef SHOAL_TEXT_HTTP_DATE_H
#define SHOAL_TEXT_HTTP_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads an HTTP-date in any of the three forms (IMF-fixdate, RFC 850, asctime). Gives seconds since
 * 1970 in UTC. A two-digit year over 50 years ahead of `now_seconds` is of the past, as the RFC
 * says. False where it is none of them. */
bool http_date_parse(const char *text, size_t length, int64_t now_seconds, int64_t *seconds);

/* Reads a Retry-After value: whole seconds, or a date (a past one is 0). Gives the wait in
 * microseconds from `now_seconds`, at most a day. False where it is neither. */
bool retry_after_parse(const char *text, size_t length, int64_t now_seconds, int64_t *wait_us);

/* Writes RFC 3339 in UTC with whole seconds, as in `2026-01-31T12:00:00Z`, into `out`
 * (HTTP_DATE_RFC3339_SIZE bytes). */
#define HTTP_DATE_RFC3339_SIZE 32
void http_date_rfc3339(int64_t seconds, char *out);

#endif
