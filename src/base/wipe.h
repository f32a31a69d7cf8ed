/* Erases secrets from memory, which freeing alone does not. */
#ifndef SHOAL_BASE_WIPE_H
#define SHOAL_BASE_WIPE_H

#include <stddef.h>

/* Overwrites `length` bytes at `data` (NULL where `length` is 0) with zeros; the compiler does not
 * optimize it away. */
void wipe(void *data, size_t length);

/* Overwrites a C string up to its NUL and frees it. NULL does nothing. */
void wipe_and_free(char *text);

#endif
