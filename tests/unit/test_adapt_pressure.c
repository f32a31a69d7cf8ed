/* What rejections do to the limit, one at a time. */
#include "check.h"

#include "adapt_fixture.h"
#include "policy/adapt/pressure.h"

enum {
    SHARE_SETTLED = 128, /* the recent share is a mean over as many as it ever will be */
};

static const int64_t now = FIXTURE_NOW_US;
static const int64_t second = CLOCK_US_PER_SECOND;

/* A level that the next rejection makes an alarm of, whatever the rest. */
static const double level_before_alarm = 100;

/* The attempt numbered `number` was rejected, as one of `in_flight`. */
static void reject(struct adapt *adapt, unsigned in_flight, uint64_t number, int64_t pause_us)
{
    struct adapt_attempt attempt = {.started_us = now, .in_flight = in_flight, .number = number};
    pressure_note_rejection(adapt, &attempt, pause_us, now);
}

static void succeed(struct adapt *adapt)
{
    pressure_note_success(adapt, &(struct adapt_attempt){.started_us = now});
}

/* Holding `limit`, with an alarm at the next rejection, which number 1 of `starts` began;
 * `rejections` with that one. */
static struct adapt before_alarm(double limit, unsigned rejections, uint64_t starts)
{
    struct adapt adapt = fixture_at(limit, ADAPT_HOLDING);
    adapt.starts = starts;
    adapt.pressure.level = level_before_alarm;
    adapt.pressure.rejections = rejections - 1;
    return adapt;
}

static void the_recent_share_is_a_mean_over_128_attempts(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(100, ADAPT_HOLDING);
    for (int i = 0; i < 3; i++)
        succeed(&adapt);
    reject(&adapt, 50, 1, 0);
    assert_true(adapt.pressure.share == 1.0 / 4);
    adapt = fixture_at(100, ADAPT_HOLDING);
    for (int i = 0; i < 1000; i++)
        succeed(&adapt);
    reject(&adapt, 50, 1, 0);
    assert_true(adapt.pressure.share == 1.0 / 128);
}

static void a_success_wears_off_what_keeps_the_level_at_one_and_a_half_of_usual(void **state)
{
    (void)state;
    static const struct {
        double usual;
        double tolerated;
    } cases[] = {{0, 0.025}, {0.2, 0.31}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct adapt adapt = fixture_at(100, ADAPT_HOLDING);
        adapt.pressure.level = 1;
        adapt.pressure.usual_share = cases[i].usual;
        adapt.pressure.share_count = SHARE_SETTLED;
        adapt.pressure.share = 0.5;
        succeed(&adapt);
        double worn_off = 1 - adapt.pressure.level;
        assert_true(is_near(worn_off, cases[i].tolerated / (1 - cases[i].tolerated)));
    }
}

/* At which level is there an alarm? To a hundredth of a rejection. */
static double alarm_of(const struct adapt *at)
{
    for (int hundredths = 0; hundredths < 2000; hundredths++) {
        struct adapt adapt = *at;
        adapt.pressure.level = hundredths / 100.0;
        reject(&adapt, (unsigned)adapt.limit, 1, 0);
        if (adapt.limit < at->limit)
            return hundredths / 100.0 + 1;
    }
    return 0;
}

static void the_alarm_comes_later_the_more_are_usual_and_the_more_are_in_flight(void **state)
{
    (void)state;
    static const struct {
        double limit;
        double usual;
        double alarm;
    } cases[] = {{4, 0, 2.75}, {16, 0, 3.5}, {64, 0, 6.5}, {16, 0.06, 4.5}, {16, 0.5, 6}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct adapt adapt = fixture_at(cases[i].limit, ADAPT_HOLDING);
        adapt.starts = 1;
        adapt.pressure.usual_share = cases[i].usual;
        adapt.pressure.share_count = SHARE_SETTLED;
        adapt.pressure.share = 0.5; /* severe: a cut, however the rejections are spread */
        assert_true(is_near(alarm_of(&adapt), cases[i].alarm));
    }
}

static void one_rejection_above_a_ceiling_ends_the_try(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(50, ADAPT_TRYING);
    adapt.starts = 1;
    adapt.has_base = true;
    adapt.base_limit = 45;
    adapt.ceiling = (struct adapt_ceiling){.limit = 50, .under = 45};
    reject(&adapt, 50, 1, 0);
    assert_true(adapt.limit == 45);
    assert_int_equal(adapt.phase, ADAPT_HOLDING);
    assert_true(adapt.has_base);
}

