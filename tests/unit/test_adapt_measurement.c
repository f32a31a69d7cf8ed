/* Measurements: when a slice is over, and what its sums come to. */
#include "check.h"

#include "adapt_fixture.h"
#include "policy/adapt/measurement.h"

/* Has a slice that has `ends` ends after `lasted_us` ended, if it must last for `least_us`? */
static bool slice_ends(unsigned ends, int64_t lasted_us, double least_us)
{
    struct adapt_measurement measurement;
    measurement_begin(&measurement, 0);
    measurement_count(&measurement, 0, lasted_us, 4, 0);
    for (unsigned i = 0; i < ends; i++)
        measurement_note_whole(&measurement, 1000, 1, lasted_us);
    measurement_end_slice(&measurement, least_us, lasted_us);
    return measurement.slices == 1;
}

static void a_slice_has_four_ends_and_lasts_5_ms_at_least(void **state)
{
    (void)state;
    assert_false(slice_ends(3, 5000, 0));
    assert_true(slice_ends(4, 5000, 0));
    assert_false(slice_ends(4, 4999, 0));
    assert_false(slice_ends(100, 7999, 8000));
    assert_true(slice_ends(4, 8000, 8000));
}

static void a_slice_of_streamed_bodies_lasts_a_quarter_of_a_second(void **state)
{
    (void)state;
    struct adapt_measurement measurement;
    measurement_begin(&measurement, 0);
    measurement_count(&measurement, 0, 249999, 4, 3);
    measurement_note_moved(&measurement, 0.5, 249999);
    measurement_end_slice(&measurement, 0, 249999);
    assert_int_equal(measurement.slices, 0);
    measurement_end_slice(&measurement, 1e9, 250000);
    assert_int_equal(measurement.slices, 1);
    assert_true(measurement_is_of_streams(&measurement));
}

static void half_of_what_is_in_flight_is_not_most_of_it(void **state)
{
    (void)state;
    struct adapt_measurement measurement = {.whole = {.area = 10, .stream_area = 5}};
    assert_false(measurement_is_of_streams(&measurement));
    measurement.whole.stream_area = 6;
    assert_true(measurement_is_of_streams(&measurement));
}

static void goodput_is_what_is_in_flight_by_how_long_each_is(void **state)
{
    (void)state;
    struct adapt_measurement measurement;
    measurement_begin(&measurement, 1000);
    measurement_count(&measurement, 0, 11000, 10, 2);  /* 1,000 us of it are before the beginning */
    measurement_note_whole(&measurement, 500, 1, 999); /* and this one too */
    for (int i = 0; i < 4; i++) {
        measurement_note_whole(&measurement, 4000, 1, 11000);
        measurement_note_response(&measurement, true, 11000);
    }
    measurement_note_whole(&measurement, 4000, 0, 11000);
    measurement_note_response(&measurement, false, 11000);
    measurement_note_moved(&measurement, 3, 11000);
    measurement_count_blocked(&measurement, 0, 6000, 4);
    measurement_end_slice(&measurement, 0, 11000);
    struct adapt_yield yield = measurement_yield(&measurement);
    assert_true(is_near(yield.goodput, 8 * (4.0 / 20000) + 3.0 / 10000));
    assert_true(is_near(yield.accepted, 4.0 / 10000));
    assert_true(is_near(yield.rejected, 1.0 / 10000));
    assert_true(is_near(yield.in_flight, 10 + 4 * 0.5));
    assert_true(yield.variance == 1); /* of one slice */
    assert_true(is_near(yield_rejected_share(&yield), 0.2));
}

static void the_variance_is_that_of_the_mean_of_the_slices(void **state)
{
    (void)state;
    struct adapt_measurement measurement = {.goodputs = 9 + 11 + 9 + 11,
        .goodput_squares = 81 + 121 + 81 + 121,
        .slices = 4,
        .slice.begins_us = 1};
    struct adapt_yield yield = measurement_yield(&measurement);
    assert_true(is_near(yield.variance, 1.0 / 100 / 3));
}

static void a_rejection_costs_as_much_as_a_file_brings(void **state)
{
    (void)state;
    assert_true(is_near(yield_worth(&(struct adapt_yield){.goodput = 1, .rejected = 0.25}), 0.75));
    assert_true(yield_rejected_share(&(struct adapt_yield){0}) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slice_has_four_ends_and_lasts_5_ms_at_least),
        cmocka_unit_test(a_slice_of_streamed_bodies_lasts_a_quarter_of_a_second),
        cmocka_unit_test(half_of_what_is_in_flight_is_not_most_of_it),
        cmocka_unit_test(goodput_is_what_is_in_flight_by_how_long_each_is),
        cmocka_unit_test(the_variance_is_that_of_the_mean_of_the_slices),
        cmocka_unit_test(a_rejection_costs_as_much_as_a_file_brings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
