/* The gate: the latest of what the origin, the rates and the limit on files in flight allow. */
#include "check.h"

#include <string.h>

#include "core/sched/gate.h"

#define JOBS 8

static const int64_t second = CLOCK_US_PER_SECOND;

struct bench {
    struct gate gate;
    struct gate_file file;
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
    buf_init(&bench->headers, 1000);
    rate_init(&bench->config.rate);
    gate_init(&bench->gate, &bench->config, JOBS, bench->now_us);
}

static void start(struct bench *bench)
{
    gate_note_start(&bench->gate, &bench->file, false, bench->now_us);
}

/* An attempt ends with this status (0: no response). */
static enum retry_step end(struct bench *bench, long status, const char *retry_after)
{
    struct attempt_end attempt = {.phase = ATTEMPT_ANSWERING, .status = status};
    if (status == 0)
        attempt = (struct attempt_end){.phase = ATTEMPT_WAITING, .error = ATTEMPT_RECEIVE};
    enum outcome outcome = status == 200   ? OUTCOME_DONE
                           : status == 503 ? OUTCOME_REJECTED
                                           : OUTCOME_AMBIGUOUS;
    struct http_end told = {.attempt = attempt,
        .detail = "",
        .location = "",
        .retry_after = retry_after,
        .headers = &bench->headers};
    struct gate_end ended = {
        .attempt = &attempt, .outcome = outcome, .wait = gate_read_wait(&told, &bench->clock)};
    return gate_note_end(&bench->gate, &bench->file, &ended, bench->now_us, &bench->random);
}

static int64_t wait_now(const struct bench *bench)
{
    int64_t next_us = gate_next_start_us(&bench->gate, bench->now_us);
    return next_us == CLOCK_NEVER ? CLOCK_NEVER : next_us - bench->now_us;
}

static void no_more_files_are_in_flight_than_jobs(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    assert_int_equal(gate_concurrency_limit(&bench.gate), JOBS);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(wait_now(&bench), 0);
        start(&bench);
    }
    assert_true(wait_now(&bench) == CLOCK_NEVER);
    assert_int_equal(end(&bench, 200, ""), RETRY_STEP_FINAL);
    assert_int_equal(wait_now(&bench), 0);
    buf_free(&bench.headers);
}

static void auto_starts_small_and_stays_within_the_most_jobs(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench.config.jobs = CONFIG_JOBS_AUTO;
    gate_init(&bench.gate, &bench.config, 64, bench.now_us);
    assert_in_range(gate_concurrency_limit(&bench.gate), 1, 16);
    gate_init(&bench.gate, &bench.config, 2, bench.now_us);
    assert_in_range(gate_concurrency_limit(&bench.gate), 1, 2);
    buf_free(&bench.headers);
}

static void a_rate_delays_the_next_start(void **state)
{
    (void)state;
    struct bench bench;
    struct error error;
    bench_init(&bench);
    assert_true(rate_add(&bench.config.rate, "2/m", &error));
    gate_init(&bench.gate, &bench.config, JOBS, bench.now_us);
    start(&bench);
    start(&bench);
    assert_true(wait_now(&bench) >= 60 * second && wait_now(&bench) < 62 * second);
    assert_true(gate_waits_for_rate(&bench.gate, bench.now_us));
    bench.now_us += 62 * second;
    assert_int_equal(wait_now(&bench), 0);
    assert_false(gate_waits_for_rate(&bench.gate, bench.now_us));
    buf_free(&bench.headers);
}

static void retry_after_in_seconds_and_as_a_date_pauses_the_origin(void **state)
{
    (void)state;
    static const char *const sevens[] = {"7", "Mon, 01 Jan 2024 12:00:08 GMT"};
    for (size_t i = 0; i < COUNT_OF(sevens); i++) {
        struct bench bench;
        bench_init(&bench);
        start(&bench);
        assert_int_equal(end(&bench, 503, sevens[i]), RETRY_STEP_AGAIN);
        assert_int_equal(wait_now(&bench), 7 * second);
        assert_true(bench.file.retry.ready_us >= bench.now_us + 7 * second);
        buf_free(&bench.headers);
    }
}

static void an_invalid_retry_after_is_ignored(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    start(&bench);
    (void)end(&bench, 200, "");
    start(&bench);
    (void)end(&bench, 503, "soon");
    assert_true(wait_now(&bench) < second);
    buf_free(&bench.headers);
}

static void a_rate_limit_that_is_used_up_pauses_the_origin_after_a_success_too(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    (void)buf_add_text(
        &bench.headers, "Server: x\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 9\n");
    start(&bench);
    assert_int_equal(end(&bench, 200, ""), RETRY_STEP_FINAL);
    assert_int_equal(wait_now(&bench), 9 * second);
    assert_false(gate_waits_for_rate(&bench.gate, bench.now_us));
    buf_free(&bench.headers);
}

static void at_most_once_reaches_the_policy(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench);
    start(&bench);
    assert_int_equal(end(&bench, 0, ""), RETRY_STEP_AGAIN);
    bench.config.at_most_once = true;
    gate_init(&bench.gate, &bench.config, JOBS, bench.now_us);
    start(&bench);
    assert_int_equal(end(&bench, 0, ""), RETRY_STEP_UNKNOWN);
    buf_free(&bench.headers);
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
            gate_note_idle(&bench.gate, bench.now_us);
        bench.now_us += 299 * second;
        gate_end_idle(&bench.gate, bench.now_us);
        assert_int_equal(retry_state(&bench.gate.retry, bench.now_us), RETRY_GOING);
        bench.now_us += 2 * second;
        gate_end_idle(&bench.gate, bench.now_us); /* not idle since the last call */
        assert_int_equal(
            retry_state(&bench.gate.retry, bench.now_us), idle ? RETRY_GOING : RETRY_NO_PROGRESS);
        bench.now_us += 298 * second;
        gate_end_idle(&bench.gate, bench.now_us);
        assert_int_equal(retry_state(&bench.gate.retry, bench.now_us), RETRY_NO_PROGRESS);
        buf_free(&bench.headers);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_files_are_in_flight_than_jobs),
        cmocka_unit_test(auto_starts_small_and_stays_within_the_most_jobs),
        cmocka_unit_test(a_rate_delays_the_next_start),
        cmocka_unit_test(retry_after_in_seconds_and_as_a_date_pauses_the_origin),
        cmocka_unit_test(an_invalid_retry_after_is_ignored),
        cmocka_unit_test(a_rate_limit_that_is_used_up_pauses_the_origin_after_a_success_too),
        cmocka_unit_test(at_most_once_reaches_the_policy),
        cmocka_unit_test(patience_runs_out_over_attempts_but_not_over_idle_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
