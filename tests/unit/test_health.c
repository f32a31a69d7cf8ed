/* What is chance, and whom a Retry-After speaks for. */
#include "check.h"

#include "policy/health.h"

static void note(struct health *health, unsigned successes, unsigned failures)
{
    for (unsigned i = 0; i < successes; i++)
        health_note_success(health);
    for (unsigned i = 0; i < failures; i++)
        health_note_failure(health);
}

/* An origin of which `failures` in a hundred attempts failed. */
static struct health after(unsigned failures)
{
    struct health health;
    health_init(&health);
    note(&health, 100 - failures, failures);
    return health;
}

/* How many failures of one file in a row can be chance? */
static unsigned chance_most(const struct health *health)
{
    unsigned failures = 0;
    while (health_is_chance(health, failures + 1))
        failures++;
    return failures;
}

static void the_more_fail_the_more_often_one_file_may_fail_by_chance(void **state)
{
    (void)state;
    static const struct {
        unsigned failures;
        unsigned most;
    } cases[] = {{0, 2}, {1, 2}, {3, 2}, {5, 3}, {12, 4}, {25, 6}, {50, 13}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct health health = after(cases[i].failures);
        assert_int_equal(chance_most(&health), cases[i].most);
    }
}

static void where_most_fail_nothing_is_chance(void **state)
{
    (void)state;
    struct health health = after(51);
    assert_int_equal(chance_most(&health), 0);
    health_init(&health);
    health_note_failure(&health);
    assert_int_equal(chance_most(&health), 0);
}

static void the_share_that_fails_is_a_mean_over_128_attempts(void **state)
{
    (void)state;
    struct health health;
    health_init(&health);
    note(&health, 1000, 0);
    unsigned failures = 0;
    while (health_is_chance(&health, 1)) {
        health_note_failure(&health);
        failures++;
    }
    assert_in_range(failures, 85, 92); /* 128 times the logarithm of 2 */
}

/* How many asks in a row, with this many in flight, speak for their own requests? */
static unsigned lone_in_row(struct health *health, unsigned in_flight)
{
    unsigned lone = 0;
    while (health_note_ask(health, in_flight, 1000) == INT64_MIN)
        lone++;
    return lone;
}

static void asks_without_a_success_between_them_speak_for_the_origin(void **state)
{
    (void)state;
    static const struct {
        unsigned in_flight;
        unsigned lone;
    } cases[] = {{1, 3}, {15, 3}, {16, 4}, {64, 7}, {256, 8}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct health health;
        health_init(&health);
        assert_int_equal(lone_in_row(&health, cases[i].in_flight), cases[i].lone);
    }
    struct health health = after(0);
    assert_int_equal(lone_in_row(&health, 1), 3);
    health_note_success(&health); /* ends the row */
    assert_int_equal(health_note_ask(&health, 1, 1000), INT64_MIN);
}

static void the_origin_waits_for_the_longest_of_the_asks_in_a_row(void **state)
{
    (void)state;
    struct health health = after(0);
    (void)health_note_ask(&health, 1, 9000);
    health_note_success(&health);
    (void)health_note_ask(&health, 1, 1000);
    (void)health_note_ask(&health, 1, 5000);
    (void)health_note_ask(&health, 1, 2000);
    assert_int_equal(health_note_ask(&health, 1, 3000), 5000);
}

/* One in `every` attempts asks for a wait. Returns how many of a thousand asks do it alone. */
static unsigned lone_of_a_thousand(unsigned every)
{
    struct health health = after(0);
    unsigned lone = 0;
    for (unsigned i = 0; i < 1000; i++) {
        lone += health_note_ask(&health, 1, 1000) == INT64_MIN ? 1 : 0;
        note(&health, every - 1, 1);
    }
    return lone;
}

static void up_to_one_in_nine_may_ask_for_ever_and_more_only_for_a_moment(void **state)
{
    (void)state;
    assert_int_equal(lone_of_a_thousand(20), 1000);
    assert_int_equal(lone_of_a_thousand(9), 1000);
    assert_in_range(lone_of_a_thousand(8), 880, 890); /* seven eighths, and eight more */
    assert_in_range(lone_of_a_thousand(4), 380, 390);
    struct health health = after(0);
    unsigned lone = 0;
    while (health_note_ask(&health, 1, 1000) == INT64_MIN) {
        lone++;
        health_note_success(&health);
    }
    assert_int_equal(lone, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_more_fail_the_more_often_one_file_may_fail_by_chance),
        cmocka_unit_test(where_most_fail_nothing_is_chance),
        cmocka_unit_test(the_share_that_fails_is_a_mean_over_128_attempts),
        cmocka_unit_test(asks_without_a_success_between_them_speak_for_the_origin),
        cmocka_unit_test(the_origin_waits_for_the_longest_of_the_asks_in_a_row),
        cmocka_unit_test(up_to_one_in_nine_may_ask_for_ever_and_more_only_for_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
