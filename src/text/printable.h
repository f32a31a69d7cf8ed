/* Text from outside made safe for a terminal. */
#ifndef SHOAL_TEXT_PRINTABLE_H
#define SHOAL_TEXT_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Adds `text` as one line of valid UTF-8 that a terminal shows and does not interpret: control
 * bytes as \n, \t, \r or \xNN, a backslash as \\, bytes that are not valid UTF-8 as \xNN, and C1
 * controls, line separators and characters that reorder or hide text (such as bidirectional marks
 * and zero-width characters) as \u{NNNN}. False: `out` failed. */
bool printable_add(struct buf *out, const char *text, size_t length);

/* Whether a terminal may receive the character `code_point` as it is. True for the backslash, which
 * printable_add() escapes only to keep its escapes unambiguous. */
bool printable_is_safe(unsigned code_point);

#endif
