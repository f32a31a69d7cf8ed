/* What the controller counts as files start and end. */
#include "check.h"

#include "adapt_fixture.h"

static const int64_t now = FIXTURE_NOW_US;
static const int64_t second = CLOCK_US_PER_SECOND;
static const struct attempt_end accepted = {.phase = ATTEMPT_ANSWERING, .status = 200};

/* One file of `bytes` that is accepted after `lasts_us`. */
static void send_file(struct adapt *adapt, int64_t start_us, int64_t lasts_us, int64_t bytes)
{
    struct adapt_attempt attempt;
    adapt_note_start(adapt, &attempt, false, start_us);
    adapt_note_end(adapt, &attempt, OUTCOME_DONE, &accepted, 0, bytes, start_us + lasts_us);
}

static void the_time_in_flight_is_a_mean_over_16_files(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(8, ADAPT_HOLDING);
    send_file(&adapt, now, 1000, 0);
    assert_true(is_near(adapt.slot_us, 1001));
    send_file(&adapt, now + 1000, 2600, 0);
    assert_true(is_near(adapt.slot_us, 1101));
}

static void the_time_between_streamed_bodies_is_a_mean_over_eight(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(8, ADAPT_HOLDING);
    struct adapt_attempt attempt;
    adapt_note_start(&adapt, &attempt, true, now + 8 * second);
    assert_true(is_near(adapt.stream_gap_us, 1e6));
}

/* Has a slice in which four files ended, all together `lasted_us` after its beginning, ended? A
 * file is in flight for 100 ms. */
static bool slice_ends(int64_t lasted_us)
{
    struct adapt adapt = fixture_at(8, ADAPT_HOLDING);
    struct adapt_attempt attempts[4];
    adapt.slot_us = 100000;
    limit_set(&adapt, 8, now - 90000); /* so that the measurement begins now */
    for (int i = 0; i < 4; i++)
        adapt_note_start(&adapt, &attempts[i], false, now + lasted_us - 100000);
    for (int i = 0; i < 4; i++)
        adapt_note_end(&adapt, &attempts[i], OUTCOME_DONE, &accepted, 0, 0, now + lasted_us);
    return adapt.measurement.slices == 1;
}

static void a_slice_lasts_for_nine_tenths_of_a_files_time(void **state)
{
    (void)state;
    assert_false(slice_ends(89900));
    assert_true(slice_ends(90100));
}

static void starts_are_spaced_by_a_files_time_over_the_limit_up_to_ten_seconds(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(0.5, ADAPT_HOLDING);
    adapt.slot_us = 1e6;
    adapt.last_start_us = now;
    assert_int_equal(adapt_next_start_us(&adapt, now) - now, 2 * second);
    limit_set(&adapt, 0.01, now);
    assert_int_equal(adapt_next_start_us(&adapt, now) - now, 10 * second);
}

static void a_file_and_256_kib_are_the_same_work(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(8, ADAPT_HOLDING);
    send_file(&adapt, now, 1000, 262144);
    adapt.measurement = (struct adapt_measurement){.whole.begins_us = now, .slice.begins_us = now};
    send_file(&adapt, now + 1000, 1000, 262144);
    assert_true(is_near(adapt.measurement.slice.work, 2));
    adapt_note_moved(&adapt, 131072);
    assert_true(is_near(adapt.measurement.slice.moved_work, 0.5));
}

/* The limit after a success that follows `rejections` in a row and `silent_us` without one. */
static double limit_after(unsigned rejections, int64_t silent_us)
{
    struct adapt adapt = fixture_at(20, ADAPT_HOLDING);
    send_file(&adapt, now, 1000, 0);
    adapt.rejected_in_row = rejections;
    send_file(&adapt, now + silent_us, 1000, 0);
    return adapt.limit;
}

static void after_eight_rejections_in_a_row_and_three_seconds_it_starts_again_with_four(
    void **state)
{
    (void)state;
    assert_true(limit_after(8, 3 * second) == 4);
    assert_true(limit_after(7, 3 * second) == 20);
    assert_true(limit_after(8, 3 * second - 1001) == 20);
}

static void each_success_opens_one_slot_more_up_to_the_limit(void **state)
{
    (void)state;
    struct adapt adapt = fixture_at(20, ADAPT_HOLDING);
    adapt.open_slots = 18;
    send_file(&adapt, now, 1000, 0);
    assert_int_equal(adapt_limit(&adapt), 19);
    send_file(&adapt, now, 1000, 0);
    send_file(&adapt, now, 1000, 0);
    assert_int_equal(adapt_limit(&adapt), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_in_flight_is_a_mean_over_16_files),
        cmocka_unit_test(the_time_between_streamed_bodies_is_a_mean_over_eight),
        cmocka_unit_test(a_slice_lasts_for_nine_tenths_of_a_files_time),
        cmocka_unit_test(starts_are_spaced_by_a_files_time_over_the_limit_up_to_ten_seconds),
        cmocka_unit_test(a_file_and_256_kib_are_the_same_work),
        cmocka_unit_test(
            after_eight_rejections_in_a_row_and_three_seconds_it_starts_again_with_four),
        cmocka_unit_test(each_success_opens_one_slot_more_up_to_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
