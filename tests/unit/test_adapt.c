/* The controller, step by step on the test's clock, and against simulated servers. */
#include "check.h"

#include "adapt_sim.h"
#include "base/clock.h"
#include "policy/adapt.h"

/* A sanitizer, which is slow, looks for other things than the policy. */
#ifdef __SANITIZE_ADDRESS__
#define SEEDS       1
#define CASES_STEP  6
#define ANY_SERVERS 1
#else
#define SEEDS       3
#define CASES_STEP  1
#define ANY_SERVERS 30
#endif

static const int64_t second = CLOCK_US_PER_SECOND;
static const struct attempt_end accepted = {.phase = ATTEMPT_ANSWERING, .status = 200};
static const struct attempt_end busy = {.phase = ATTEMPT_ANSWERING, .status = 503};

static struct sim_result result;

/* The worst over some seeds. */
struct worst {
    double share;    /* of the best fixed number's goodput */
    double rejected; /* after 10 s */
};

static struct worst worst_of(const char *name)
{
    const struct sim_server *server = sim_find(name);
    assert_non_null(server);
    double best = sim_best_fixed(server, 1, NULL, &result);
    struct worst worst = {.share = 2};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        sim_run(server, SIM_ADAPT, 0, seed, &result);
        double share = result.last_half / best;
        worst.share = share < worst.share ? share : worst.share;
        if (result.rejected_after_10s > worst.rejected)
            worst.rejected = result.rejected_after_10s;
    }
    return worst;
}

static void a_server_is_used_as_well_as_by_the_best_fixed_number(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        double share;
        double rejected;
    } cases[] = {
        {"delay", 0.97, 0},
        {"capacity", 0.97, 0.01},
        {"noisy", 0.93, 0.01},
        {"far", 0.97, 0.01},
        {"no queue", 0.97, 0.01},
        {"slowing", 0.95, 0},
        {"halved", 0.85, 0},
        {"bandwidth", 0.97, 0},
        {"mixed", 0.90, 0},
        {"loopback", 0.95, 0},
        {"thrashing", 0.93, 0},
        {"rate", 0.97, 0.05},
        {"flaky", 0.97, 0.02},
        {"failing", 0.95, 0.16},
        {"pause", 0.93, 0.01},
        {"hiccups", 0.95, 0.03},
        {"window", 0.95, 0.01},
        {"stopping", 0.93, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i += CASES_STEP) {
        struct worst worst = worst_of(cases[i].server);
        if (worst.share < cases[i].share || worst.rejected > cases[i].rejected)
            fail_msg("%s: %.3f of the best, %.2f %% rejected", cases[i].server, worst.share,
                worst.rejected * 100);
    }
}

static void from_the_first_request_on_it_takes_little_longer_than_the_best_fixed_number(
    void **state)
{
    (void)state;
    static const struct {
        const char *server;
        double share;
    } cases[] = {{"delay", 0.96}, {"capacity", 0.97}, {"far", 0.88}, {"no queue", 0.90},
        {"flaky", 0.95}, {"failing", 0.88}, {"hiccups", 0.93}, {"loopback", 0.99}};
    for (size_t i = 0; i < COUNT_OF(cases); i += CASES_STEP) {
        const struct sim_server *server = sim_find(cases[i].server);
        double files = sim_best_start(server, 1, &result);
        sim_run(server, SIM_ADAPT, 0, 2, &result);
        double share = SIM_START_SECONDS / sim_seconds_until(&result, files);
        if (share < cases[i].share)
            fail_msg("%s: %.3f of the best", cases[i].server, share);
    }
}

/* Each gets about the goodput of the best fixed number with few rejections. */
static void servers_of_many_kinds_are_used_well(void **state)
{
    (void)state;
    double sum = 0;
    unsigned low = 0;
    unsigned rude = 0;
    for (uint64_t seed = 1; seed <= ANY_SERVERS; seed++) {
        struct sim_server server;
        sim_server_from_seed(&server, seed);
        double best = sim_best_polite(&server, seed, &result);
        sim_run(&server, SIM_ADAPT, 0, seed, &result);
        double share = result.last_half / best;
        sum += share < 1 ? share : 1;
        low += share < 0.75;
        rude += result.rejected_after_10s - server.flaky > 0.15;
    }
    assert_true(sum / ANY_SERVERS > 0.93);
    assert_in_range(low, 0, 2);
    assert_in_range(rude, 0, 2);
}

static double accepted_between(unsigned from_s, unsigned to_s)
{
    double files = 0;
    for (unsigned at = from_s; at < to_s; at++)
        files += result.seconds[at].accepted;
    return files / (to_s - from_s);
}

