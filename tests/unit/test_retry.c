/* Which attempt is followed by another one, and after which wait. */
#include "retry_fixture.h"

static void an_outcome_that_is_final_is_the_files_verdict(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    assert_int_equal(attempt(&bench, &accepted), RETRY_STEP_FINAL);
    struct attempt_end refused = {.phase = ATTEMPT_ANSWERING, .status = 401};
    assert_int_equal(attempt(&bench, &refused), RETRY_STEP_FINAL);
    assert_int_equal(wait_now(&bench), 0);
}

static void a_redirect_is_neither_progress_nor_failure(void **state)
{
    (void)state;
    struct bench bench;
    struct attempt_end moved = {
        .phase = ATTEMPT_ANSWERING, .status = 307, .check = ATTEMPT_REDIRECTED};
    bench_init(&bench, &usual);
    bench.retry.config.give_up_after_us = 10 * second;
    for (int i = 0; i < 100; i++)
        assert_int_equal(attempt(&bench, &moved), RETRY_STEP_AGAIN);
    assert_int_equal(bench.file.ready_us, bench.now);
    assert_int_equal(wait_now(&bench), 0);
    assert_int_equal(attempt(&bench, &busy), RETRY_STEP_AGAIN);
    bench.now += 10 * second;
    assert_int_equal(attempt(&bench, &moved), RETRY_STEP_AGAIN);
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_NO_PROGRESS);
}

static void an_ambiguous_end_is_followed_by_as_many_attempts_as_retries_says(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    for (unsigned i = 0; i < usual.retries; i++)
        assert_int_equal(attempt(&bench, &broken), RETRY_STEP_AGAIN);
    assert_int_equal(attempt(&bench, &broken), RETRY_STEP_EXHAUSTED);
}

static void a_file_that_changes_again_and_again_runs_out_of_retries(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    for (unsigned i = 0; i < usual.retries; i++)
        assert_int_equal(attempt(&bench, &changed), RETRY_STEP_AGAIN);
    assert_int_equal(attempt(&bench, &changed), RETRY_STEP_EXHAUSTED);
    assert_int_equal(wait_now(&bench), 0); /* it says nothing about the origin */
}

static void rejections_use_up_no_retries(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    for (int i = 0; i < 200; i++) {
        bench.now += second;
        assert_int_equal(attempt(&bench, &busy), RETRY_STEP_AGAIN);
        assert_true(bench.file.ready_us >= bench.now);
        assert_true(bench.file.ready_us <= bench.now + 30 * second);
    }
    assert_int_equal(bench.file.counted, 0);
}

static void at_most_once_makes_an_ambiguous_end_unknown(void **state)
{
    (void)state;
    struct bench bench;
    struct retry_config config = usual;
    config.at_most_once = true;
    bench_init(&bench, &config);
    assert_int_equal(attempt(&bench, &broken), RETRY_STEP_UNKNOWN);
    assert_int_equal(attempt(&bench, &busy), RETRY_STEP_AGAIN);
    assert_int_equal(attempt(&bench, &changed), RETRY_STEP_AGAIN);
}

static void backoff_doubles_up_to_thirty_seconds_and_uses_the_whole_range(void **state)
{
    (void)state;
    struct random_seeded seeded;
    struct random_source random = random_from_seed(&seeded, 1);
    const int64_t most[] = {
        500000, 500000, 1000000, 2000000, 4000000, 8000000, 16000000, 30000000, 30000000, 30000000};
    for (unsigned waits = 0; waits < 10; waits++) {
        int64_t least_seen = CLOCK_NEVER;
        int64_t most_seen = 0;
        for (int i = 0; i < 2000; i++) {
            int64_t wait = retry_backoff_us(waits, &random);
            least_seen = wait < least_seen ? wait : least_seen;
            most_seen = wait > most_seen ? wait : most_seen;
        }
        assert_true(most_seen <= most[waits] && most_seen > most[waits] * 99 / 100);
        assert_true(least_seen >= 0 && least_seen < most[waits] / 100);
    }
    assert_true(retry_backoff_us(UINT32_MAX, &random) <= 30 * second);
}

