/* Outages, probes, the ramp after them, and giving up. */
#include "retry_fixture.h"

static void half_of_the_attempts_failing_delays_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    for (int i = 0; i < 1000; i++) {
        bench.file = (struct retry_file){0};
        (void)attempt(&bench, i % 2 == 0 ? &broken : &accepted);
        assert_int_equal(wait_now(&bench), 0);
    }
}

/* `count` attempts, all started at `started_us`, end now. */
static void end_many(
    struct bench *bench, unsigned count, const struct attempt_end *attempt, int64_t started_us)
{
    for (unsigned i = 0; i < count; i++) {
        bench->file = (struct retry_file){0};
        struct retry_end end = end_of(attempt, started_us);
        (void)retry_note_end(&bench->retry, &bench->file, &end, bench->now, &bench->random);
    }
}

/* Starts `count` attempts, and lets a tenth of a second pass. Returns when they started. */
static int64_t start_many(struct bench *bench, unsigned count)
{
    int64_t started_us = bench->now;
    for (unsigned i = 0; i < count; i++)
        retry_note_start(&bench->retry, bench->now);
    bench->now += second / 10;
    return started_us;
}

static void failures_that_come_before_the_successes_beside_them_are_no_outage(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    int64_t started_us = start_many(&bench, 40);
    end_many(&bench, 40, &accepted, started_us);
    for (int round = 0; round < 20; round++) {
        started_us = start_many(&bench, 60);
        bench.now -= second / 20;
        end_many(&bench, 20, &busy, started_us);
        assert_int_equal(wait_now(&bench), 0);
        bench.now += second / 20;
        end_many(&bench, 40, &accepted, started_us);
    }
}

static void many_failures_and_no_success_for_longer_than_one_takes_are_an_outage(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    int64_t started_us = start_many(&bench, 40);
    end_many(&bench, 40, &accepted, started_us);
    started_us = start_many(&bench, 200);
    bench.now += second; /* all stall, and then end one by one */
    end_many(&bench, 15, &broken, started_us);
    assert_int_equal(wait_now(&bench), 0);
    end_many(&bench, 1, &broken, started_us);
    assert_int_equal(wait_now(&bench), second);
}

/* Starts whatever may start; every attempt fails at once. Counts the starts in each of the first
 * `seconds` seconds. */
static void run_outage(struct bench *bench, int seconds, int starts[])
{
    int64_t begin = bench->now;
    for (int i = 0; i < seconds; i++)
        starts[i] = 0;
    while (bench->now - begin < seconds * second) {
        int64_t next = retry_next_start_us(&bench->retry, bench->now);
        assert_true(next != CLOCK_NEVER);
        bench->now = next;
        if (bench->now - begin >= seconds * second)
            return;
        starts[(bench->now - begin) / second]++;
        bench->file = (struct retry_file){0};
        (void)attempt(bench, &busy);
    }
}

static void an_outage_costs_at_most_one_probe_a_second(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    int starts[120];
    run_outage(&bench, 120, starts);
    assert_true(starts[0] <= 8);
    for (int i = 1; i < 120; i++)
        assert_true(starts[i] <= 1);
    assert_int_equal(starts[30], 1);
}

static void only_one_probe_is_in_flight_at_a_time(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    int starts[3];
    run_outage(&bench, 3, starts);
    retry_note_start(&bench.retry, bench.now);
    int64_t started = bench.now;
    bench.now += 10 * second;
    assert_int_equal(wait_now(&bench), CLOCK_NEVER);
    struct retry_end old = end_of(&broken, started - 5 * second); /* not the probe */
    (void)retry_note_end(&bench.retry, &bench.file, &old, bench.now, &bench.random);
    assert_int_equal(wait_now(&bench), CLOCK_NEVER);
    struct retry_end probe = end_of(&broken, started);
    (void)retry_note_end(&bench.retry, &bench.file, &probe, bench.now, &bench.random);
    assert_int_equal(wait_now(&bench), 0);
}

static void after_an_outage_each_success_allows_two_more(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    int starts[10];
    run_outage(&bench, 10, starts);
    unsigned in_flight = 1;
    retry_note_start(&bench.retry, bench.now);
    int64_t started = bench.now;
    for (unsigned round = 2; round <= 64; round *= 2) {
        bench.now += second / 20;
        for (unsigned i = 0; i < in_flight; i++) {
            struct retry_end end = end_of(&accepted, started);
            (void)retry_note_end(&bench.retry, &bench.file, &end, bench.now, &bench.random);
        }
        started = bench.now;
        for (in_flight = 0; in_flight < 64 && wait_now(&bench) == 0; in_flight++)
            retry_note_start(&bench.retry, bench.now);
        assert_int_equal(in_flight, round);
    }
    assert_int_equal(wait_now(&bench), 0); /* open again */
}

