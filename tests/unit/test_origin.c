/* One origin: the latest of what it asked for and its limit on files in flight. */
#include "check.h"

#include <string.h>

#include "core/sched/origin.h"

#define JOBS 8

static const int64_t second = CLOCK_US_PER_SECOND;

struct bench {
    struct origin *origin;
    struct origin_file file;
    struct config config;
    struct clock clock;
    int64_t now_us;
    struct random_seeded seeded;
    struct random_source random;
    struct buf headers;
};

static int64_t now_of(void *context)
{
    return ((struct bench *)context)->now_us;
}

/* The wall clock started at noon on 1 January 2024. */
static int64_t wall_of(void *context)
{
    return 1704110400 + ((struct bench *)context)->now_us / CLOCK_US_PER_SECOND;
}

static void bench_init(struct bench *bench)
{
    *bench = (struct bench){
        .now_us = second, .config = {.jobs = JOBS, .retries = 5, .give_up_after_us = 300 * second}};
    bench->clock = (struct clock){.now_us = now_of, .wall_seconds = wall_of, .context = bench};
    bench->random = random_from_seed(&bench->seeded, 3);
    for (long status = 200; status < 300; status++)
        bench->config.rules.success.bits[status / 64] |= UINT64_C(1) << status % 64;
    buf_init(&bench->headers, 1000);
    bench->origin = origin_new("https://example.com:8443", &bench->config, JOBS, bench->now_us);
    assert_non_null(bench->origin);
}

static void bench_free(struct bench *bench)
{
    origin_free(bench->origin);
    buf_free(&bench->headers);
}

static void start(struct bench *bench)
{
    origin_note_start(bench->origin, &bench->file, false, bench->now_us);
}

/* An attempt ends with this status (0: no response). */
static struct origin_next end(struct bench *bench, long status, const char *retry_after)
{
    struct http_end told = {.attempt = {.phase = ATTEMPT_ANSWERING, .status = status},
        .detail = "",
        .location = "",
        .retry_after = retry_after,
        .headers = &bench->headers};
    if (status == 0)
        told.attempt = (struct attempt_end){.phase = ATTEMPT_WAITING, .error = ATTEMPT_RECEIVE};
    return origin_note_end(bench->origin, &bench->file, &told, &bench->clock, &bench->random);
}

static int64_t wait_now(const struct bench *bench)
{
    int64_t next_us = origin_next_start_us(bench->origin, bench->now_us);
    return next_us == CLOCK_NEVER ? CLOCK_NEVER : next_us - bench->now_us;
}

static void no_more_files_are_in_flight_than_jobs(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    assert_int_equal(origin_concurrency_limit(bench.origin), JOBS);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(wait_now(&bench), 0);
        start(&bench);
    }
    assert_true(wait_now(&bench) == CLOCK_NEVER);
    assert_int_equal(end(&bench, 200, "").step, RETRY_STEP_FINAL);
    assert_int_equal(wait_now(&bench), 0);
    bench_free(&bench);
}

static void auto_starts_small_and_stays_within_the_most_jobs(void **state)
{
    (void)state;
    static const unsigned most[] = {64, 2};
    for (size_t i = 0; i < COUNT_OF(most); i++) {
        const struct config config = {.jobs = CONFIG_JOBS_AUTO, .retries = 5};
        struct origin *origin = origin_new("http://a", &config, most[i], 0);
        assert_non_null(origin);
        assert_in_range(origin_concurrency_limit(origin), 1, most[i] < 16 ? most[i] : 16);
        origin_free(origin);
    }
}

