/* The rate of starts that is learned from what is accepted between pauses. */
#include "check.h"

#include "adapt_fixture.h"
#include "policy/adapt/pace.h"

static const int64_t second = CLOCK_US_PER_SECOND;

/* The number in flight at each start. */
static const unsigned in_flight = 10;

struct bench {
    struct adapt_pace pace;
    int64_t now;
};

static void bench_init(struct bench *bench)
{
    *bench = (struct bench){.now = FIXTURE_NOW_US};
}

static struct adapt_attempt attempt_at(int64_t started_us, unsigned number)
{
    return (struct adapt_attempt){.started_us = started_us, .in_flight = number};
}

/* Within `lasts_us` from now, `count` attempts start and are accepted. */
static void accept(struct bench *bench, unsigned count, int64_t lasts_us, unsigned number)
{
    int64_t begin = bench->now;
    for (unsigned i = 0; i < count; i++) {
        bench->now = begin + lasts_us * i / count;
        struct adapt_attempt attempt = attempt_at(bench->now, number);
        pace_note_start(&bench->pace, bench->now);
        pace_note_success(&bench->pace, &attempt);
    }
    bench->now = begin + lasts_us;
}

/* An attempt that starts now is rejected; its response asks for a wait. */
static void reject(struct bench *bench, int64_t pause_us)
{
    struct adapt_attempt attempt = attempt_at(bench->now, in_flight);
    pace_note_start(&bench->pace, bench->now);
    pace_note_ask(&bench->pace, &attempt, true, pause_us, bench->now);
}

/* `count` are accepted within a fifth of a second, and one is rejected, after which there is a
 * pause. The next start is when it ends. */
static void window(struct bench *bench, unsigned count, int64_t pause_us)
{
    accept(bench, count, second / 5, in_flight);
    reject(bench, pause_us);
    bench->now += pause_us;
    pace_note_start(&bench->pace, bench->now);
}

/* The rate, in starts per second. */
static double rate(const struct bench *bench)
{
    return bench->pace.rate * 1e6;
}

/* A rate of 98 per second, learned just now. */
static void learn_98(struct bench *bench)
{
    bench_init(bench);
    window(bench, 100, second);
    assert_false(pace_is_set(&bench->pace));
    window(bench, 100, second);
    assert_true(is_near(rate(bench), 98));
}

static void it_is_a_little_less_than_what_was_accepted_before_two_pauses_in_a_row(void **state)
{
    (void)state;
    struct bench bench;
    learn_98(&bench);
}

static void the_two_numbers_may_differ_by_an_eighth(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    window(&bench, 88, second);
    window(&bench, 100, second);
    assert_true(is_near(rate(&bench), 98));
    bench_init(&bench);
    window(&bench, 87, second);
    window(&bench, 100, second);
    assert_false(pace_is_set(&bench.pace));
    window(&bench, 100, second); /* compared with the last one */
    assert_true(pace_is_set(&bench.pace));
}

static void what_was_accepted_earlier_than_a_second_ago_does_not_count(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < 2; i++) {
        accept(&bench, 300, 3 * second, in_flight);
        reject(&bench, second);
        bench.now += second;
        pace_note_start(&bench.pace, bench.now);
    }
    assert_true(rate(&bench) > 96 && rate(&bench) <= 98);
}

/* Is a rate learned where the files were accepted with `number` in flight, and rejected with ten?
 */
static bool is_learned_with(unsigned number)
{
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < 2; i++) {
        accept(&bench, 100, second / 5, number);
        reject(&bench, second);
        bench.now += second;
        pace_note_start(&bench.pace, bench.now);
    }
    return pace_is_set(&bench.pace);
}

static void where_fewer_in_flight_were_accepted_their_number_may_be_the_reason(void **state)
{
    (void)state;
    assert_true(is_learned_with(10));
    assert_true(is_learned_with(8));
    assert_false(is_learned_with(7));
}

static void a_used_up_limit_on_a_response_that_accepts_counts_too(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < 2; i++) {
        accept(&bench, 100, second / 5, 1);
        struct adapt_attempt last = attempt_at(bench.now, in_flight);
        pace_note_ask(&bench.pace, &last, false, second, bench.now);
        bench.now += second;
        pace_note_start(&bench.pace, bench.now);
    }
    assert_true(is_near(rate(&bench), 98));
}

static void longer_pauses_and_waits_of_single_files_teach_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < 3; i++)
        window(&bench, 100, 2 * second + 1);
    assert_false(pace_is_set(&bench.pace));
    for (int i = 0; i < 3; i++) {
        accept(&bench, 100, second / 5, in_flight);
        reject(&bench, 0);
        bench.now += second;
        pace_note_start(&bench.pace, bench.now);
    }
    assert_false(pace_is_set(&bench.pace));
    for (int i = 0; i < 2; i++)
        window(&bench, 100, 2 * second);
    assert_true(pace_is_set(&bench.pace));
}

