/* Waits, probes and giving up, on the test's clock. */
#include "check.h"

#include <string.h>

#include "base/clock.h"
#include "policy/retry.h"

static const int64_t second = CLOCK_US_PER_SECOND;

static const struct retry_config usual = {.retries = 5, .give_up_after_us = 300 * INT64_C(1000000)};

static const struct attempt_end accepted = {.phase = ATTEMPT_ANSWERING, .status = 200};
static const struct attempt_end busy = {.phase = ATTEMPT_ANSWERING, .status = 503};
static const struct attempt_end limited = {.phase = ATTEMPT_ANSWERING, .status = 429};
static const struct attempt_end broken = {.phase = ATTEMPT_WAITING, .error = ATTEMPT_RECEIVE};
static const struct attempt_end nobody = {.phase = ATTEMPT_CONNECTING, .error = ATTEMPT_CONNECT};
static const struct attempt_end changed = {.phase = ATTEMPT_SENDING, .error = ATTEMPT_FILE_CHANGED};
static const struct attempt_end distrusted = {
    .phase = ATTEMPT_CONNECTING, .error = ATTEMPT_CERTIFICATE};
static const struct attempt_end resources = {
    .phase = ATTEMPT_CONNECTING, .error = ATTEMPT_RESOURCES};

struct bench {
    struct retry retry;
    struct retry_file file;
    struct random_seeded seeded;
    struct random_source random;
    int64_t now;
};

static void bench_init(struct bench *bench, const struct retry_config *config)
{
    *bench = (struct bench){.now = second};
    bench->random = random_from_seed(&bench->seeded, 7);
    retry_init(&bench->retry, config);
}

static struct retry_end end_of(const struct attempt_end *attempt, int64_t started_us)
{
    struct outcome_rules rules = {0};
    for (int code = 200; code < 300; code++)
        rules.success.bits[code / 64] |= UINT64_C(1) << (code % 64);
    return (struct retry_end){
        .attempt = attempt, .outcome = outcome_of(attempt, &rules), .started_us = started_us};
}

/* An attempt that starts and ends now. */
static enum retry_step attempt(struct bench *bench, const struct attempt_end *attempt)
{
    retry_note_start(&bench->retry, bench->now);
    struct retry_end end = end_of(attempt, bench->now);
    return retry_note_end(&bench->retry, &bench->file, &end, bench->now, &bench->random);
}

static int64_t wait_now(const struct bench *bench)
{
    int64_t next = retry_next_start_us(&bench->retry, bench->now);
    return next == CLOCK_NEVER ? CLOCK_NEVER : next - bench->now;
}

static void reach(struct bench *bench)
{
    assert_int_equal(attempt(bench, &accepted), RETRY_STEP_FINAL);
    bench->file = (struct retry_file){0};
}

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
