/* Shell patterns for one name: `*`, `?`, `[...]`, `\`, by bytes, as gitignore(5) has them. */
#ifndef SHOAL_TEXT_IGNORE_GLOB_H
#define SHOAL_TEXT_IGNORE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Length of the element that `pattern` begins with: a byte, an escaped byte, `*` or a whole
 * bracket expression. 0 where it can never match: an unclosed or unknown bracket expression, a
 * backslash with nothing behind it, or `length` 0. */
size_t glob_element(const char *pattern, size_t length);

/* Does the whole of `name`, which holds no `/`, match the whole of `pattern`, whose elements are
 * all good (see glob_element())? Takes at most the product of the two lengths in time. */
bool glob_match(const char *pattern, size_t pattern_length, const char *name, size_t name_length);

#endif