/* Does the alarm cut the limit, or is relief sought, because rejections are scattered? */
static bool is_cut(struct adapt *adapt)
{
    double before = adapt->limit;
    reject(adapt, 40, 1, 0);
    assert_true((adapt->limit < before) != adapt->relief_due);
    return adapt->limit < before;
}

static bool is_cut_with(unsigned rejections, uint64_t starts, double usual_share)
{
    struct adapt adapt = before_alarm(64, rejections, starts);
    adapt.pressure.usual_share = usual_share;
    adapt.pressure.share_count = SHARE_SETTLED;
    adapt.pressure.share = 0.3;
    return is_cut(&adapt);
}

static void half_of_the_starts_rejected_is_not_scattered(void **state)
{
    (void)state;
    assert_true(is_cut_with(10, 20, 0));
    assert_false(is_cut_with(10, 21, 0));
}

static void where_some_are_usual_twelve_and_five_of_six_must_be_rejected(void **state)
{
    (void)state;
    assert_true(is_cut_with(12, 12, 0.1));
    assert_false(is_cut_with(11, 11, 0.1));
    assert_true(is_cut_with(20, 24, 0.1));
    assert_false(is_cut_with(20, 25, 0.1));
}

static void a_usual_share_over_one_in_fifty_is_a_known_one(void **state)
{
    (void)state;
    assert_true(is_cut_with(5, 5, 0.019));
    assert_false(is_cut_with(5, 5, 0.021));
}

static void over_two_fifths_rejected_of_at_least_32_is_severe(void **state)
{
    (void)state;
    static const struct {
        unsigned attempts; /* before this one */
        double share;
        bool cut;
    } cases[] = {{127, 0.41, true}, {127, 0.39, false}, {31, 0.9, true}, {30, 0.9, false}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct adapt adapt = before_alarm(64, 10, 1000); /* scattered */
        adapt.pressure.share_count = cases[i].attempts;
        adapt.pressure.share = cases[i].share;
        assert_int_equal(is_cut(&adapt), cases[i].cut);
    }
}

/* The limit after an alarm with severe rejections, of which the first was one of `in_flight`. */
static double severe_cut(double limit, unsigned in_flight, uint64_t starts)
{
    struct adapt adapt = before_alarm(limit, 10, starts);
    adapt.pressure.share_count = SHARE_SETTLED;
    adapt.pressure.share = 0.9;
    reject(&adapt, in_flight, 1, 0);
    return adapt.limit;
}

static void the_limit_is_cut_to_one_less_than_was_in_flight(void **state)
{
    (void)state;
    assert_true(severe_cut(64, 41, 10) == 40);
}

static void scattered_rejections_cut_a_twentieth_or_one_but_a_fifth_at_most(void **state)
{
    (void)state;
    assert_true(is_near(severe_cut(40, 20, 1000), 38));
    assert_true(is_near(severe_cut(10, 5, 1000), 9));
    assert_true(is_near(severe_cut(3, 2, 1000), 2.4));
}

static void a_limit_below_one_is_cut_by_a_fifth(void **state)
{
    (void)state;
    assert_true(is_near(severe_cut(0.5, 1, 10), 0.4));
}

static void without_a_success_since_the_last_cut_a_quarter_is_cut(void **state)
{
    (void)state;
    struct adapt adapt = before_alarm(40, 10, 10);
    adapt.pressure.no_success_since_cut = true;
    reject(&adapt, 39, 1, 0);
    assert_true(adapt.limit == 30);
    adapt = before_alarm(40, 10, 10);
    adapt.pressure.no_success_since_cut = true;
    reject(&adapt, 21, 1, 0); /* that says more */
    assert_true(adapt.limit == 20);
}

static void a_limit_at_which_all_was_well_is_cut_by_three_tenths_at_most(void **state)
{
    (void)state;
    struct adapt adapt = before_alarm(40, 10, 10);
    adapt.has_base = true;
    reject(&adapt, 11, 1, 0);
    assert_true(is_near(adapt.limit, 28));
}

/* The lifetime of the ceiling that an alarm sets. */
static int64_t lifetime_after(double under, int64_t lifetime_us, int64_t pause_us)
{
    struct adapt adapt = before_alarm(60, 10, 10);
    adapt.ceiling = (struct adapt_ceiling){.limit = 50, .under = under, .lifetime_us = lifetime_us};
    reject(&adapt, 40, 1, pause_us);
    return adapt.ceiling.lifetime_us;
}

