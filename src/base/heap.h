/* A binary heap of moments: timers, nearest first. Nodes are members of the caller's objects. */
#ifndef SHOAL_BASE_HEAP_H
#define SHOAL_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"

/* The index of a node that is in no heap. */
#define HEAP_NOT_IN SIZE_MAX

/* A node: a member of the object that waits. */
struct heap_node {
    int64_t key;  /* the smallest comes first; microseconds if it is a timer */
    size_t index; /* place in the heap, or HEAP_NOT_IN */
};

/* A heap. */
struct heap {
    struct heap_node **nodes; /* the nodes belong to the caller, the array to the heap */
    size_t count;             /* nodes in the heap */
    size_t capacity;          /* nodes that fit without another allocation */
};

/* Makes an empty heap. Allocates nothing. */
void heap_init(struct heap *heap);

/* Releases the heap's array, not the nodes; the heap is empty and may be used again. */
void heap_free(struct heap *heap);

/* Initializes a node, once before its first use. */
void heap_node_init(struct heap_node *node);

/* Makes room for `count` nodes in all, for heap_add(). False: out of memory, and the heap is
 * unchanged. */
MUST_USE bool heap_reserve(struct heap *heap, size_t count);

/* Adds `node`, which is in no heap, with `key`. The heap keeps the pointer until the node is
 * removed. heap_reserve() must have made room before: without it, calls abort(3). */
void heap_add(struct heap *heap, struct heap_node *node, int64_t key);

/* Removes `node` if it is in the heap. */
void heap_remove(struct heap *heap, struct heap_node *node);

/* The node with the smallest key; NULL: the heap is empty. */
struct heap_node *heap_first(const struct heap *heap);

#endif
