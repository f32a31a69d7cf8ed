/* Shell patterns for one name, by bytes, as in gitignore(5): `*`, `?`, `[...]`, `\`. */
#ifndef SHOAL_TEXT_IGNORE_GLOB_H
#define SHOAL_TEXT_IGNORE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the element that `pattern` begins with: a byte, an escaped byte, `*`, or a whole
 * bracket expression. 0: it can never match (a bracket expression that is unclosed or has an
 * unknown class, a backslash at the end), or `length` is 0. */
size_t glob_element(const char *pattern, size_t length);

/* Whether all of `name`, which contains no `/`, matches all of `pattern`, each element of which has
 * passed glob_element(). The time is at most proportional to the product of the two lengths. */
bool glob_match(const char *pattern, size_t pattern_length, const char *name, size_t name_length);

#endif
