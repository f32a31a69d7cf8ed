/* Growing arrays: one policy for how much room a list gets.
 *
 *     struct rule *grown = array_grow(list->rules, list->count, sizeof *grown);
 *     if (grown == NULL)
 *         return false;
 *     list->rules = grown;
 *     grown[list->count++] = rule; */
#ifndef SHOAL_BASE_ARRAY_H
#define SHOAL_BASE_ARRAY_H

#include <stddef.h>

#include "base/must_use.h"

/* Makes room for one more item of `item_size` bytes (not 0) in an array of `count` items that only
 * this function allocated; `items` is NULL when `count` is 0. The capacity follows from `count`: 8
 * items, doubled each time the array is full, so the caller stores no capacity. Returns the array,
 * which may have moved; the caller frees it with free(3). NULL: out of memory, and `items` is
 * unchanged. */
MUST_USE void *array_grow(void *items, size_t count, size_t item_size);

#endif
