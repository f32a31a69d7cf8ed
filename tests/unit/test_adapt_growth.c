/* The first attempts at a new limit, while growing. */
#include "check.h"

#include <string.h>

#include "adapt_fixture.h"
#include "policy/adapt/growth.h"

static const int64_t now = FIXTURE_NOW_US;
static const struct attempt_end accepted = {.phase = ATTEMPT_ANSWERING, .status = 200};

/* Attempts at this limit end, with as many in flight; each second one takes `spread` longer than
 * 10 ms, the others as much less. */
static void end_some(
    struct adapt *adapt, unsigned first, unsigned count, unsigned in_flight, double spread)
{
    for (unsigned i = first; i < first + count; i++) {
        struct adapt_attempt attempt = {.number = i, .in_flight = in_flight};
        growth_note_end(
            adapt, &attempt, in_flight, 1e4 * (i % 2 == 0 ? 1 + spread : 1 - spread), 1);
    }
}

/* Is the yield known when the attempts `first` to `last` at a limit of 16 ended? */
static bool is_known(unsigned first, unsigned last, unsigned in_flight, double spread)
{
    struct adapt adapt = fixture_at(16, ADAPT_GROWING);
    struct adapt_yield yield;
    end_some(&adapt, first, last - first + 1, in_flight, spread);
    return growth_yield(&adapt, &yield);
}

static void half_as_many_as_the_limit_allows_must_all_have_ended(void **state)
{
    (void)state;
    assert_true(is_known(1, 8, 16, 0));
    assert_false(is_known(1, 7, 16, 0));
    assert_false(is_known(2, 16, 16, 0)); /* the first one lasts */
    struct adapt adapt = fixture_at(2, ADAPT_GROWING);
    struct adapt_yield yield;
    end_some(&adapt, 1, 3, 2, 0);
    assert_false(growth_yield(&adapt, &yield));
    end_some(&adapt, 4, 1, 2, 0); /* but at least four */
    assert_true(growth_yield(&adapt, &yield));
}

static void what_started_under_another_limit_does_not_count(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(16, ADAPT_GROWING);
    struct adapt_yield yield;
    adapt.starts = 100;
    limit_set(&adapt, 32, now);
    end_some(&adapt, 85, 16, 16, 0);
    assert_false(growth_yield(&adapt, &yield));
    end_some(&adapt, 101, 16, 32, 0);
    assert_true(growth_yield(&adapt, &yield));
}

/* The relative standard error of a mean over eight is the spread divided by the root of 8. */
static void times_in_flight_that_differ_much_tell_nothing(void **state)
{
    (void)state;
    assert_true(is_known(1, 8, 16, 0.41));
    assert_false(is_known(1, 8, 16, 0.44));
}

static void where_files_were_lacking_nothing_is_known(void **state)
{
    (void)state;
    assert_true(is_known(1, 8, 7, 0));
    assert_false(is_known(1, 8, 6, 0));
}

static void streamed_bodies_are_left_to_the_measurement(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(16, ADAPT_GROWING);
    struct adapt_attempt streamed = {.number = 1, .in_flight = 16, .streamed = true};
    struct adapt_yield yield;
    growth_note_end(&adapt, &streamed, 16, 1e4, 1);
    end_some(&adapt, 2, 8, 16, 0);
    assert_false(growth_yield(&adapt, &yield));
}

static void the_yield_is_that_of_littles_law(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(16, ADAPT_GROWING);
    struct adapt_yield yield;
    struct adapt_attempt rejected = {.number = 1, .in_flight = 12};
    growth_note_end(&adapt, &rejected, 16, 1e4, 0);
    end_some(&adapt, 2, 7, 16, 0);
    assert_true(growth_yield(&adapt, &yield));
    assert_true(is_near(yield.in_flight, 16));
    assert_true(is_near(yield.goodput, 16 * 7.0 / 8e4));
    assert_true(is_near(yield.accepted, 16 * 7.0 / 8e4));
    assert_true(is_near(yield.rejected, 16 * 1.0 / 8e4));
    assert_true(yield.variance < 1e-9);
}

struct bench {
    struct adapt adapt;
    struct adapt_attempt attempts[ADAPT_MOST];
    int64_t now;
};

static void bench_init(struct bench *bench)
{
    *bench = (struct bench){.now = now};
    adapt_init(&bench->adapt, &(struct adapt_config){0}, now);
}

/* A round trip: all that may start does, and is accepted `slot_us` later, one after the other,
 * while others start in their place. Returns how many are in flight then. */
static unsigned round_trip(struct bench *bench, int64_t slot_us)
{
    struct adapt *adapt = &bench->adapt;
    while (adapt_next_start_us(adapt, bench->now) <= bench->now)
        adapt_note_start(adapt, &bench->attempts[adapt->in_flight], false, bench->now);
    unsigned count = adapt->in_flight;
    struct adapt_attempt ended[ADAPT_MOST];
    memcpy(ended, bench->attempts, sizeof ended);
    bench->now += slot_us;
    unsigned started = 0;
    for (unsigned i = 0; i < count; i++) {
        adapt_note_end(adapt, &ended[i], OUTCOME_DONE, &accepted, 0, 0, bench->now);
        while (adapt_next_start_us(adapt, bench->now) <= bench->now)
            adapt_note_start(adapt, &bench->attempts[started++], false, bench->now);
    }
    return adapt->in_flight;
}

static void while_nothing_takes_longer_each_round_trip_doubles_what_is_in_flight(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    for (unsigned expected = 32; expected <= 256; expected *= 2)
        assert_int_equal(round_trip(&bench, 50000), expected);
    assert_int_equal(round_trip(&bench, 50000), 256);
}

/* In flight after the second round trip, which took this many times as long as the first. */
static unsigned grown_after(double factor)
{
    struct bench bench;
    bench_init(&bench);
    (void)round_trip(&bench, 50000);
    return round_trip(&bench, (int64_t)(50000 * factor));
}

/* 32 in flight instead of 16 are 1.6 times the goodput at an elasticity of 0.6. */
static void it_doubles_at_once_over_an_elasticity_of_06(void **state)
{
    (void)state;
    assert_int_equal(grown_after(1.20), 64);
    assert_int_equal(grown_after(1.30), 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_as_many_as_the_limit_allows_must_all_have_ended),
        cmocka_unit_test(what_started_under_another_limit_does_not_count),
        cmocka_unit_test(times_in_flight_that_differ_much_tell_nothing),
        cmocka_unit_test(where_files_were_lacking_nothing_is_known),
        cmocka_unit_test(streamed_bodies_are_left_to_the_measurement),
        cmocka_unit_test(the_yield_is_that_of_littles_law),
        cmocka_unit_test(while_nothing_takes_longer_each_round_trip_doubles_what_is_in_flight),
        cmocka_unit_test(it_doubles_at_once_over_an_elasticity_of_06),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
