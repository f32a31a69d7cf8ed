/* Values in JSON text by JSON Pointer (RFC 6901). jansson says whether the text is JSON; the values
 * are taken from the text itself, so that a number of any size and precision stays as it was
 * written. */
#ifndef SHOAL_TEXT_JSON_POINTER_H
#define SHOAL_TEXT_JSON_POINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"

/* What was found. */
enum json_pointer_result {
    JSON_POINTER_FOUND,    /* the value was added */
    JSON_POINTER_MISSING,  /* the text is JSON and has no such value */
    JSON_POINTER_NOT_JSON, /* the text is not JSON (RFC 8259), or there was no memory to tell */
};

/* Whether the text is a pointer: "" (the whole document), or tokens that each begin with `/`, in
 * which `~` is followed by 0 or 1. */
bool json_pointer_is_valid(const char *pointer);

/* Adds the value that `pointer` names to `out`: of a string its content, of anything else its JSON
 * text without white space between tokens. A byte order mark before the text is skipped. Of members
 * with one name the last counts. */
MUST_USE enum json_pointer_result json_pointer_read(
    const char *text, size_t length, const char *pointer, struct buf *out);

#endif
