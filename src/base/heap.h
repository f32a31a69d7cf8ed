/* A binary heap of moments: timers, nearest first. Nodes live inside the caller's objects. */
#ifndef SHOAL_BASE_HEAP_H
#define SHOAL_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAP_NOT_IN SIZE_MAX

struct heap_node {
    int64_t key;  /* the smallest comes first; microseconds where it is a timer */
    size_t index; /* place in the heap, or HEAP_NOT_IN */
};

struct heap {
    struct heap_node **nodes;
    size_t count;
    size_t capacity;
};

/* Makes an empty heap; heap_free() releases its array, never the nodes. */
void heap_init(struct heap *heap);
void heap_free(struct heap *heap);

/* A node must be initialised once before its first use. */
void heap_node_init(struct heap_node *node);

/* Makes room for `count` nodes in all, so that heap_add() can't fail up to there. */
bool heap_reserve(struct heap *heap, size_t count);

/* Adds `node` with `key`. The heap keeps the pointer until it is removed. False: no memory. */
bool heap_add(struct heap *heap, struct heap_node *node, int64_t key);

/* Removes `node` if it is in the heap. */
void heap_remove(struct heap *heap, struct heap_node *node);

/* The node with the smallest key, or NULL. */
struct heap_node *heap_first(const struct heap *heap);

#endif
