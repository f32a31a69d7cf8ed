/* Escapings: percent (RFC 3986), JSON strings (RFC 8259), Base64 (RFC 4648), UTF-8 checks. */
#ifndef SHOAL_TEXT_ENCODE_H
#define SHOAL_TEXT_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Adds `text` with every byte but RFC 3986's unreserved ones as %XX (upper case). Bytes that stand
 * in `keep` (a C string, e.g. "/") stay. False: `out` failed. */
bool encode_percent(struct buf *out, const char *text, size_t length, const char *keep);

/* Decodes %XX; a `%` without two hex digits behind it makes it false. */
bool decode_percent(struct buf *out, const char *text, size_t length);

/* Adds `text` escaped for the inside of a JSON string, without the quotes around it. The text must
 * be valid UTF-8: see utf8_valid(). False: `out` failed. */
bool encode_json(struct buf *out, const char *text, size_t length);

/* Adds `text` in Base64 with padding. False: `out` failed. */
bool encode_base64(struct buf *out, const void *data, size_t length);

/* Adds bytes as lower-case hexadecimal digits. False: `out` failed. */
bool encode_hex(struct buf *out, const void *data, size_t length);

/* Length in bytes of the valid UTF-8 sequence that `text` begins with (1 to 4), or 0 (RFC 3629: no
 * surrogates, no overlong form, at most U+10FFFF). `*rune` (may be NULL) gets the code point. */
size_t utf8_sequence(const char *text, size_t length, unsigned *rune);

/* Is all of it valid UTF-8? NUL counts as valid. */
bool utf8_valid(const char *text, size_t length);

/* Adds `text` with every byte that is no part of valid UTF-8 as U+FFFD. False: `out` failed. */
bool utf8_repair(struct buf *out, const char *text, size_t length);

#endif
