/* JSON on one line, by jansson, from text that may be any bytes. */
#ifndef SHOAL_TEXT_JSON_H
#define SHOAL_TEXT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/must_use.h"

/* A new JSON string, owned by the caller; each byte that is not part of valid UTF-8 becomes U+FFFD.
 * NULL: out of memory. */
MUST_USE json_t *json_text(const char *text, size_t length);

/* Sets `key` (valid UTF-8) to `value`, whose reference passes to `object`, also if that fails.
 * False: out of memory, also if `value` or `object` is NULL because creating it ran out of memory.
 */
MUST_USE bool json_set(json_t *object, const char *key, json_t *value);

/* Sets `key` to json_text() of a C string; NULL sets nothing. False: as json_set(). */
MUST_USE bool json_set_text(json_t *object, const char *key, const char *text);

/* Sets `key` to an integer. False: as json_set(). */
MUST_USE bool json_set_number(json_t *object, const char *key, int64_t number);

/* Sets `key` to json_text() and, if the text is not valid UTF-8, `key` with the suffix `_base64` to
 * its bytes in Base64. NULL sets nothing. `key` has at most 20 bytes. False: as json_set(). */
MUST_USE bool json_set_bytes(json_t *object, const char *key, const char *text, size_t length);

/* Returns `value` if it is `complete`; otherwise releases it and returns NULL. `value` may be NULL.
 */
MUST_USE json_t *json_if_complete(json_t *value, bool complete);

/* Adds `object` to `out` as one line that ends in a newline, its keys in the order in which they
 * were set. Characters that are unsafe on a terminal (see printable_is_safe()) are escaped as
 * \uXXXX. False: out of memory, or `out` failed. */
MUST_USE bool json_add_line(struct buf *out, const json_t *object);

#endif
