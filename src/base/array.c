#include "base/array.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    FIRST_CAPACITY = 8,
};

static bool is_power_of_two(size_t number)
{
    return (number & (number - 1)) == 0;
}

/* If the array shrank since it was allocated, realloc(3) may release memory here; only bytes after
 * the first `count` items are lost. */
void *array_grow(void *items, size_t count, size_t item_size)
{
    if (count > 0 && (count < FIRST_CAPACITY || !is_power_of_two(count)))
        return items;
    size_t capacity = count == 0 ? FIRST_CAPACITY : count * 2;
    if (capacity > SIZE_MAX / 2 / item_size)
        return NULL;
    return realloc(items, capacity * item_size);
}
