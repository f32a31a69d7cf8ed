/* Erases secrets from memory; free(3) alone does not. */
#ifndef SHOAL_BASE_WIPE_H
#define SHOAL_BASE_WIPE_H

#include <stddef.h>

/* Overwrites `length` bytes at `data` with zeros; compilers do not optimize it away. `data` may be
 * NULL if `length` is 0. */
void wipe(void *data, size_t length);

/* Overwrites a C string up to its NUL and frees it. NULL does nothing. */
void wipe_and_free(char *text);

#endif
