/* Lists: order, and removal from anywhere. */
#include "check.h"

#include "base/list.h"

/* The nodes of `list` in order, as digits of their places in `nodes`. Checks the links back. */
static const char *order(const struct list *list, const struct list_node *nodes)
{
    static char digits[10];
    size_t count = 0;
    const struct list_node *previous = NULL;
    for (const struct list_node *node = list->first; node != NULL; node = node->next) {
        assert_ptr_equal(node->previous, previous);
        assert_ptr_equal(node->list, list);
        digits[count++] = (char)('0' + (node - nodes));
        previous = node;
    }
    assert_ptr_equal(list->last, previous);
    assert_int_equal(list->count, count);
    digits[count] = '\0';
    return digits;
}

static void nodes_stay_in_the_order_in_which_they_are_added(void **state)
{
    (void)state;
    struct list list = {0};
    struct list_node nodes[4] = {0};
    assert_string_equal(order(&list, nodes), "");
    list_push_back(&list, &nodes[1]);
    list_push_back(&list, &nodes[2]);
    list_push_front(&list, &nodes[0]);
    list_push_back(&list, &nodes[3]);
    assert_string_equal(order(&list, nodes), "0123");
}

static void a_node_is_removed_from_anywhere_and_only_once(void **state)
{
    (void)state;
    struct list list = {0};
    struct list_node nodes[4] = {0};
    for (int i = 0; i < 4; i++)
        list_push_back(&list, &nodes[i]);
    list_remove(&nodes[1]);
    list_remove(&nodes[1]);
    assert_string_equal(order(&list, nodes), "023");
    list_remove(&nodes[0]);
    assert_string_equal(order(&list, nodes), "23");
    list_remove(&nodes[3]);
    list_remove(&nodes[2]);
    assert_string_equal(order(&list, nodes), "");
}

static void a_node_is_placed_in_one_list_or_in_none(void **state)
{
    (void)state;
    struct list lists[2] = {0};
    struct list_node nodes[2] = {0};
    list_place(&lists[0], &nodes[0]);
    list_place(&lists[0], &nodes[1]);
    list_place(&lists[0], &nodes[0]); /* keeps its place */
    assert_string_equal(order(&lists[0], nodes), "01");
    list_place(&lists[1], &nodes[0]);
    assert_string_equal(order(&lists[0], nodes), "1");
    assert_string_equal(order(&lists[1], nodes), "0");
    list_place(NULL, &nodes[0]);
    list_place(NULL, &nodes[0]);
    assert_string_equal(order(&lists[1], nodes), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_stay_in_the_order_in_which_they_are_added),
        cmocka_unit_test(a_node_is_removed_from_anywhere_and_only_once),
        cmocka_unit_test(a_node_is_placed_in_one_list_or_in_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