/* What pauses the server is a reason for less in flight; what delays one file is not. */
static void only_a_pause_of_the_server_lowers_the_limit(void **state)
{
    (void)state;
    static const long statuses[] = {429, 503};
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct bench bench;
        struct origin_file files[JOBS];
        bench_init(&bench);
        for (size_t file = 0; file < JOBS; file++) {
            start(&bench);
            files[file] = bench.file;
        }
        for (size_t file = 0; file < JOBS / 2; file++) {
            bench.now_us += 1000;
            bench.file = files[file];
            (void)end(&bench, file == 0 ? 200 : statuses[i], file == 1 ? "7" : "");
        }
        if (statuses[i] == 429)
            assert_in_range(origin_concurrency_limit(bench.origin), 1, JOBS - 1);
        else
            assert_int_equal(origin_concurrency_limit(bench.origin), JOBS);
        bench_free(&bench);
    }
}

static void an_end_becomes_an_outcome_and_the_next_step(void **state)
{
    (void)state;
    static const struct {
        long status;
        enum outcome outcome;
        enum retry_step step;
    } ends[] = {
        {200, OUTCOME_DONE, RETRY_STEP_FINAL},
        {403, OUTCOME_REFUSED, RETRY_STEP_FINAL},
        {503, OUTCOME_REJECTED, RETRY_STEP_AGAIN},
        {0, OUTCOME_AMBIGUOUS, RETRY_STEP_AGAIN},
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct bench bench;
        bench_init(&bench);
        start(&bench);
        struct origin_next next = end(&bench, ends[i].status, "");
        assert_int_equal(next.outcome, ends[i].outcome);
        assert_int_equal(next.step, ends[i].step);
        assert_int_equal(bench.origin->answered, ends[i].step == RETRY_STEP_FINAL);
        bench_free(&bench);
    }
}

static void retry_after_in_seconds_and_as_a_date_pauses_the_origin(void **state)
{
    (void)state;
    static const char *const sevens[] = {"7", "Mon, 01 Jan 2024 12:00:08 GMT"};
    for (size_t i = 0; i < COUNT_OF(sevens); i++) {
        struct bench bench;
        bench_init(&bench);
        start(&bench);
        struct origin_next next = end(&bench, 429, sevens[i]);
        assert_int_equal(next.step, RETRY_STEP_AGAIN);
        assert_int_equal(next.wait.retry_after_us, 7 * second);
        assert_int_equal(wait_now(&bench), 7 * second);
        assert_true(next.again_us >= bench.now_us + 7 * second);
        assert_true(origin_blocked_until_us(bench.origin, bench.now_us) >= 7 * second);
        bench_free(&bench);
    }
}

static void an_unreadable_retry_after_is_a_short_wait(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    start(&bench);
    (void)end(&bench, 200, "");
    start(&bench);
    struct origin_next next = end(&bench, 503, "soon");
    assert_int_equal(next.wait.retry_after_us, second);
    bench_free(&bench);
}

static void a_rate_limit_that_is_used_up_pauses_the_origin_after_a_success_too(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    (void)buf_add_text(
        &bench.headers, "Server: x\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 9\n");
    start(&bench);
    struct origin_next next = end(&bench, 200, "");
    assert_int_equal(next.step, RETRY_STEP_FINAL);
    assert_int_equal(next.wait.rate_limit_us, 9 * second);
    assert_int_equal(wait_now(&bench), 9 * second);
    bench_free(&bench);
}

static void at_most_once_reaches_the_policy(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    start(&bench);
    assert_int_equal(end(&bench, 0, "").step, RETRY_STEP_AGAIN);
    bench_free(&bench);
    bench_init(&bench);
    bench.origin->retry.config.at_most_once = true;
    start(&bench);
    assert_int_equal(end(&bench, 0, "").step, RETRY_STEP_UNKNOWN);
    bench_free(&bench);
}

