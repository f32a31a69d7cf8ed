/* Retry-After (RFC 9110, section 10.2.3), also as servers write it that did not read the RFC. */
#ifndef SHOAL_TEXT_RETRY_AFTER_H
#define SHOAL_TEXT_RETRY_AFTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* Longest wait that is returned, in microseconds: a year, as for every option. */
#define RETRY_AFTER_MOST_US (INT64_C(366) * 24 * 3600 * CLOCK_US_PER_SECOND)

/* The wait where a value cannot be read, in microseconds. */
#define RETRY_AFTER_UNREADABLE_US CLOCK_US_PER_SECOND

/* Returns the wait, in microseconds from `now_seconds` (since 1970), that a Retry-After value asks
 * for: whole seconds, or a date; 0 if the date is past or the value is empty. Never less than what
 * was meant: fractions are rounded up (`120.7`), units are honored (`2m`, `500 ms`), of several
 * values
 * (`60, 120`) the longest counts, dates may be RFC 3339 or have another zone than GMT. A value that
 * has no meaning at all is RETRY_AFTER_UNREADABLE_US. */
int64_t retry_after_us(const char *text, size_t length, int64_t now_seconds);

#endif
