/* Numbers as people write them in options. All strict: the whole text, no sign, no space. */
#ifndef SHOAL_TEXT_UNITS_H
#define SHOAL_TEXT_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* A whole number from `least` to `most`. */
bool units_parse_number(const char *text, int64_t least, int64_t most, int64_t *number);

/* T: seconds (`1.5`), or a number with a unit: `500ms`, `10s`, `5m`, `1h`, `1d`. Gives
 * microseconds. Decimals are allowed; over 100 years is refused. */
bool units_parse_duration(const char *text, int64_t *microseconds);

/* BYTES: a number, or one with `k`, `M`, `G` (powers of 1,024; either case; decimals allowed). */
bool units_parse_bytes(const char *text, int64_t *bytes);

/* For people: "4.0 KiB", "12.3 MiB"; "0.8 s", "2 min 5 s", "1 h 3 min". `out` has at least
 * UNITS_TEXT_SIZE bytes. */
#define UNITS_TEXT_SIZE 32
void units_format_bytes(int64_t bytes, char *out);
void units_format_duration(int64_t microseconds, char *out);

#endif
