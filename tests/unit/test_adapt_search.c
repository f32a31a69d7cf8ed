/* What the search does with a measurement. */
#include "check.h"

#include "adapt_fixture.h"
#include "policy/adapt/search.h"

static const int64_t now = FIXTURE_NOW_US;
static const int64_t second = CLOCK_US_PER_SECOND;

/* 1,000 files per second: a limit of 5 is cheap, and none of those below. */
static const double base_goodput = 1e-3;

/* A measurement that is over now; `ends` 0: enough of them. */
struct measured {
    double goodput; /* by that of the base */
    double in_flight;
    double standard_error; /* relative */
    unsigned slices;
    int64_t lasted_us;
    unsigned ends;
};

static void put_measured(struct adapt *adapt, const struct measured *measured)
{
    struct adapt_measurement *measurement = &adapt->measurement;
    double goodput = measured->goodput * base_goodput;
    double lasted = (double)measured->lasted_us;
    double spread = measured->standard_error * measured->standard_error * (measured->slices - 1);
    *measurement = (struct adapt_measurement){
        .whole = {.begins_us = now - measured->lasted_us,
            .area = measured->in_flight * lasted,
            .slot_us = 1e6,
            .work = goodput * 1e6 / measured->in_flight,
            .accepted = goodput * lasted,
            .ends = measured->ends > 0 ? measured->ends : 1000},
        .slice.begins_us = now,
        .goodputs = goodput * measured->slices,
        .goodput_squares = goodput * goodput * (1 + spread) * measured->slices,
        .slices = measured->slices,
    };
}

static void step(struct adapt *adapt, struct measured measured)
{
    put_measured(adapt, &measured);
    search_step(adapt, now);
}

/* A controller at `limit` whose base was measured at `base_limit`, with as many in flight. */
static struct adapt at_limit(double limit, double base_limit, enum adapt_phase phase)
{
    struct adapt adapt = fixture_at(limit, phase);
    adapt.has_base = true;
    adapt.base_limit = base_limit;
    adapt.base = (struct adapt_yield){
        .goodput = base_goodput, .accepted = base_goodput, .in_flight = base_limit};
    return adapt;
}

/* The limit after a step at `limit`, all of it in flight, with this elasticity. */
static struct adapt step_with_gain(
    double limit, double base_limit, enum adapt_phase phase, double gain, bool relief)
{
    struct adapt adapt = at_limit(limit, base_limit, phase);
    adapt.relief_trying = relief;
    adapt.try_step = 0.125;
    double goodput = 1 + gain * (limit / base_limit - 1);
    step(&adapt, (struct measured){goodput, limit, 0, 8, second, 0});
    return adapt;
}

static double grown_to(double gain)
{
    return step_with_gain(15, 10, ADAPT_GROWING, gain, false).limit;
}

static void growing_goes_on_by_half_or_doubles_by_the_elasticity(void **state)
{
    (void)state;
    assert_true(grown_to(0.39) == 10);
    assert_true(grown_to(0.41) == 22.5);
    assert_true(grown_to(0.84) == 22.5);
    assert_true(grown_to(0.86) == 30);
}

static void with_less_than_85_percent_of_the_limit_in_flight_it_does_not_grow(void **state)
{
    (void)state;
    struct adapt adapt = at_limit(20, 10, ADAPT_GROWING);
    step(&adapt, (struct measured){2, 16.9, 0, 8, second, 0});
    assert_true(adapt.limit == 20);
    assert_int_equal(adapt.measurement.whole.begins_us, now);
    step(&adapt, (struct measured){2, 17.1, 0, 8, second, 0});
    assert_true(adapt.limit == 40);
}

static bool is_kept(double limit, double gain)
{
    struct adapt adapt = step_with_gain(limit, 40, ADAPT_TRYING, gain, false);
    bool back = adapt.phase == ADAPT_HOLDING && adapt.limit == 40;
    assert_true(back != (adapt.base_limit == limit));
    return !back;
}

static void a_higher_limit_is_kept_over_an_elasticity_of_012(void **state)
{
    (void)state;
    assert_false(is_kept(60, 0.11));
    assert_true(is_kept(60, 0.13));
}

static void a_lower_limit_is_kept_under_an_elasticity_of_006(void **state)
{
    (void)state;
    assert_true(is_kept(20, 0.05));
    assert_false(is_kept(20, 0.07));
}

static void for_fewer_rejections_a_lower_limit_is_kept_under_02(void **state)
{
    (void)state;
    struct adapt adapt = step_with_gain(20, 40, ADAPT_TRYING, 0.19, true);
    assert_true(adapt.limit == 20 && adapt.ceiling.limit == 40);
    adapt = step_with_gain(20, 40, ADAPT_TRYING, 0.21, true);
    assert_true(adapt.limit == 40 && adapt.ceiling.limit == 0);
    assert_int_equal(adapt.phase, ADAPT_GROWING);
}

/* Twice the goodput at a limit half as high again, with `more` times as many in flight. */
static bool is_kept_with(double more)
{
    struct adapt adapt = at_limit(60, 40, ADAPT_TRYING);
    step(&adapt, (struct measured){2, 40 * more, 0, 8, second, 0});
    return adapt.base_limit == 60;
}

static void where_as_many_are_in_flight_as_before_a_higher_limit_brings_nothing(void **state)
{
    (void)state;
    assert_false(is_kept_with(1.015));
    assert_true(is_kept_with(1.025));
}

