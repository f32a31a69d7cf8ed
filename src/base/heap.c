#include "base/heap.h"

#include <stdlib.h>

void heap_init(struct heap *heap)
{
    *heap = (struct heap){0};
}

void heap_free(struct heap *heap)
{
    free(heap->nodes);
    heap_init(heap);
}

void heap_node_init(struct heap_node *node)
{
    *node = (struct heap_node){.index = HEAP_NOT_IN};
}

bool heap_reserve(struct heap *heap, size_t count)
{
    if (count <= heap->capacity)
        return true;
    size_t capacity = heap->capacity * 2 > count ? heap->capacity * 2 : count;
    struct heap_node **nodes = realloc(heap->nodes, capacity * sizeof *nodes);
    if (nodes == NULL)
        return false;
    heap->nodes = nodes;
    heap->capacity = capacity;
    return true;
}

static void place(struct heap *heap, struct heap_node *node, size_t index)
{
    heap->nodes[index] = node;
    node->index = index;
}

static void sift_up(struct heap *heap, struct heap_node *node)
{
    size_t index = node->index;
    while (index > 0) {
        struct heap_node *parent = heap->nodes[(index - 1) / 2];
        if (parent->key <= node->key)
            break;
        place(heap, parent, index);
        index = (index - 1) / 2;
    }
    place(heap, node, index);
}

static void sift_down(struct heap *heap, struct heap_node *node)
{
    size_t index = node->index;
    for (;;) {
        size_t child = index * 2 + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->nodes[child + 1]->key < heap->nodes[child]->key)
            child++;
        if (heap->nodes[child]->key >= node->key)
            break;
        place(heap, heap->nodes[child], index);
        index = child;
    }
    place(heap, node, index);
}

void heap_add(struct heap *heap, struct heap_node *node, int64_t key)
{
    if (heap->count == heap->capacity)
        abort();
    node->key = key;
    place(heap, node, heap->count++);
    sift_up(heap, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
    if (node->index == HEAP_NOT_IN)
        return;
    struct heap_node *last = heap->nodes[--heap->count];
    if (last != node) {
        place(heap, last, node->index);
        sift_up(heap, last);
        sift_down(heap, last);
    }
    node->index = HEAP_NOT_IN;
}

struct heap_node *heap_first(const struct heap *heap)
{
    return heap->count == 0 ? NULL : heap->nodes[0];
}
