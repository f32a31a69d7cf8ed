#include "base/array.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    ROOM_FIRST = 8,
};

static bool is_power_of_two(size_t number)
{
    return (number & (number - 1)) == 0;
}

/* An array that shrank may be made smaller here: what is behind `count` is of no use to anyone. */
void *array_grow(void *items, size_t count, size_t item_size)
{
    if (count > 0 && (count < ROOM_FIRST || !is_power_of_two(count)))
        return items;
    size_t room = count == 0 ? ROOM_FIRST : count * 2;
    if (room > SIZE_MAX / 2 / item_size)
        return NULL;
    return realloc(items, room * item_size);
}
