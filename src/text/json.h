/* JSON on one line, by jansson, with text that may be any bytes. */
#ifndef SHOAL_TEXT_JSON_H
#define SHOAL_TEXT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A new JSON string; bytes that are no UTF-8 become U+FFFD. NULL: no memory. */
json_t *json_text(const char *text, size_t length);

/* Sets `path` and, where the name is no valid UTF-8, `path_base64` (of the whole path). */
bool json_set_path(json_t *object, const char *path);

/* Adds `object` to `out` as one line with its closing newline, keys in the order they were set. */
bool json_add_line(struct buf *out, const json_t *object);

#endif
