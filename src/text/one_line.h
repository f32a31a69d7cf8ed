/* Text from outside put on one line. */
#ifndef SHOAL_TEXT_ONE_LINE_H
#define SHOAL_TEXT_ONE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Adds `text` without the white space around it, and with one space for each run of it inside; at
 * most `most` bytes, cut between two characters. False: `out` failed. */
bool one_line_add(struct buf *out, const char *text, size_t length, size_t most);

#endif
