/* Requests per window and bytes per second, on the test's clock. */
#include "check.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/random.h"
#include "policy/rate.h"
#include "policy/throttle.h"

static const int64_t second = CLOCK_US_PER_SECOND;

enum {
    STARTS_MAX = 40000,
};

struct starts {
    int64_t at[STARTS_MAX];
    size_t count;
};

static struct starts record;

/* Starts as fast as the rate allows, each up to `late_us` late, and records when. */
static void run(struct rate *rate, int64_t seconds, int64_t late_us)
{
    struct random_seeded seeded;
    struct random_source random = random_from_seed(&seeded, 11);
    record.count = 0;
    for (int64_t now = 5; now < seconds * second;) {
        int64_t next = rate_next_us(rate, now);
        assert_true(next >= now);
        if (next > now) {
            now = next + (int64_t)random_below(&random, (uint64_t)late_us + 1);
            continue;
        }
        rate_note_start(rate, now);
        assert_true(record.count < STARTS_MAX);
        record.at[record.count++] = now;
    }
}

/* Returns the most starts in any period of `length_us`, its end not included. */
static size_t most_within(int64_t length_us)
{
    size_t most = 0;
    size_t first = 0;
    for (size_t last = 0; last < record.count; last++) {
        while (record.at[last] - record.at[first] >= length_us)
            first++;
        most = last - first + 1 > most ? last - first + 1 : most;
    }
    return most;
}

static struct rate rate_of(const char *one, const char *other)
{
    struct rate rate;
    rate_init(&rate);
    assert_true(rate_add(&rate, one, NULL));
    if (other != NULL)
        assert_true(rate_add(&rate, other, NULL));
    return rate;
}

static void no_window_of_that_length_has_more_starts_than_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t length;
        size_t most;
        int64_t seconds;
    } cases[] = {
        {"1/s", 1, 1, 60},
        {"10/s", 1, 10, 60},
        {"127/s", 1, 127, 30},
        {"129/s", 1, 129, 30},
        {"1000/s", 1, 1000, 20},
        {"1/m", 60, 1, 600},
        {"600/m", 60, 600, 600},
        {"3000/h", 3600, 3000, 4 * 3600},
        {"10000/d", 86400, 10000, 3 * 86400},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rate rate = rate_of(cases[i].text, NULL);
        run(&rate, cases[i].seconds, 1000);
        double asked = (double)cases[i].most * (double)cases[i].seconds / (double)cases[i].length;
        size_t most = most_within(cases[i].length * second);
        if (most > cases[i].most)
            fail_msg("%s: %zu in a window", cases[i].text, most);
        if ((double)record.count < asked * 0.95 - 1)
            fail_msg("%s: only %zu of %.0f", cases[i].text, record.count, asked);
    }
}

static void several_limits_hold_at_once(void **state)
{
    (void)state;
    struct rate rate = rate_of("10/s", "100/m");
    run(&rate, 600, 100);
    assert_true(most_within(second) <= 10);
    assert_true(most_within(60 * second) <= 100);
    assert_true(record.count >= 950);
}

static void starts_within_a_second_are_spread_evenly(void **state)
{
    (void)state;
    struct rate rate = rate_of("10/s", NULL);
    run(&rate, 60, 0);
    assert_true(most_within(second * 9 / 100) <= 1);
}

static void a_long_window_may_be_used_up_at_once(void **state)
{
    (void)state;
    struct rate rate = rate_of("10000/d", NULL);
    for (int i = 0; i < 9900; i++) {
        assert_int_equal(rate_next_us(&rate, second), second);
        rate_note_start(&rate, second);
    }
}

static void without_a_limit_a_request_may_start_at_once(void **state)
{
    (void)state;
    struct rate rate;
    rate_init(&rate);
    for (int i = 0; i < 1000; i++) {
        rate_note_start(&rate, second);
        assert_int_equal(rate_next_us(&rate, second), second);
    }
}

static void text_that_is_not_a_rate_is_an_error_with_a_sentence(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "10", "/s", "10/", "10/x", "10/sec", "-1/s", "0/s",
        "1.5/s", "10 /s", "1000000001/s", "99999999999999999999/s", "10/s/s"};
    struct rate rate;
    struct error error;
    rate_init(&rate);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        error.text[0] = '\0';
        if (rate_add(&rate, texts[i], &error))
            fail_msg("'%s' was accepted", texts[i]);
        assert_int_equal(error.class, ERROR_USAGE);
        assert_true(error.text[0] != '\0');
    }
    for (int i = 0; i < RATE_WINDOWS_MAX; i++)
        assert_true(rate_add(&rate, "10/s", &error));
    assert_false(rate_add(&rate, "10/s", &error));
}

