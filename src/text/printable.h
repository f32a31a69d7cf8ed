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

/* Bytes that one character takes at most, a NUL included. */
#define PRINTABLE_PIECE 16

/* Writes the first character of `text`, or the first byte where it is not valid UTF-8, to `piece`
 * as printable_add() does: `*piece_length` bytes of PRINTABLE_PIECE. `length` must not be 0.
 * Returns how many bytes of `text` that was. Allocates nothing. */
size_t printable_next(const char *text, size_t length, char *piece, size_t *piece_length);

/* Whether a terminal may receive the character `code_point` as it is. True for the backslash, which
 * printable_add() escapes only to keep its escapes unambiguous. */
bool printable_is_safe(unsigned code_point);

#endif
