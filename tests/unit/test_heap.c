#include "check.h"

#include <stdlib.h>

#include "base/heap.h"
#include "base/random.h"

#define NODES 1000

static void an_empty_heap_has_no_first(void **state)
{
    (void)state;
    struct heap heap;
    heap_init(&heap);
    assert_null(heap_first(&heap));
    heap_free(&heap);
}

static void add(struct heap *heap, struct heap_node *node, int64_t key)
{
    assert_true(heap_reserve(heap, heap->count + 1));
    heap_add(heap, node, key);
}

static int compare_keys(const void *left, const void *right)
{
    const int64_t *a = left;
    const int64_t *b = right;
    return (*a > *b) - (*a < *b);
}

static void nodes_come_out_in_the_order_of_their_keys(void **state)
{
    (void)state;
    static struct heap_node nodes[NODES];
    static int64_t keys[NODES];
    struct random_seeded seed;
    struct random_source random = random_from_seed(&seed, 1);
    struct heap heap;
    heap_init(&heap);
    for (int i = 0; i < NODES; i++) {
        keys[i] = (int64_t)random_below(&random, 100) - 50;
        heap_node_init(&nodes[i]);
        add(&heap, &nodes[i], keys[i]);
    }
    qsort(keys, NODES, sizeof *keys, compare_keys);
    for (int i = 0; i < NODES; i++) {
        struct heap_node *first = heap_first(&heap);
        assert_int_equal(first->key, keys[i]);
        heap_remove(&heap, first);
        assert_int_equal(first->index, HEAP_NOT_IN);
    }
    assert_null(heap_first(&heap));
    heap_free(&heap);
}

/* No key is smaller than its parent's, and each node's index is its place. */
static void check_order(const struct heap *heap)
{
    for (size_t i = 0; i < heap->count; i++) {
        assert_int_equal(heap->nodes[i]->index, i);
        assert_true(heap->nodes[i]->key >= heap->nodes[i == 0 ? 0 : (i - 1) / 2]->key);
    }
}

static void removal_from_the_middle_keeps_the_order(void **state)
{
    (void)state;
    static struct heap_node nodes[NODES];
    struct random_seeded seed;
    struct random_source random = random_from_seed(&seed, 2);
    struct heap heap;
    heap_init(&heap);
    for (int i = 0; i < NODES; i++)
        heap_node_init(&nodes[i]);
    for (int round = 0; round < 5000; round++) {
        struct heap_node *node = &nodes[random_below(&random, NODES)];
        if (node->index == HEAP_NOT_IN)
            add(&heap, node, (int64_t)random_below(&random, 1000));
        else
            heap_remove(&heap, node);
        check_order(&heap);
    }
    heap_free(&heap);
}

static void removing_a_node_that_is_not_in_does_nothing(void **state)
{
    (void)state;
    struct heap heap;
    struct heap_node in;
    struct heap_node out;
    heap_init(&heap);
    heap_node_init(&in);
    heap_node_init(&out);
    add(&heap, &in, 1);
    heap_remove(&heap, &out);
    assert_ptr_equal(heap_first(&heap), &in);
    heap_free(&heap);
}

static void reserved_room_is_used_without_another_allocation(void **state)
{
    (void)state;
    struct heap heap;
    struct heap_node nodes[10];
    heap_init(&heap);
    assert_true(heap_reserve(&heap, 10));
    struct heap_node **room = heap.nodes;
    for (int i = 0; i < 10; i++) {
        heap_node_init(&nodes[i]);
        heap_add(&heap, &nodes[i], i);
    }
    assert_ptr_equal(heap.nodes, room);
    heap_free(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_heap_has_no_first),
        cmocka_unit_test(nodes_come_out_in_the_order_of_their_keys),
        cmocka_unit_test(removal_from_the_middle_keeps_the_order),
        cmocka_unit_test(removing_a_node_that_is_not_in_does_nothing),
        cmocka_unit_test(reserved_room_is_used_without_another_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
