/* Text from outside made safe for a terminal. */
#ifndef SHOAL_TEXT_PRINTABLE_H
#define SHOAL_TEXT_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Adds `text` so that a terminal shows it and obeys nothing in it: control bytes as \n, \t, \r or
 * \xNN, a backslash as \\, bytes that are no UTF-8 as \xNN, and C1 controls, line separators and
 * the characters that reorder or hide text (bidi marks, zero-width ones, U+FEFF) as \u{NNNN}.
 * The result is one line. False: `out` failed. */
bool printable_add(struct buf *out, const char *text, size_t length);

/* May the character with this code point stand as it is? False for what printable_add() escapes but
 * the backslash. */
bool printable_is_safe(unsigned rune);

#endif
