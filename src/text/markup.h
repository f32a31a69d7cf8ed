/* The text of one element of HTML or XML, for messages to people: no parser, but enough for error
 * pages, and safe with any bytes. */
#ifndef SHOAL_TEXT_MARKUP_H
#define SHOAL_TEXT_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/must_use.h"

/* Adds the text of the first element with the name `element` (a C string; compared without case, as
 * in HTML) that has any: up to its end tag, or to the end if there is none, without the tags inside
 * it, and with character references decoded (numbers, and the names amp, lt, gt, quot, apos, nbsp).
 * References that are unknown or do not name a character stay as they are. White space stays too.
 * False: there is no such element, or its text is only white space; nothing is added then. */
MUST_USE bool markup_add_text(
    struct buf *out, const char *body, size_t length, const char *element);

#endif