static void small_bodies_get_the_bytes_asked_for_within_a_twentieth(void **state)
{
    (void)state;
    static const int64_t rates[] = {3000, 100000, 12345678, 1000000000};
    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        struct throttle throttle;
        throttle_init(&throttle, rates[i]);
        int64_t begin = 100 * second;
        int64_t now = begin;
        int64_t moved = 0;
        int64_t size = rates[i] / 977 + 1;
        while (now < begin + 10 * second) {
            now = throttle_reserve_us(&throttle, size, now);
            moved += size;
        }
        assert_true(moved >= rates[i] * 95 / 10 && moved <= rates[i] * 105 / 10);
    }
}

static void the_remainder_of_a_division_is_not_lost(void **state)
{
    (void)state;
    struct throttle throttle;
    throttle_init(&throttle, 2000000);
    int64_t now = second;
    int64_t moved = 0;
    while (now < 2 * second) {
        now = throttle_reserve_us(&throttle, 3, now); /* 1.5 us each */
        moved += 3;
    }
    assert_true(moved < 2000000 * 106 / 100);
}

struct mover {
    int64_t size;    /* of a turn */
    int64_t turn_us; /* when the next one is */
    int64_t moved;
};

/* Returns the mover whose turn is next. */
static struct mover *next_mover(struct mover *movers, size_t count)
{
    struct mover *next = &movers[0];
    for (size_t i = 1; i < count; i++) {
        if (movers[i].turn_us < next->turn_us)
            next = &movers[i];
    }
    return next;
}

static void large_and_small_files_take_turns(void **state)
{
    (void)state;
    struct throttle throttle;
    throttle_init(&throttle, 1000000);
    struct mover movers[10]; /* two large files, eight slots with small ones */
    for (size_t i = 0; i < 10; i++) {
        movers[i] = (struct mover){.size = i < 2 ? throttle_piece(&throttle) : 4096};
        movers[i].turn_us = throttle_reserve_us(&throttle, movers[i].size, 0);
    }
    int64_t moved = 0;
    for (;;) {
        struct mover *mover = next_mover(movers, 10);
        int64_t now = mover->turn_us;
        if (now >= 10 * second)
            break;
        mover->moved += mover->size;
        moved += mover->size;
        mover->turn_us = throttle_reserve_us(&throttle, mover->size, now);
    }
    assert_true(moved > 9500000 && moved < 10500000);
    int64_t small = moved - movers[0].moved - movers[1].moved;
    assert_true(small > moved * 3 / 10 && small < moved * 7 / 10);
    assert_true(labs((long)(movers[0].moved - movers[1].moved)) <= 2 * movers[0].size);
}

static void the_time_of_a_pause_is_not_made_up_for(void **state)
{
    (void)state;
    struct throttle throttle;
    throttle_init(&throttle, 1000);
    assert_int_equal(throttle_reserve_us(&throttle, 1000, 10 * second), 10 * second);
    int64_t now = 100 * second;
    assert_int_equal(throttle_reserve_us(&throttle, 1000, now), now);
    assert_true(throttle_reserve_us(&throttle, 1000, now) >= now + second * 9 / 10);
}

static void bytes_that_were_not_sent_can_be_given_back(void **state)
{
    (void)state;
    struct throttle throttle;
    throttle_init(&throttle, 1000);
    (void)throttle_reserve_us(&throttle, 500, second);
    int64_t next = throttle.free_us;
    (void)throttle_reserve_us(&throttle, 5000, second);
    throttle_give_back(&throttle, 5000);
    assert_int_equal(throttle.free_us, next);
}

static void without_a_rate_bytes_may_be_sent_at_once(void **state)
{
    (void)state;
    struct throttle throttle;
    throttle_init(&throttle, 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(throttle_reserve_us(&throttle, INT64_MAX, second), second);
    assert_int_equal(throttle_piece(&throttle), 256 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_window_of_that_length_has_more_starts_than_asked_for),
        cmocka_unit_test(several_limits_hold_at_once),
        cmocka_unit_test(starts_within_a_second_are_spread_evenly),
        cmocka_unit_test(a_long_window_may_be_used_up_at_once),
        cmocka_unit_test(without_a_limit_a_request_may_start_at_once),
        cmocka_unit_test(text_that_is_not_a_rate_is_an_error_with_a_sentence),
        cmocka_unit_test(small_bodies_get_the_bytes_asked_for_within_a_twentieth),
        cmocka_unit_test(the_remainder_of_a_division_is_not_lost),
        cmocka_unit_test(large_and_small_files_take_turns),
        cmocka_unit_test(the_time_of_a_pause_is_not_made_up_for),
        cmocka_unit_test(bytes_that_were_not_sent_can_be_given_back),
        cmocka_unit_test(without_a_rate_bytes_may_be_sent_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
