/* Groups: which members may go on, which are held, and which may go on when another leaves. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/sched/group.h"

#define MANY 500

static bool enters(struct groups *groups, struct group_member *member, const char *key)
{
    enum group_entry entry = groups_enter(groups, member, key);
    assert_true(entry != GROUP_NO_MEMORY);
    assert_true(member->held == (entry == GROUP_HELD));
    return entry == GROUP_GOES_ON;
}

/* Leaves. Returns how many may go on now, and sets `*next` to the first of them. */
static size_t leaves(struct groups *groups, struct group_member *member, struct group_member **next)
{
    size_t count = 0;
    struct group_member *released = groups_leave(groups, member);
    *next = released;
    for (; released != NULL; released = released->next) {
        assert_false(released->held);
        count++;
    }
    assert_null(member->group);
    return count;
}

static void one_of_a_serial_group_goes_at_a_time_in_order(void **state)
{
    (void)state;
    struct groups *groups = groups_new(true, false);
    struct group_member members[4] = {0};
    struct group_member other = {0};
    struct group_member *next;
    assert_true(enters(groups, &members[0], "a"));
    for (size_t i = 1; i < 4; i++)
        assert_false(enters(groups, &members[i], "a"));
    assert_true(enters(groups, &other, "b"));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(leaves(groups, &members[i], &next), 1);
        assert_ptr_equal(next, &members[i + 1]);
    }
    assert_int_equal(leaves(groups, &members[3], &next), 0);
    assert_int_equal(leaves(groups, &other, &next), 0);
    groups_free(groups);
}

static void a_serial_group_that_was_left_can_be_entered_again(void **state)
{
    (void)state;
    struct groups *groups = groups_new(true, false);
    struct group_member member = {0};
    struct group_member *next;
    for (int i = 0; i < 3; i++) {
        assert_true(enters(groups, &member, ""));
        assert_int_equal(leaves(groups, &member, &next), 0);
    }
    groups_free(groups);
}

static void all_go_once_the_first_has_left(void **state)
{
    (void)state;
    struct groups *groups = groups_new(false, true);
    struct group_member members[4] = {0};
    struct group_member late = {0};
    struct group_member *next;
    assert_true(enters(groups, &members[0], "a"));
    for (size_t i = 1; i < 4; i++)
        assert_false(enters(groups, &members[i], "a"));
    assert_int_equal(leaves(groups, &members[0], &next), 3);
    assert_ptr_equal(next, &members[1]);
    assert_true(enters(groups, &late, "a"));
    assert_int_equal(leaves(groups, &late, &next), 0);
    groups_free(groups);
}

static void the_first_of_each_group_goes_alone(void **state)
{
    (void)state;
    struct groups *groups = groups_new(false, true);
    struct group_member a[2] = {0};
    struct group_member b[2] = {0};
    struct group_member *next;
    assert_true(enters(groups, &a[0], "a") && enters(groups, &b[0], "b"));
    assert_false(enters(groups, &a[1], "a") || enters(groups, &b[1], "b"));
    assert_int_equal(leaves(groups, &b[0], &next), 1);
    assert_ptr_equal(next, &b[1]);
    assert_true(a[1].held);
    groups_free(groups);
}

/* At the end of a run, members leave in any order. */
static void a_held_member_may_leave(void **state)
{
    (void)state;
    static const size_t orders[][3] = {{1, 2, 3}, {3, 2, 1}, {2, 1, 3}, {2, 3, 1}};
    for (size_t order = 0; order < COUNT_OF(orders); order++) {
        struct groups *groups = groups_new(true, false);
        struct group_member members[4] = {0};
        struct group_member late = {0};
        struct group_member *next;
        for (size_t i = 0; i < 4; i++)
            (void)enters(groups, &members[i], "a");
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(leaves(groups, &members[orders[order][i]], &next), 0);
        assert_false(enters(groups, &late, "a"));
        assert_int_equal(leaves(groups, &members[0], &next), 1);
        assert_ptr_equal(next, &members[orders[order][2]]);
        assert_int_equal(leaves(groups, next, &next), 1);
        assert_ptr_equal(next, &late);
        groups_free(groups);
    }
}

static void leaving_without_having_entered_does_nothing(void **state)
{
    (void)state;
    struct groups *groups = groups_new(true, true);
    struct group_member member = {0};
    struct group_member *next;
    assert_int_equal(leaves(groups, &member, &next), 0);
    groups_free(groups);
    groups_free(NULL);
}

/* More groups than the hash table has buckets at first. */
static void many_groups_are_kept_apart(void **state)
{
    (void)state;
    struct groups *groups = groups_new(true, false);
    struct group_member *members = calloc((size_t)2 * MANY, sizeof *members);
    struct group_member *next;
    char key[16];
    assert_non_null(members);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            (void)snprintf(key, sizeof key, "group %d", i);
            assert_true(enters(groups, &members[round * MANY + i], key) == (round == 0));
        }
    }
    for (int i = MANY - 1; i >= 0; i--) {
        assert_int_equal(leaves(groups, &members[i], &next), 1);
        assert_ptr_equal(next, &members[MANY + i]);
    }
    free(members);
    groups_free(groups);
}

/* Also where the others have left, or come only later. */
static void only_the_first_of_a_group_goes_alone(void **state)
{
    (void)state;
    struct groups *groups = groups_new(false, true);
    char key[16];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++) {
            struct group_member members[2] = {0};
            struct group_member *next;
            (void)snprintf(key, sizeof key, "group %d", i);
            assert_true(enters(groups, &members[0], key));
            assert_true(enters(groups, &members[1], key) == (round > 0));
            assert_int_equal(leaves(groups, &members[0], &next), round == 0 ? 1 : 0);
            assert_int_equal(leaves(groups, &members[1], &next), 0);
        }
    }
    groups_free(groups);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_a_serial_group_goes_at_a_time_in_order),
        cmocka_unit_test(a_serial_group_that_was_left_can_be_entered_again),
        cmocka_unit_test(all_go_once_the_first_has_left),
        cmocka_unit_test(the_first_of_each_group_goes_alone),
        cmocka_unit_test(a_held_member_may_leave),
        cmocka_unit_test(only_the_first_of_a_group_goes_alone),
        cmocka_unit_test(leaving_without_having_entered_does_nothing),
        cmocka_unit_test(many_groups_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
