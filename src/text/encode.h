/* Escapings: percent (RFC 3986), JSON strings (RFC 8259), Base64 (RFC 4648), hexadecimal; UTF-8
 * checks (RFC 3629). */
#ifndef SHOAL_TEXT_ENCODE_H
#define SHOAL_TEXT_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"

/* Adds `text` with every byte as %XX (upper case), except RFC 3986's unreserved bytes and those in
 * `keep` (a C string, such as "/"). False: `out` failed. */
bool encode_percent(struct buf *out, const char *text, size_t length, const char *keep);

/* Adds `text` with every %XX decoded, digits in upper or lower case. False: a `%` is not followed
 * by two hexadecimal digits (what comes before it was added), or `out` failed. */
MUST_USE bool decode_percent(struct buf *out, const char *text, size_t length);

/* Adds `text`, which must be valid UTF-8 (see utf8_valid()), escaped for the inside of a JSON
 * string, without the quotes around it. All of it is printable ASCII, so that it fits into a
 * header. False: `out` failed. */
bool encode_json(struct buf *out, const char *text, size_t length);

/* Adds one character as JSON's `\uXXXX`, or as a surrogate pair of two if `code_point` is above
 * U+FFFF. False: `out` failed. */
bool encode_json_unicode(struct buf *out, unsigned code_point);

/* Adds `length` bytes in Base64 with padding. False: `out` failed. */
bool encode_base64(struct buf *out, const void *data, size_t length);

/* Adds what `length` characters of Base64 with padding stand for. False: it is not Base64, or `out`
 * failed; then a part may have been added. */
MUST_USE bool decode_base64(struct buf *out, const char *text, size_t length);

/* Writes `length` bytes as lower-case hexadecimal digits and a NUL: 2 * `length` + 1 chars. */
void encode_hex(char *out, const void *data, size_t length);

/* The length in bytes of the UTF-8 sequence that `text` begins with: 1 to 4, or 0 if it is not
 * valid (RFC 3629: no surrogate, no overlong form, at most U+10FFFF). `*code_point` receives the
 * character if the sequence is valid; `code_point` may be NULL. */
size_t utf8_sequence(const char *text, size_t length, unsigned *code_point);

/* Writes the character `code_point` as UTF-8 to `out`, which has room for 4 bytes. Returns how many
 * bytes that are, or 0 if there is no such character (a surrogate, or above U+10FFFF). */
size_t utf8_write(char *out, unsigned code_point);

/* Whether all of `text` is valid UTF-8. NUL counts as valid. */
bool utf8_valid(const char *text, size_t length);

/* The length of the longest beginning of `text` that has at most `most` bytes and does not end
 * within a character of UTF-8. */
size_t utf8_cut_length(const char *text, size_t length, size_t most);

/* Adds `text` with U+FFFD in place of each byte that is not part of valid UTF-8. False: `out`
 * failed. */
bool utf8_repair(struct buf *out, const char *text, size_t length);

#endif
