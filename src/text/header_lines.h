/* Header lines as the transport keeps them: `Name: value`, each with a line feed. */
#ifndef SHOAL_TEXT_HEADER_LINES_H
#define SHOAL_TEXT_HEADER_LINES_H

#include <stdbool.h>

#include "text/http_syntax.h"

/* Takes the first line off `lines`. `name` and `value` receive its parts, which point into it. A
 * line without a colon has an empty name. False: there is no line. */
bool header_lines_next(struct http_slice *lines, struct http_slice *name, struct http_slice *value);

/* Takes lines off `lines` up to the next one with this name, compared without case, and sets
 * `value` to its value. False: there is none. */
bool header_lines_find(struct http_slice *lines, const char *name, struct http_slice *value);

#endif