/* The first time at once, over another connection; after that it is the server's doing. */
static void a_kept_connection_that_died_costs_no_wait_once(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < 2; i++) {
        struct http_end died = {.attempt = {.phase = ATTEMPT_SENDING, .error = ATTEMPT_SEND},
            .detail = "",
            .location = "",
            .retry_after = "",
            .headers = &bench.headers,
            .reused = true};
        start(&bench);
        struct origin_next next =
            origin_note_end(bench.origin, &bench.file, &died, &bench.clock, &bench.random);
        assert_int_equal(next.step, RETRY_STEP_AGAIN);
        assert_true(bench.file.fresh_connection);
        assert_int_equal(next.again_us == bench.now_us, i == 0);
    }
    start(&bench);
    (void)end(&bench, 503, "");
    assert_false(bench.file.fresh_connection);
    bench_free(&bench);
}

static void what_could_not_be_loaded_uses_up_the_retries(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    for (int i = 0; i < 5; i++) {
        struct origin_next next =
            origin_note_unsent(bench.origin, &bench.file, bench.now_us, &bench.random);
        assert_int_equal(next.step, RETRY_STEP_AGAIN);
        assert_true(next.again_us >= bench.now_us && next.again_us <= bench.now_us + 8 * second);
    }
    assert_int_equal(
        origin_note_unsent(bench.origin, &bench.file, bench.now_us, &bench.random).step,
        RETRY_STEP_EXHAUSTED);
    assert_int_equal(wait_now(&bench), 0);
    bench_free(&bench);
}

static void patience_runs_out_over_attempts_but_not_over_idle_time(void **state)
{
    (void)state;
    for (int idle = 0; idle < 2; idle++) {
        struct bench bench;
        bench_init(&bench);
        start(&bench);
        (void)end(&bench, 503, "");
        if (idle)
            origin_note_idle(bench.origin, bench.now_us);
        bench.now_us += 299 * second;
        origin_end_idle(bench.origin, bench.now_us);
        assert_int_equal(origin_state(bench.origin, bench.now_us), RETRY_GOING);
        bench.now_us += 2 * second;
        origin_end_idle(bench.origin, bench.now_us); /* not idle since the last call */
        assert_int_equal(
            origin_state(bench.origin, bench.now_us), idle ? RETRY_GOING : RETRY_NO_PROGRESS);
        bench.now_us += 298 * second;
        origin_end_idle(bench.origin, bench.now_us);
        assert_int_equal(origin_state(bench.origin, bench.now_us), RETRY_NO_PROGRESS);
        bench_free(&bench);
    }
}

/* A failure within the idle time: what was idle before it does not make it later. */
static void idle_time_before_a_failure_does_not_count(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    start(&bench);
    origin_note_idle(bench.origin, bench.now_us);
    bench.now_us += 100 * second;
    (void)end(&bench, 503, "");
    origin_end_idle(bench.origin, bench.now_us);
    assert_int_equal(origin_deadline_us(bench.origin), bench.now_us + 300 * second);
    bench_free(&bench);
}

static void people_read_the_host_without_the_scheme(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    assert_string_equal(origin_host(bench.origin), "example.com:8443");
    bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_files_are_in_flight_than_jobs),
        cmocka_unit_test(auto_starts_small_and_stays_within_the_most_jobs),
        cmocka_unit_test(only_a_pause_of_the_server_lowers_the_limit),
        cmocka_unit_test(an_end_becomes_an_outcome_and_the_next_step),
        cmocka_unit_test(retry_after_in_seconds_and_as_a_date_pauses_the_origin),
        cmocka_unit_test(an_unreadable_retry_after_is_a_short_wait),
        cmocka_unit_test(a_rate_limit_that_is_used_up_pauses_the_origin_after_a_success_too),
        cmocka_unit_test(at_most_once_reaches_the_policy),
        cmocka_unit_test(a_kept_connection_that_died_costs_no_wait_once),
        cmocka_unit_test(what_could_not_be_loaded_uses_up_the_retries),
        cmocka_unit_test(patience_runs_out_over_attempts_but_not_over_idle_time),
        cmocka_unit_test(idle_time_before_a_failure_does_not_count),
        cmocka_unit_test(people_read_the_host_without_the_scheme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