static void a_ramp_never_waits_forever(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    int starts[3];
    run_outage(&bench, 3, starts);
    (void)attempt(&bench, &accepted);
    (void)attempt(&bench, &changed);
    (void)attempt(&bench, &changed);
    assert_true(wait_now(&bench) <= second);
}

static void without_a_success_for_the_given_time_it_gives_up(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    assert_int_equal(retry_deadline_us(&bench.retry), CLOCK_NEVER);
    reach(&bench);
    bench.now += 1000 * second; /* having nothing to do is not a failure */
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
    int64_t first_failure = bench.now;
    while (bench.now < first_failure + usual.give_up_after_us) {
        assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
        (void)attempt(&bench, &busy);
        bench.now += second;
    }
    assert_int_equal(retry_deadline_us(&bench.retry), first_failure + usual.give_up_after_us);
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_NO_PROGRESS);
    assert_int_equal(wait_now(&bench), CLOCK_NEVER);
}

static void waiting_for_the_users_own_rate_does_not_count_towards_giving_up(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    retry_note_rate_wait(&bench.retry, 50 * second);
    (void)attempt(&bench, &busy);
    bench.now += 3600 * second;
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_NO_PROGRESS);
    retry_note_rate_wait(&bench.retry, 3500 * second);
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
}

static void a_success_or_a_refusal_by_a_response_is_progress(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    reach(&bench);
    struct attempt_end refused = {.phase = ATTEMPT_ANSWERING, .status = 413};
    for (int i = 0; i < 20; i++) {
        (void)attempt(&bench, &busy);
        bench.now += 299 * second;
        assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
        (void)attempt(&bench, i % 2 == 0 ? &accepted : &refused);
    }
}

static void an_origin_never_reached_is_given_up_after_its_tries(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    int64_t begin = bench.now;
    /* Thirty at the same moment are one try, and then there are probes. */
    for (int i = 0; i < 30; i++)
        retry_note_start(&bench.retry, bench.now);
    bench.now += second / 100;
    for (int i = 0; i < 30; i++) {
        struct retry_end end = end_of(&nobody, begin);
        (void)retry_note_end(&bench.retry, &bench.file, &end, bench.now, &bench.random);
    }
    for (unsigned i = 0; i < usual.retries; i++) {
        assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
        bench.now = retry_next_start_us(&bench.retry, bench.now);
        (void)attempt(&bench, &nobody);
    }
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_NEVER_REACHED);
    assert_int_equal(wait_now(&bench), CLOCK_NEVER);
    assert_true(bench.now - begin < 10 * second);
}

static void an_origin_once_reached_is_waited_for(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    (void)attempt(&bench, &nobody);
    bench.now += second;
    (void)attempt(&bench, &busy);
    for (int i = 0; i < 100; i++) {
        bench.now += second;
        (void)attempt(&bench, &nobody);
        assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
    }
}

static void a_certificate_that_does_not_verify_ends_the_run_at_once(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    assert_int_equal(attempt(&bench, &distrusted), RETRY_STEP_FINAL);
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_NOT_TRUSTED);
    bench_init(&bench, &usual);
    reach(&bench);
    (void)attempt(&bench, &distrusted); /* one of several servers with that name */
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
}

static void lack_of_local_resources_does_not_mean_that_the_origin_is_away(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, &usual);
    for (int i = 0; i < 100; i++) {
        bench.now += second;
        assert_int_equal(attempt(&bench, &resources), RETRY_STEP_AGAIN);
    }
    assert_int_equal(retry_state(&bench.retry, bench.now), RETRY_GOING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_of_the_attempts_failing_delays_nothing),
        cmocka_unit_test(failures_that_come_before_the_successes_beside_them_are_no_outage),
        cmocka_unit_test(many_failures_and_no_success_for_longer_than_one_takes_are_an_outage),
        cmocka_unit_test(an_outage_costs_at_most_one_probe_a_second),
        cmocka_unit_test(only_one_probe_is_in_flight_at_a_time),
        cmocka_unit_test(after_an_outage_each_success_allows_two_more),
        cmocka_unit_test(a_ramp_never_waits_forever),
        cmocka_unit_test(without_a_success_for_the_given_time_it_gives_up),
        cmocka_unit_test(waiting_for_the_users_own_rate_does_not_count_towards_giving_up),
        cmocka_unit_test(a_success_or_a_refusal_by_a_response_is_progress),
        cmocka_unit_test(an_origin_never_reached_is_given_up_after_its_tries),
        cmocka_unit_test(an_origin_once_reached_is_waited_for),
        cmocka_unit_test(a_certificate_that_does_not_verify_ends_the_run_at_once),
        cmocka_unit_test(lack_of_local_resources_does_not_mean_that_the_origin_is_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