static void a_file_that_could_not_be_sent_waits_until_its_retries_are_used_up(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &(struct retry_config){.retries = 2, .give_up_after_us = CLOCK_NEVER});
    struct retry_file file = {0};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            retry_note_unsent(&bench.retry, &file, 5 * second, &bench.random), RETRY_STEP_AGAIN);
        assert_in_range(file.ready_us, 5 * second, 6 * second);
    }
    assert_int_equal(
        retry_note_unsent(&bench.retry, &file, 5 * second, &bench.random), RETRY_STEP_EXHAUSTED);
    assert_int_equal(retry_next_start_us(&bench.retry, 5 * second), 5 * second);
}

/* An attempt that starts and ends now, and whose response asks for a wait. */
static enum retry_step attempt_asking(
    struct bench *bench, const struct attempt_end *attempt, int64_t retry_after_us)
{
    retry_note_start(&bench->retry, bench->now);
    struct retry_end end = end_of(attempt, bench->now);
    end.retry_after_us = retry_after_us;
    return retry_note_end(&bench->retry, &bench->file, &end, bench->now, &bench->random);
}

static void a_429_pauses_every_file_and_is_a_floor_for_its_own(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    assert_int_equal(attempt_asking(&bench, &limited, 20 * second), RETRY_STEP_AGAIN);
    assert_true(bench.file.ready_us >= bench.now + 20 * second);
    assert_int_equal(wait_now(&bench), 20 * second);
    assert_int_equal(retry_asked_pause_us(&bench.retry), 20 * second);
    (void)attempt_asking(&bench, &limited, 3 * second); /* a shorter one does not shorten it */
    assert_int_equal(wait_now(&bench), 20 * second);
    bench.now += 20 * second;
    assert_int_equal(wait_now(&bench), 0);
}

static void a_lone_5xx_that_asks_for_a_wait_delays_its_own_file_only(void **state)
{
    (void)state;
    static const long statuses[] = {500, 502, 503, 504};
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct bench bench;
        struct attempt_end alone = {.phase = ATTEMPT_ANSWERING, .status = statuses[i]};
        bench_init(&bench, &usual);
        reach(&bench);
        assert_int_equal(attempt_asking(&bench, &alone, 20 * second), RETRY_STEP_AGAIN);
        assert_true(bench.file.ready_us >= bench.now + 20 * second);
        assert_int_equal(wait_now(&bench), 0);
        assert_int_equal(retry_asked_pause_us(&bench.retry), 0);
    }
}

static void a_503_that_is_not_alone_pauses_every_file(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    for (int i = 0; i < 3; i++) {
        (void)attempt_asking(&bench, &busy, (20 - i) * second);
        assert_int_equal(wait_now(&bench), 0);
    }
    (void)attempt_asking(&bench, &busy, second);
    assert_int_equal(wait_now(&bench), 20 * second); /* the longest of them */
    assert_int_equal(retry_asked_pause_us(&bench.retry), 20 * second);
    assert_true(bench.file.ready_us >= bench.now + 20 * second);
}

static void a_probe_that_is_asked_to_wait_pauses_the_next_one(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    while (wait_now(&bench) == 0)
        (void)attempt(&bench, &busy);
    bench.now += second;
    (void)attempt_asking(&bench, &busy, 20 * second);
    assert_int_equal(wait_now(&bench), 20 * second);
}

static void a_file_that_would_wait_longer_than_the_patience_fails_and_the_others_go_on(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    assert_int_equal(attempt_asking(&bench, &busy, 299 * second), RETRY_STEP_AGAIN);
    assert_int_equal(attempt_asking(&bench, &busy, 300 * second), RETRY_STEP_EXHAUSTED);
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
    assert_int_equal(wait_now(&bench), 0);
}

/* The longest of many waits that may follow a file's end number `waits`. */
static int64_t longest_wait(struct bench *bench, unsigned waits)
{
    int64_t longest = 0;
    for (int i = 0; i < 500; i++) {
        struct bench copy = *bench;
        copy.file = (struct retry_file){.waits = waits - 1};
        copy.random.context = &bench->seeded;
        (void)attempt(&copy, &busy);
        int64_t wait = copy.file.ready_us - copy.now;
        longest = wait > longest ? wait : longest;
    }
    return longest;
}

static void a_file_that_failed_by_chance_is_sent_again_soon(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    for (int i = 0; i < 100; i++) {
        bench.file = (struct retry_file){0};
        (void)attempt(&bench, i % 4 == 0 ? &busy : &accepted);
    }
    for (unsigned waits = 1; waits <= 6; waits++)
        assert_in_range(longest_wait(&bench, waits), waits * 49000, waits * 50000);
    assert_true(longest_wait(&bench, 7) > 20 * second); /* the file has a fault of its own */
}