/* The server accepts 50 at a time, then 5, then nothing for 60 s, then 50. */
static void check_overload(enum sim_controller controller, unsigned jobs)
{
    const struct sim_server *server = sim_find("overload");
    double each = 1000 / 42.0; /* files per second and worker */
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        sim_run(server, controller, jobs, seed, &result);
        assert_true(accepted_between(0, 30) > 0.9 * 50 * each);
        assert_true(accepted_between(31, 60) > 0.9 * 5 * each);
        assert_true(accepted_between(120, 180) > 0.9 * 50 * each);
        assert_true(result.rejected_after_10s < 0.05);
        for (unsigned at = 62; at < 120; at++)
            assert_true(result.seconds[at].started <= 1);
    }
}

static void an_outage_costs_a_probe_a_second_and_is_over_when_it_is_over(void **state)
{
    (void)state;
    check_overload(SIM_ADAPT, 0);
}

static void rejections_lower_a_fixed_number_too(void **state)
{
    (void)state;
    check_overload(SIM_ADAPT_FIXED, 64);
}

static void the_same_seed_gives_the_same_run(void **state)
{
    (void)state;
    sim_run(sim_find("noisy"), SIM_ADAPT, 0, 9, &result);
    uint64_t files = result.accepted;
    sim_run(sim_find("noisy"), SIM_ADAPT, 0, 9, &result);
    assert_int_equal(result.accepted, files);
    sim_run(sim_find("noisy"), SIM_ADAPT, 0, 10, &result);
    assert_int_not_equal(result.accepted, files);
}

/* Attempts that the test itself starts and ends. */
struct bench {
    struct adapt adapt;
    struct adapt_attempt attempts[ADAPT_MOST];
    unsigned count;
    int64_t now;
};

static void bench_init(struct bench *bench, unsigned fixed, unsigned most)
{
    *bench = (struct bench){.now = second};
    adapt_init(&bench->adapt, &(struct adapt_config){.fixed = fixed, .most = most}, bench->now);
}

static void fill(struct bench *bench)
{
    while (adapt_next_start_us(&bench->adapt, bench->now) <= bench->now)
        adapt_note_start(&bench->adapt, &bench->attempts[bench->count++], false, bench->now);
}

static void end_all(struct bench *bench, const struct attempt_end *end, enum outcome outcome)
{
    while (bench->count > 0)
        adapt_note_end(
            &bench->adapt, &bench->attempts[--bench->count], outcome, end, 0, 4096, bench->now);
}

/* Runs rounds of `slot_us` each, in which everything in flight is accepted. */
static void run(struct bench *bench, unsigned rounds, int64_t slot_us)
{
    for (unsigned i = 0; i < rounds; i++) {
        fill(bench);
        bench->now += slot_us;
        end_all(bench, &accepted, OUTCOME_DONE);
    }
}

static void auto_starts_small_and_grows_while_that_pays(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 0, 0);
    fill(&bench);
    assert_int_equal(bench.count, 16);
    assert_true(adapt_next_start_us(&bench.adapt, bench.now) == CLOCK_NEVER);
    run(&bench, 40, second / 20);
    assert_true(adapt_limit(&bench.adapt) >= 200);
}

static void a_queue_of_a_few_milliseconds_is_kept_filled(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 0, 0);
    for (int i = 0; i < 2000; i++) { /* 10,000 per second, however many are in flight */
        fill(&bench);
        bench.now += 100 * (int64_t)bench.count;
        end_all(&bench, &accepted, OUTCOME_DONE);
    }
    assert_true(adapt_limit(&bench.adapt) >= 40);
    assert_true(adapt_limit(&bench.adapt) <= 128);
}

static void the_highest_limit_is_never_exceeded(void **state)
{
    (void)state;
    static const unsigned mosts[] = {1, 2, 3, 7, 40, 256, 100000};
    for (size_t i = 0; i < COUNT_OF(mosts); i++) {
        struct bench bench;
        bench_init(&bench, 0, mosts[i]);
        for (int round = 0; round < 200; round++) {
            run(&bench, 1, second / 20);
            assert_true(adapt_limit(&bench.adapt) <= mosts[i]);
            assert_true(adapt_limit(&bench.adapt) <= ADAPT_MOST);
        }
    }
}

static void a_fixed_number_is_used_from_the_start_and_kept(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 100, 0);
    fill(&bench);
    assert_int_equal(bench.count, 100);
    run(&bench, 500, second / 20);
    assert_int_equal(adapt_limit(&bench.adapt), 100);
    bench_init(&bench, 100, 30); /* descriptors for 30 */
    assert_int_equal(adapt_limit(&bench.adapt), 30);
}

static void a_rejection_sets_the_limit_to_one_less_than_was_in_flight(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 64, 0);
    run(&bench, 3, second / 20);
    fill(&bench);
    bench.now += second / 1000;
    for (unsigned i = 40; i < 64; i++) /* those that came when 40 were in flight */
        adapt_note_end(&bench.adapt, &bench.attempts[i], OUTCOME_REJECTED, &busy, 0, 0, bench.now);
    assert_int_equal(adapt_limit(&bench.adapt), 40);
}

