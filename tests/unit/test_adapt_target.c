/* Where the search looks next. */
#include "check.h"

#include "adapt_fixture.h"
#include "policy/adapt/target.h"

static const int64_t now = FIXTURE_NOW_US;
static const int64_t second = CLOCK_US_PER_SECOND;

static double step_at(double standard_error)
{
    return target_step(&(struct adapt_yield){.variance = standard_error * standard_error});
}

static void the_noisier_a_measurement_the_farther_the_next_try(void **state)
{
    (void)state;
    assert_true(step_at(0.0149) == 0.125);
    assert_true(step_at(0.0151) == 0.25);
    assert_true(step_at(0.0299) == 0.25);
    assert_true(step_at(0.0301) == 0.5);
}

static bool is_cheap(double limit, double goodput, double gain)
{
    struct adapt adapt = fixture_at(limit, ADAPT_HOLDING);
    return target_is_cheap(&adapt, &(struct adapt_yield){.goodput = goodput}, gain);
}

static void what_a_server_works_off_in_5_ms_is_cheap(void **state)
{
    (void)state;
    double goodput = 10000.0 / CLOCK_US_PER_SECOND;
    assert_true(is_cheap(49, goodput, 0));
    assert_false(is_cheap(51, goodput, 0));
    assert_true(is_cheap(64, 1, 0)); /* and no more than 64, however fast it is */
    assert_false(is_cheap(65, 1, 0));
    assert_true(is_cheap(4, 0, 0)); /* and 4 in any case */
    assert_false(is_cheap(5, 0, 0));
}

static void what_does_harm_is_not_cheap(void **state)
{
    (void)state;
    assert_true(is_cheap(10, 1, -0.29));
    assert_false(is_cheap(10, 1, -0.31));
}

static void what_is_above_the_ceiling_is_not_cheap(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(10, ADAPT_HOLDING);
    adapt.ceiling = (struct adapt_ceiling){.limit = 12, .under = 9};
    assert_false(target_is_cheap(&adapt, &(struct adapt_yield){.goodput = 1}, 0));
    adapt.ceiling.under = 10;
    assert_true(target_is_cheap(&adapt, &(struct adapt_yield){.goodput = 1}, 0));
}

static double next_below(double limit, double rejected_share)
{
    struct adapt adapt = fixture_at(limit, ADAPT_HOLDING);
    adapt.base = (struct adapt_yield){
        .goodput = 1, .accepted = 1 - rejected_share, .rejected = rejected_share};
    adapt.try_step = 0.25;
    return target_next(&adapt, now);
}

static void a_lower_limit_is_tried_where_more_than_one_in_fifty_are_rejected(void **state)
{
    (void)state;
    assert_true(next_below(40, 0.019) == 40); /* it is cheap, and does no harm */
    assert_true(next_below(40, 0.021) == 32);
    assert_true(next_below(80, 0) == 64); /* what is not cheap is lowered to what is */
    assert_true(next_below(100, 0) == 80);
}

static double relief_step_at(double rejected_share)
{
    struct adapt adapt = fixture_at(40, ADAPT_HOLDING);
    adapt.base = (struct adapt_yield){.accepted = 1 - rejected_share, .rejected = rejected_share};
    return target_relief_step(&adapt);
}

static void relief_is_sought_by_a_little_more_than_the_share_that_is_rejected(void **state)
{
    (void)state;
    assert_true(is_near(relief_step_at(0.2), 0.27));
    assert_true(is_near(relief_step_at(0.1), 0.15));
    assert_true(is_near(relief_step_at(0.01), 0.1));
    assert_true(is_near(relief_step_at(0.5), 1.0 / 3));
}

static double within_ceiling(unsigned accepted, int64_t lifetime_us, int64_t passed_us)
{
    struct adapt adapt = fixture_at(46, ADAPT_HOLDING);
    adapt.ceiling = (struct adapt_ceiling){.limit = 50,
        .under = 45,
        .since_us = now,
        .lifetime_us = lifetime_us,
        .accepted = accepted};
    return target_within(&adapt, 60, now + passed_us);
}

static void a_ceiling_is_touched_after_its_lifetime_and_50_files_or_10_s(void **state)
{
    (void)state;
    assert_true(within_ceiling(50, second, second) == 50);
    assert_true(within_ceiling(50, second, second - 1) == 46);
    assert_true(within_ceiling(49, second, second) == 46);
    assert_true(within_ceiling(49, second, 10 * second - 1) == 46);
    assert_true(within_ceiling(49, second, 10 * second) == 50);
}

static void no_target_is_above_the_highest_limit(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(200, ADAPT_HOLDING);
    assert_true(target_within(&adapt, 300, now) == ADAPT_MOST);
}

static void tries_go_both_ways_and_then_become_rarer_with_one_in_three_downwards(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(20, ADAPT_HOLDING);
    adapt.try_up = true;
    target_plan(&adapt, now);
    assert_false(adapt.try_up);
    assert_int_equal(adapt.next_try_us, 0); /* at once */
    static const struct {
        int64_t wait_ms;
        bool up;
    } then[] = {{250, true}, {500, false}, {1000, true}, {2000, true}, {4000, false}, {4000, true}};
    for (size_t i = 0; i < COUNT_OF(then); i++) {
        target_plan(&adapt, now);
        assert_int_equal(adapt.next_try_us - now, then[i].wait_ms * CLOCK_US_PER_MS);
        assert_int_equal(adapt.try_up, then[i].up);
    }
}

static void at_the_highest_limit_no_try_follows_for_four_seconds(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(256, ADAPT_GROWING);
    target_rest(&adapt, now);
    assert_int_equal(adapt.next_try_us - now, 4 * CLOCK_US_PER_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_noisier_a_measurement_the_farther_the_next_try),
        cmocka_unit_test(what_a_server_works_off_in_5_ms_is_cheap),
        cmocka_unit_test(what_does_harm_is_not_cheap),
        cmocka_unit_test(what_is_above_the_ceiling_is_not_cheap),
        cmocka_unit_test(a_lower_limit_is_tried_where_more_than_one_in_fifty_are_rejected),
        cmocka_unit_test(relief_is_sought_by_a_little_more_than_the_share_that_is_rejected),
        cmocka_unit_test(a_ceiling_is_touched_after_its_lifetime_and_50_files_or_10_s),
        cmocka_unit_test(no_target_is_above_the_highest_limit),
        cmocka_unit_test(at_the_highest_limit_no_try_follows_for_four_seconds),
        cmocka_unit_test(tries_go_both_ways_and_then_become_rarer_with_one_in_three_downwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