static void starts_are_spaced_and_10_ms_are_made_up_for(void **state)
{
    (void)state;
    struct bench bench;
    learn_98(&bench);
    int64_t spacing_us = 1000000 / 98;
    pace_note_start(&bench.pace, bench.now += second);
    assert_int_equal(pace_next_us(&bench.pace, bench.now) - bench.now, spacing_us - 10000);
    unsigned starts = 0;
    for (int64_t until = bench.now + 10 * second; bench.now < until; starts++) {
        bench.now = pace_next_us(&bench.pace, bench.now);
        pace_note_start(&bench.pace, bench.now);
    }
    assert_in_range(starts, 979, 983);
}

/* Runs at the rate for this long, or until there is none. */
static void run(struct bench *bench, int64_t lasts_us)
{
    int64_t until = bench->now + lasts_us;
    while (pace_is_set(&bench->pace) &&
           (bench->now = pace_next_us(&bench->pace, bench->now)) < until) {
        struct adapt_attempt attempt = attempt_at(bench->now, 1);
        pace_note_start(&bench->pace, bench->now);
        pace_note_success(&bench->pace, &attempt);
        pace_step(&bench->pace, bench->now);
    }
    bench->now = until;
}

static void a_rate_an_eighth_higher_is_tried_after_20_times_the_pause(void **state)
{
    (void)state;
    struct bench bench;
    learn_98(&bench);
    run(&bench, 20 * second - second / 10);
    assert_true(is_near(rate(&bench), 98));
    run(&bench, second / 5);
    assert_true(is_near(rate(&bench), 98 * 1.125));
}

static void one_rejection_ends_the_try_and_the_next_one_waits_twice_as_long(void **state)
{
    (void)state;
    struct bench bench;
    learn_98(&bench);
    run(&bench, 20 * second + second / 10);
    static const int64_t waits_s[] = {40, 80, 160, 320, 600, 600};
    for (size_t i = 0; i < COUNT_OF(waits_s); i++) {
        reject(&bench, 0);
        assert_true(is_near(rate(&bench), 98));
        run(&bench, waits_s[i] * second - second / 10);
        assert_true(is_near(rate(&bench), 98));
        run(&bench, second / 5);
        assert_true(is_near(rate(&bench), 98 * 1.125));
    }
}

/* Does a pause cut the rate that was set `after_us` ago? */
static bool is_cut(int64_t after_us)
{
    struct bench bench;
    learn_98(&bench);
    run(&bench, after_us);
    reject(&bench, second);
    bench.now += second;
    pace_note_start(&bench.pace, bench.now);
    assert_true(is_near(rate(&bench), 98) || is_near(rate(&bench), 98 * 0.9));
    return rate(&bench) < 98;
}

static void a_pause_in_spite_of_the_rate_cuts_it_by_a_tenth(void **state)
{
    (void)state;
    assert_true(is_cut(second));
    assert_false(is_cut(second - second / 100)); /* what was sent before may be the reason */
}

static void below_half_of_what_was_learned_the_rate_is_forgotten(void **state)
{
    (void)state;
    struct bench bench;
    learn_98(&bench);
    unsigned cuts = 0;
    for (; pace_is_set(&bench.pace); cuts++) {
        run(&bench, 2 * second);
        reject(&bench, second);
        bench.now += second;
        pace_note_start(&bench.pace, bench.now);
    }
    assert_int_equal(cuts, 7); /* 0.98 times 0.9^7 */
}

static void after_four_tries_that_cost_nothing_the_rate_is_forgotten(void **state)
{
    (void)state;
    struct bench bench;
    learn_98(&bench);
    run(&bench, 20 * second + 4 * 5 * second / 2 - second / 10);
    assert_true(is_near(rate(&bench), 98 * 1.125 * 1.125 * 1.125 * 1.125));
    run(&bench, second / 2);
    assert_false(pace_is_set(&bench.pace));
    assert_int_equal(pace_next_us(&bench.pace, bench.now), bench.now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_little_less_than_what_was_accepted_before_two_pauses_in_a_row),
        cmocka_unit_test(the_two_numbers_may_differ_by_an_eighth),
        cmocka_unit_test(what_was_accepted_earlier_than_a_second_ago_does_not_count),
        cmocka_unit_test(where_fewer_in_flight_were_accepted_their_number_may_be_the_reason),
        cmocka_unit_test(a_used_up_limit_on_a_response_that_accepts_counts_too),
        cmocka_unit_test(longer_pauses_and_waits_of_single_files_teach_nothing),
        cmocka_unit_test(starts_are_spaced_and_10_ms_are_made_up_for),
        cmocka_unit_test(a_rate_an_eighth_higher_is_tried_after_20_times_the_pause),
        cmocka_unit_test(one_rejection_ends_the_try_and_the_next_one_waits_twice_as_long),
        cmocka_unit_test(a_pause_in_spite_of_the_rate_cuts_it_by_a_tenth),
        cmocka_unit_test(below_half_of_what_was_learned_the_rate_is_forgotten),
        cmocka_unit_test(after_four_tries_that_cost_nothing_the_rate_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
