/* Numbers, durations and bytes as people write them. The parsers accept the whole text or nothing:
 * no sign, no blank. */
#ifndef SHOAL_TEXT_UNITS_H
#define SHOAL_TEXT_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"

/* Reads a whole number from `minimum` to `maximum`. False: it is not one. */
MUST_USE bool units_parse_number(
    const char *text, int64_t minimum, int64_t maximum, int64_t *number);

/* Reads a duration, decimals allowed: seconds (`1.5`), or a number with a unit (`500ms`, `10s`,
 * `5m`, `1h`, `1d`). `*microseconds` receives it, rounded down. False: it is not one, or longer
 * than 100 years of 366 days. */
MUST_USE bool units_parse_duration(const char *text, int64_t *microseconds);

/* Reads a number of bytes: a whole number, or a number, decimals allowed, with the suffix `k`, `M`
 * or `G` in upper or lower case (powers of 1,024). `*bytes` receives it, rounded down. False: it is
 * not one, or does not fit into an int64_t. */
MUST_USE bool units_parse_bytes(const char *text, int64_t *bytes);

/* Bytes that units_format_bytes() and units_format_duration() need. */
#define UNITS_TEXT_SIZE 32

/* Writes a number of bytes for people, such as "512 B", "4.0 KiB", "12.3 MiB", and a NUL. `out` has
 * UNITS_TEXT_SIZE bytes. */
void units_format_bytes(int64_t bytes, char *out);

/* Writes a duration for people, such as "0.8 s", "2 min 5 s", "1 h 3 min", "2 d 4 h", and a NUL.
 * `out` has UNITS_TEXT_SIZE bytes. */
void units_format_duration(int64_t microseconds, char *out);

#endif