static void a_ceiling_that_is_met_again_lasts_twice_as_long_up_to_ten_seconds(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(60, ADAPT_HOLDING);
    assert_int_equal(adapt.ceiling.lifetime_us, second);
    assert_int_equal(lifetime_after(45, 2 * second, 0), 4 * second);
    assert_int_equal(lifetime_after(45, 5 * second, 0), 10 * second);
    assert_int_equal(lifetime_after(45, 6 * second, 0), 6 * second);
    assert_int_equal(lifetime_after(60, 2 * second, 0), 2 * second); /* not above it */
    adapt.ceiling.lifetime_us = 4 * second;
    pressure_drop_ceiling(&adapt);
    assert_int_equal(adapt.ceiling.lifetime_us, second);
}

static void a_ceiling_by_a_pause_lasts_for_twenty_pauses_up_to_ten_minutes(void **state)
{
    (void)state;
    assert_int_equal(lifetime_after(60, second, 3 * second), 60 * second);
    assert_int_equal(lifetime_after(60, second, 1000 * second), 600 * second);
}

static void a_measured_share_becomes_usual_with_a_margin_up_to_three_fifths(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(40, ADAPT_HOLDING);
    pressure_accept_share(&adapt, 0.2);
    assert_true(is_near(adapt.pressure.usual_share, 0.25));
    pressure_accept_share(&adapt, 0.9);
    assert_true(is_near(adapt.pressure.usual_share, 0.6));
}

static void the_usual_share_falls_with_the_recent_one(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(40, ADAPT_HOLDING);
    adapt.pressure.usual_share = 0.5;
    adapt.pressure.share_count = SHARE_SETTLED;
    adapt.pressure.share = 0.2;
    succeed(&adapt);
    double share = 0.2 - 0.2 / SHARE_SETTLED;
    assert_true(is_near(adapt.pressure.usual_share, 1.3 * share + 0.01));
}

static void pauses_are_usual_where_more_than_half_of_the_rejections_ask_for_one(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(40, ADAPT_HOLDING);
    reject(&adapt, 30, 1, second);
    assert_true(adapt.pressure.pause_share == 1.0 / 8);
    adapt.pressure.pause_share = 0.49;
    pressure_accept_share(&adapt, 0.2);
    assert_false(adapt.pressure.usual_pauses);
    adapt.pressure.pause_share = 0.51;
    pressure_accept_share(&adapt, 0.2);
    assert_true(adapt.pressure.usual_pauses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_recent_share_is_a_mean_over_128_attempts),
        cmocka_unit_test(a_success_wears_off_what_keeps_the_level_at_one_and_a_half_of_usual),
        cmocka_unit_test(the_alarm_comes_later_the_more_are_usual_and_the_more_are_in_flight),
        cmocka_unit_test(one_rejection_above_a_ceiling_ends_the_try),
        cmocka_unit_test(half_of_the_starts_rejected_is_not_scattered),
        cmocka_unit_test(where_some_are_usual_twelve_and_five_of_six_must_be_rejected),
        cmocka_unit_test(a_usual_share_over_one_in_fifty_is_a_known_one),
        cmocka_unit_test(over_two_fifths_rejected_of_at_least_32_is_severe),
        cmocka_unit_test(the_limit_is_cut_to_one_less_than_was_in_flight),
        cmocka_unit_test(scattered_rejections_cut_a_twentieth_or_one_but_a_fifth_at_most),
        cmocka_unit_test(a_limit_below_one_is_cut_by_a_fifth),
        cmocka_unit_test(without_a_success_since_the_last_cut_a_quarter_is_cut),
        cmocka_unit_test(a_limit_at_which_all_was_well_is_cut_by_three_tenths_at_most),
        cmocka_unit_test(a_ceiling_that_is_met_again_lasts_twice_as_long_up_to_ten_seconds),
        cmocka_unit_test(a_ceiling_by_a_pause_lasts_for_twenty_pauses_up_to_ten_minutes),
        cmocka_unit_test(a_measured_share_becomes_usual_with_a_margin_up_to_three_fifths),
        cmocka_unit_test(the_usual_share_falls_with_the_recent_one),
        cmocka_unit_test(pauses_are_usual_where_more_than_half_of_the_rejections_ask_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
