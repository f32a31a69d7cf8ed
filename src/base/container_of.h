/* From a pointer to a member to the struct that contains it: for nodes that live inside the
 * caller's objects, such as struct heap_node. */
#ifndef SHOAL_BASE_CONTAINER_OF_H
#define SHOAL_BASE_CONTAINER_OF_H

#include <stddef.h>

/* The address of the `type` whose member `member` is at `member_pointer` (not NULL). */
#define container_of(member_pointer, type, member)                                                 \
    ((type *)(void *)((char *)(member_pointer)-offsetof(type, member)))

#endif
