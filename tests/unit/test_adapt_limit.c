/* The limit: its bounds, its fractions, and when a measurement at a new one begins. */
#include "check.h"

#include "adapt_fixture.h"

static const int64_t now = FIXTURE_NOW_US;

static void a_limit_is_kept_between_the_lowest_and_the_highest(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(8, ADAPT_HOLDING);
    limit_set(&adapt, 0, now);
    assert_true(adapt.limit == 1.0 / 4096);
    assert_int_equal(limit_slots(&adapt), 1);
    limit_set(&adapt, 1000, now);
    assert_true(adapt.limit == ADAPT_MOST);
}

static void a_fraction_counts_below_eight(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(7.5, ADAPT_HOLDING);
    assert_true(limit_is_paced(&adapt));
    assert_int_equal(limit_slots(&adapt), 8);
    limit_set(&adapt, 7, now);
    assert_false(limit_is_paced(&adapt));
    assert_int_equal(limit_slots(&adapt), 7);
    limit_set(&adapt, 8.5, now);
    assert_false(limit_is_paced(&adapt));
    assert_int_equal(limit_slots(&adapt), 8);
}

static void a_lower_limit_closes_slots_and_a_higher_one_opens_none(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(20, ADAPT_HOLDING);
    limit_set(&adapt, 12, now);
    assert_int_equal(adapt.open_slots, 12);
    limit_set(&adapt, 40, now);
    assert_int_equal(adapt.open_slots, 12);
}

static int64_t begins_after(struct adapt *adapt)
{
    limit_set(adapt, adapt->limit, now);
    return adapt->measurement.whole.begins_us - now;
}

static void a_measurement_begins_once_nine_tenths_of_a_files_time_have_passed(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(8, ADAPT_HOLDING);
    assert_int_equal(begins_after(&adapt), 0); /* nothing has ended yet */
    adapt.slot_us = 1000;
    assert_int_equal(begins_after(&adapt), 900);
    adapt.blocked_until_us = now + 5000; /* nothing starts before, so nothing changes */
    assert_int_equal(begins_after(&adapt), 5900);
    adapt.blocked_until_us = CLOCK_NEVER;
    assert_int_equal(begins_after(&adapt), 900);
}

static void among_streamed_bodies_a_measurement_begins_after_a_second_at_most(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(8, ADAPT_HOLDING);
    adapt.slot_us = 60e6;
    adapt.in_flight = 8;
    adapt.streams = 4;
    assert_int_equal(begins_after(&adapt), 54000000);
    adapt.streams = 5;
    assert_int_equal(begins_after(&adapt), CLOCK_US_PER_SECOND);
}

static void a_limit_that_is_held_anew_has_no_base(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(20, ADAPT_TRYING);
    adapt.has_base = true;
    limit_hold(&adapt, 12, now);
    assert_int_equal(adapt.phase, ADAPT_HOLDING);
    assert_false(adapt.has_base);
    assert_true(adapt.limit == 12);
}

static void a_limit_is_above_the_ceiling_from_what_lies_under_it(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(45, ADAPT_HOLDING);
    adapt.ceiling.under = 44;
    assert_false(limit_is_above_ceiling(&adapt)); /* there is none */
    adapt.ceiling.limit = 50;
    assert_true(limit_is_above_ceiling(&adapt));
    adapt.ceiling.under = 45;
    assert_false(limit_is_above_ceiling(&adapt));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_is_kept_between_the_lowest_and_the_highest),
        cmocka_unit_test(a_fraction_counts_below_eight),
        cmocka_unit_test(a_lower_limit_closes_slots_and_a_higher_one_opens_none),
        cmocka_unit_test(a_measurement_begins_once_nine_tenths_of_a_files_time_have_passed),
        cmocka_unit_test(among_streamed_bodies_a_measurement_begins_after_a_second_at_most),
        cmocka_unit_test(a_limit_that_is_held_anew_has_no_base),
        cmocka_unit_test(a_limit_is_above_the_ceiling_from_what_lies_under_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