static void where_most_fail_a_file_waits_long(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    for (int i = 0; i < 100; i++)
        (void)attempt(&bench, i % 5 < 2 ? &accepted : &busy);
    assert_in_range(longest_wait(&bench, 1), 490000, 500000);
    assert_in_range(longest_wait(&bench, 4), 3900000, 4000000);
}

/* Sends 2,000 files, 2,500 attempts per second, of which one in four at random ends with `failure`.
 * Returns how long that takes. */
static int64_t time_for_all(const struct attempt_end *failure)
{
    static struct retry_file files[2000];
    struct bench bench;
    bench_init(&bench, &(struct retry_config){.retries = 100, .give_up_after_us = CLOCK_NEVER});
    int64_t begin = bench.now;
    memset(files, 0, sizeof files);
    for (size_t left = COUNT_OF(files); left > 0; bench.now += 400) {
        for (size_t i = 0; i < COUNT_OF(files); i++) {
            if (files[i].ready_us > bench.now)
                continue;
            bench.file = files[i];
            bool fails = random_below(&bench.random, 4) == 0;
            bool again = attempt(&bench, fails ? failure : &accepted) == RETRY_STEP_AGAIN;
            files[i] = bench.file;
            left -= again ? 0 : 1;
            files[i].ready_us = again ? files[i].ready_us : CLOCK_NEVER;
            break;
        }
    }
    return bench.now - begin;
}

static void where_a_quarter_fails_the_last_file_is_not_late(void **state)
{
    (void)state;
    static const struct attempt_end error = {.phase = ATTEMPT_ANSWERING, .status = 500};
    assert_true(time_for_all(&busy) < 3 * second);
    assert_true(time_for_all(&error) < 3 * second);
}

static void retry_after_with_a_success_is_ignored_but_a_used_up_rate_limit_is_not(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    struct retry_end end = end_of(&accepted, bench.now);
    end.retry_after_us = 20 * second;
    (void)retry_note_end(&bench.retry, &bench.file, &end, bench.now, &bench.random);
    assert_int_equal(wait_now(&bench), 0);
    end.rate_limit_us = 7 * second;
    (void)retry_note_end(&bench.retry, &bench.file, &end, bench.now, &bench.random);
    assert_int_equal(wait_now(&bench), 7 * second);
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
}

static void a_pause_that_outlasts_the_patience_ends_the_run(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    struct retry_end end = end_of(&accepted, bench.now);
    end.rate_limit_us = 301 * second;
    (void)retry_note_end(&bench.retry, &bench.file, &end, bench.now, &bench.random);
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_PAUSED_LONG);
    assert_int_equal(wait_now(&bench), CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outcome_that_is_final_is_the_files_verdict),
        cmocka_unit_test(a_redirect_is_neither_progress_nor_failure),
        cmocka_unit_test(an_ambiguous_end_is_followed_by_as_many_attempts_as_retries_says),
        cmocka_unit_test(a_file_that_changes_again_and_again_runs_out_of_retries),
        cmocka_unit_test(rejections_use_up_no_retries),
        cmocka_unit_test(at_most_once_makes_an_ambiguous_end_unknown),
        cmocka_unit_test(backoff_doubles_up_to_thirty_seconds_and_uses_the_whole_range),
        cmocka_unit_test(a_file_that_could_not_be_sent_waits_until_its_retries_are_used_up),
        cmocka_unit_test(a_429_pauses_every_file_and_is_a_floor_for_its_own),
        cmocka_unit_test(a_lone_5xx_that_asks_for_a_wait_delays_its_own_file_only),
        cmocka_unit_test(a_503_that_is_not_alone_pauses_every_file),
        cmocka_unit_test(a_probe_that_is_asked_to_wait_pauses_the_next_one),
        cmocka_unit_test(
            a_file_that_would_wait_longer_than_the_patience_fails_and_the_others_go_on),
        cmocka_unit_test(a_file_that_failed_by_chance_is_sent_again_soon),
        cmocka_unit_test(where_most_fail_a_file_waits_long),
        cmocka_unit_test(where_a_quarter_fails_the_last_file_is_not_late),
        cmocka_unit_test(retry_after_with_a_success_is_ignored_but_a_used_up_rate_limit_is_not),
        cmocka_unit_test(a_pause_that_outlasts_the_patience_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