/* Is a try decided whose gain is 0.1 of goodput from the line? Without a good measurement. */
static bool is_decided(double standard_error, unsigned slices, int64_t lasted_us)
{
    struct adapt adapt = at_limit(60, 40, ADAPT_TRYING);
    step(&adapt, (struct measured){1.16, 60, standard_error, slices, lasted_us, 0});
    return adapt.base_limit == 60;
}

static void a_try_is_decided_by_two_and_a_half_standard_errors(void **state)
{
    (void)state;
    assert_true(is_decided(0.039, 4, second));
    assert_false(is_decided(0.041, 4, second));
    assert_false(is_decided(0.039, 3, second)); /* too few to tell */
}

static void a_try_is_decided_after_two_seconds_in_any_case(void **state)
{
    (void)state;
    assert_false(is_decided(0.5, 4, 2 * second - 1));
    assert_true(is_decided(0.5, 4, 2 * second));
}

/* Adds a yield to the base while holding; both have this standard error. */
static struct adapt merged(double goodput, double standard_error)
{
    struct adapt adapt = at_limit(40, 40, ADAPT_HOLDING);
    adapt.base.variance = standard_error * standard_error;
    adapt.next_try_us = CLOCK_NEVER;
    step(&adapt, (struct measured){goodput, 40, standard_error, 8, second, 0});
    return adapt;
}

static bool is_replaced(double goodput, double standard_error)
{
    return merged(goodput, standard_error).base_since_us != 0;
}

static void a_server_has_changed_when_goodput_differs_by_four_standard_errors(void **state)
{
    (void)state;
    assert_false(is_replaced(1.175, 0.0316));
    assert_true(is_replaced(1.185, 0.0316));
    assert_false(is_replaced(1.0099, 0)); /* and by a hundredth */
    assert_true(is_replaced(1.0101, 0));
}

static void measurements_at_one_limit_are_weighted_and_their_variance_has_a_floor(void **state)
{
    (void)state;
    struct adapt adapt = merged(1.1, 0.04);
    assert_true(is_near(adapt.base.goodput, 1.05 * base_goodput));
    assert_true(is_near(adapt.base.variance, 0.04 * 0.04 / 2));
    adapt = merged(1.005, 0);
    assert_true(is_near(adapt.base.goodput, 1.0025 * base_goodput));
    assert_true(is_near(adapt.base.variance, 0.01 * 0.01));
}

/* The step of the next try after one from `base_limit` that was kept. */
static double step_after(double try_step, double gain)
{
    struct adapt adapt = at_limit(60, 40, ADAPT_TRYING);
    adapt.try_step = try_step;
    step(&adapt, (struct measured){1 + gain * 0.5, 60, 0, 8, second, 0});
    assert_true(adapt.base_limit == 60);
    return adapt.try_step;
}

static void after_a_try_that_pays_the_next_one_goes_twice_as_far(void **state)
{
    (void)state;
    assert_true(step_after(0.125, 0.5) == 0.25);
    assert_true(step_after(0.4, 0.5) == 0.5);
    assert_true(step_after(0.4, 0.9) == 0.8);
    assert_true(step_after(0.8, 0.9) == 1);
}

/* Does a measurement while holding say enough to become the base? */
static bool is_enough(struct measured measured, double stream_gap_us)
{
    struct adapt adapt = fixture_at(10, ADAPT_HOLDING);
    adapt.next_try_us = CLOCK_NEVER;
    adapt.stream_gap_us = stream_gap_us;
    adapt.last_stream_us = now;
    step(&adapt, measured);
    return adapt.has_base;
}

static void a_measurement_has_16_ends_4_slices_and_50_ms(void **state)
{
    (void)state;
    assert_true(is_enough((struct measured){1, 10, 0, 4, 50000, 16}, 0));
    assert_false(is_enough((struct measured){1, 10, 0, 4, 50000, 15}, 0));
    assert_false(is_enough((struct measured){1, 10, 0, 3, 50000, 16}, 0));
    assert_false(is_enough((struct measured){1, 10, 0, 4, 49999, 16}, 0));
}

static void a_measurement_includes_six_streamed_bodies_where_there_are_some(void **state)
{
    (void)state;
    assert_false(is_enough((struct measured){1, 10, 0, 4, 599999, 16}, 100000));
    assert_true(is_enough((struct measured){1, 10, 0, 4, 600000, 16}, 100000));
    assert_true(is_enough((struct measured){1, 10, 0, 4, 2 * second, 16}, 1e6)); /* at most 2 s */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_goes_on_by_half_or_doubles_by_the_elasticity),
        cmocka_unit_test(with_less_than_85_percent_of_the_limit_in_flight_it_does_not_grow),
        cmocka_unit_test(a_higher_limit_is_kept_over_an_elasticity_of_012),
        cmocka_unit_test(a_lower_limit_is_kept_under_an_elasticity_of_006),
        cmocka_unit_test(for_fewer_rejections_a_lower_limit_is_kept_under_02),
        cmocka_unit_test(where_as_many_are_in_flight_as_before_a_higher_limit_brings_nothing),
        cmocka_unit_test(a_try_is_decided_by_two_and_a_half_standard_errors),
        cmocka_unit_test(a_try_is_decided_after_two_seconds_in_any_case),
        cmocka_unit_test(a_server_has_changed_when_goodput_differs_by_four_standard_errors),
        cmocka_unit_test(measurements_at_one_limit_are_weighted_and_their_variance_has_a_floor),
        cmocka_unit_test(after_a_try_that_pays_the_next_one_goes_twice_as_far),
        cmocka_unit_test(a_measurement_has_16_ends_4_slices_and_50_ms),
        cmocka_unit_test(a_measurement_includes_six_streamed_bodies_where_there_are_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
