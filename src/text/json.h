/* JSON on one line, by jansson, from text that may be any bytes. */
#ifndef SHOAL_TEXT_JSON_H
#define SHOAL_TEXT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"

/* A new JSON string, owned by the caller; each byte that is not part of valid UTF-8 becomes U+FFFD.
 * NULL: out of memory. */
MUST_USE json_t *json_text(const char *text, size_t length);

/* Sets the key `path` and, if the path is not valid UTF-8, `path_base64` with its bytes. False: out
 * of memory. */
MUST_USE bool json_set_path(json_t *object, const char *path);

/* Adds `object` to `out` as one line that ends in a newline, its keys in the order in which they
 * were set. Characters that are unsafe on a terminal (see printable_is_safe()) are escaped as
 * \uXXXX. False: out of memory, or `out` failed. */
MUST_USE bool json_add_line(struct buf *out, const json_t *object);

#endif
