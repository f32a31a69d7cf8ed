/* Tables: what was added is found by its name until it is removed, also after the table grew. */
#include "check.h"

#include <stdio.h>

#include "base/container_of.h"
#include "base/table.h"

#define OBJECTS 1000

struct object {
    struct table_node node;
    char name[16];
    int released;
};

static struct object objects[OBJECTS];

static void release(struct table_node *node)
{
    container_of(node, struct object, node)->released++;
}

static void fill(struct table *table)
{
    for (int i = 0; i < OBJECTS; i++) {
        (void)snprintf(objects[i].name, sizeof objects[i].name, "name %d", i);
        objects[i].released = 0;
        assert_null(table_find(table, objects[i].name));
        assert_true(table_add(table, &objects[i].node, objects[i].name));
    }
    assert_int_equal(table->count, OBJECTS);
}

static void objects_are_found_by_their_names(void **state)
{
    (void)state;
    struct table table = {0};
    assert_null(table_find(&table, "name 1"));
    fill(&table);
    for (int i = 0; i < OBJECTS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "name %d", i);
        assert_ptr_equal(table_find(&table, name), &objects[i].node);
    }
    assert_null(table_find(&table, ""));
    assert_null(table_find(&table, "name 1000"));
    table_free(&table, release);
}

static void a_removed_object_is_not_found_and_the_others_are(void **state)
{
    (void)state;
    struct table table = {0};
    fill(&table);
    for (int i = 0; i < OBJECTS; i += 2)
        table_remove(&table, &objects[i].node);
    for (int i = 0; i < OBJECTS; i++) {
        const struct table_node *found = table_find(&table, objects[i].name);
        assert_ptr_equal(found, i % 2 == 0 ? NULL : &objects[i].node);
    }
    assert_int_equal(table.count, OBJECTS / 2);
    table_free(&table, release);
}

static void each_object_is_released_once(void **state)
{
    (void)state;
    struct table table = {0};
    fill(&table);
    table_remove(&table, &objects[7].node);
    table_free(&table, release);
    for (int i = 0; i < OBJECTS; i++)
        assert_int_equal(objects[i].released, i == 7 ? 0 : 1);
    assert_null(table_find(&table, "name 1"));
    table_free(&table, release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_found_by_their_names),
        cmocka_unit_test(a_removed_object_is_not_found_and_the_others_are),
        cmocka_unit_test(each_object_is_released_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