static void a_few_rejections_among_many_successes_are_ignored(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 64, 0);
    for (int i = 0; i < 100; i++) {
        fill(&bench);
        bench.now += second / 20;
        adapt_note_end(
            &bench.adapt, &bench.attempts[--bench.count], OUTCOME_REJECTED, &busy, 0, 0, bench.now);
        end_all(&bench, &accepted, OUTCOME_DONE);
    }
    assert_int_equal(adapt_limit(&bench.adapt), 64);
}

/* Runs rounds in which every sixth is rejected, however many are in flight. */
static void run_failing(struct bench *bench, unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        fill(bench);
        bench->now += second / 20;
        for (unsigned number = 0; bench->count > 0; number++) {
            bench->count--;
            bool rejected = (number + i) % 6 == 0;
            adapt_note_end(&bench->adapt, &bench->attempts[bench->count],
                rejected ? OUTCOME_REJECTED : OUTCOME_DONE, rejected ? &busy : &accepted, 0, 4096,
                bench->now);
        }
    }
}

static void rejections_that_a_lower_limit_does_not_reduce_are_ignored(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 64, 0);
    run_failing(&bench, 100);
    assert_int_equal(adapt_limit(&bench.adapt), 64);
    bench_init(&bench, 0, 0);
    run_failing(&bench, 200);
    assert_true(adapt_limit(&bench.adapt) >= 150);
}

static void a_rejection_that_asks_for_a_pause_cuts_the_limit_at_once(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 64, 0);
    run(&bench, 3, second / 20);
    fill(&bench);
    bench.now += second / 1000;
    adapt_note_end(
        &bench.adapt, &bench.attempts[50], OUTCOME_REJECTED, &busy, second, 0, bench.now);
    assert_int_equal(adapt_limit(&bench.adapt), 50);
}

static void what_shoal_itself_broke_off_is_not_a_rejection(void **state)
{
    (void)state;
    struct bench bench;
    struct attempt_end changed = {.phase = ATTEMPT_SENDING, .error = ATTEMPT_FILE_CHANGED};
    bench_init(&bench, 64, 0);
    for (int i = 0; i < 10; i++) {
        fill(&bench);
        bench.now += second / 20;
        end_all(&bench, &changed, OUTCOME_REJECTED);
    }
    assert_int_equal(adapt_limit(&bench.adapt), 64);
}

static void without_enough_files_the_limit_does_not_grow(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 0, 0);
    for (int i = 0; i < 400; i++) { /* three at a time, as with --rate */
        while (bench.count < 3)
            adapt_note_start(&bench.adapt, &bench.attempts[bench.count++], false, bench.now);
        bench.now += second / 20;
        end_all(&bench, &accepted, OUTCOME_DONE);
    }
    assert_int_equal(adapt_limit(&bench.adapt), 16);
}

static void streamed_bodies_are_measured_as_they_move(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, 0, 0);
    /* Each moves at 1 MB/s however many are in flight, and takes 30 s: growing pays. */
    for (int tick = 0; tick < 2400; tick++) {
        while (adapt_next_start_us(&bench.adapt, bench.now) <= bench.now)
            adapt_note_start(&bench.adapt, &bench.attempts[bench.count++], true, bench.now);
        bench.now += second / 10;
        adapt_note_moved(&bench.adapt, 100000 * (int64_t)bench.count);
        if (tick % 10 == 9)
            adapt_note_end(&bench.adapt, &bench.attempts[--bench.count], OUTCOME_DONE, &accepted, 0,
                30000000, bench.now);
    }
    assert_true(adapt_limit(&bench.adapt) >= 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_starts_small_and_grows_while_that_pays),
        cmocka_unit_test(a_queue_of_a_few_milliseconds_is_kept_filled),
        cmocka_unit_test(the_highest_limit_is_never_exceeded),
        cmocka_unit_test(a_fixed_number_is_used_from_the_start_and_kept),
        cmocka_unit_test(a_rejection_sets_the_limit_to_one_less_than_was_in_flight),
        cmocka_unit_test(a_few_rejections_among_many_successes_are_ignored),
        cmocka_unit_test(rejections_that_a_lower_limit_does_not_reduce_are_ignored),
        cmocka_unit_test(a_rejection_that_asks_for_a_pause_cuts_the_limit_at_once),
        cmocka_unit_test(what_shoal_itself_broke_off_is_not_a_rejection),
        cmocka_unit_test(without_enough_files_the_limit_does_not_grow),
        cmocka_unit_test(streamed_bodies_are_measured_as_they_move),
        cmocka_unit_test(a_server_is_used_as_well_as_by_the_best_fixed_number),
        cmocka_unit_test(
            from_the_first_request_on_it_takes_little_longer_than_the_best_fixed_number),
        cmocka_unit_test(servers_of_many_kinds_are_used_well),
        cmocka_unit_test(an_outage_costs_a_probe_a_second_and_is_over_when_it_is_over),
        cmocka_unit_test(rejections_lower_a_fixed_number_too),
        cmocka_unit_test(the_same_seed_gives_the_same_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
