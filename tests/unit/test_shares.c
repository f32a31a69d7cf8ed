/* How origins share the files in flight and the slots of a run. */
#include "check.h"

#include <string.h>

#include "core/sched/shares.h"

#define JOBS    16
#define SLOTS   32
#define ORIGINS 12

static const int64_t second = CLOCK_US_PER_SECOND;

/* Origins whose files are nothing but their places in lists. */
struct bench {
    struct shares shares;
    struct config config;
    struct origin *origins[ORIGINS];
    struct list_node live[ORIGINS][JOBS];
    struct list_node queued[ORIGINS];
    struct list_node ready[ORIGINS];
    struct origin_file files[ORIGINS];
    struct random_seeded seeded;
    struct random_source random;
    struct clock clock;
    struct buf headers;
    int64_t now_us;
};

static int64_t now_of(void *context)
{
    return ((struct bench *)context)->now_us;
}

static int64_t wall_of(void *context)
{
    (void)context;
    return 1700000000;
}

/* Every origin has JOBS files, of which one is queued, and works if `answered`. */
static void bench_init(struct bench *bench, bool several, bool answered)
{
    *bench = (struct bench){
        .config = {.jobs = JOBS, .retries = 5, .give_up_after_us = 300 * second}, .now_us = second};
    bench->config.rules.success.bits[200 / 64] |= UINT64_C(1) << 200 % 64;
    bench->random = random_from_seed(&bench->seeded, 3);
    bench->clock = (struct clock){.now_us = now_of, .wall_seconds = wall_of, .context = bench};
    buf_init(&bench->headers, 100);
    shares_init(&bench->shares, several, JOBS, SLOTS);
    assert_true(shares_reserve(&bench->shares, ORIGINS));
    for (int i = 0; i < ORIGINS; i++) {
        struct origin *origin = origin_new("http://a", &bench->config, JOBS, bench->now_us);
        assert_non_null(origin);
        origin->connected = origin->answered = answered;
        bench->origins[i] = origin;
        for (int n = 0; n < JOBS; n++)
            list_push_back(&origin->live, &bench->live[i][n]);
        list_push_back(&origin->queued, &bench->queued[i]);
    }
}

static void bench_free(struct bench *bench)
{
    for (int i = 0; i < ORIGINS; i++) {
        shares_forget(&bench->shares, bench->origins[i]);
        origin_free(bench->origins[i]);
    }
    shares_free(&bench->shares);
    buf_free(&bench->headers);
}

/* The first `count` origins have files; all of them are reviewed. */
static void review(struct bench *bench, int count)
{
    struct origin *origin;
    for (int i = 0; i < count; i++)
        shares_note_change(&bench->shares, bench->origins[i]);
    while ((origin = shares_next_to_review(&bench->shares, bench->now_us)) != NULL)
        shares_review(&bench->shares, origin, bench->now_us);
}

static int index_of(const struct bench *bench, const struct origin *origin)
{
    for (int i = 0; i < ORIGINS; i++) {
        if (bench->origins[i] == origin)
            return i;
    }
    return -1;
}

/* Starts as many transfers as there may be. Returns how many there are of origin 0. */
static size_t start_all(struct bench *bench, int count)
{
    struct origin *origin;
    for (int i = 0; i < count; i++) {
        if (bench->ready[i].list == NULL)
            list_push_back(&bench->origins[i]->ready, &bench->ready[i]);
    }
    review(bench, count);
    while ((origin = shares_next_to_start(&bench->shares, bench->now_us)) != NULL) {
        origin->in_flight++;
        if (origin->in_flight == origin->live.count)
            list_remove(origin->ready.first);
        origin_note_start(origin, &bench->files[index_of(bench, origin)], false, bench->now_us);
        shares_pass_starting(&bench->shares, origin, bench->now_us);
    }
    return bench->origins[0]->in_flight;
}

/* An attempt of origin `i` ends. */
static void end_one(struct bench *bench, int i, long status, const char *retry_after)
{
    struct http_end end = {.attempt = {.phase = ATTEMPT_ANSWERING, .status = status},
        .retry_after = retry_after,
        .headers = &bench->headers};
    if (status == 0)
        end.attempt = (struct attempt_end){.error = ATTEMPT_CONNECT};
    bench->origins[i]->in_flight--;
    bench->files[i] = (struct origin_file){.started_us = bench->now_us};
    (void)origin_note_end(bench->origins[i], &bench->files[i], &end, &bench->clock, &bench->random);
    shares_note_change(&bench->shares, bench->origins[i]);
}

static size_t all_in_flight(const struct bench *bench)
{
    size_t sum = 0;
    for (int i = 0; i < ORIGINS; i++)
        sum += bench->origins[i]->in_flight;
    return sum;
}

static void origins_take_turns(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, true, true);
    review(&bench, 3);
    for (int i = 0; i < 9; i++) {
        struct origin *origin = shares_next_to_load(&bench.shares);
        assert_int_equal(index_of(&bench, origin), i % 3);
        shares_pass_loading(&bench.shares, origin, bench.now_us);
    }
    for (int i = 0; i < 3; i++)
        list_push_back(&bench.origins[i]->ready, &bench.ready[i]);
    review(&bench, 3);
    for (int i = 0; i < 9; i++) {
        struct origin *origin = shares_next_to_start(&bench.shares, bench.now_us);
        assert_int_equal(index_of(&bench, origin), i % 3);
        shares_pass_starting(&bench.shares, origin, bench.now_us);
    }
    bench_free(&bench);
}

static void an_origin_gets_what_others_can_not_use(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, true, true);
    for (int i = 1; i < 4; i++) {
        for (int n = 1; n < JOBS; n++)
            list_remove(&bench.live[i][n]);
    }
    assert_int_equal(start_all(&bench, 4), JOBS - 3); /* the others have one file each */
    assert_int_equal(all_in_flight(&bench), JOBS);
    bench_free(&bench);
}

static void origins_that_can_use_everything_get_equal_parts(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, true, true);
    review(&bench, 3);
    assert_in_range(start_all(&bench, 3), JOBS / 3, JOBS / 3 + 1);
    bench_free(&bench);

    /* Also if the first is there before the others: it gets no more when it has its part. */
    bench_init(&bench, true, true);
    assert_int_equal(start_all(&bench, 1), JOBS);
    end_one(&bench, 0, 200, "");
    assert_int_equal(start_all(&bench, 2), JOBS - 1);
    assert_int_equal(bench.origins[1]->in_flight, 1);
    bench_free(&bench);
}

static void origins_in_doubt_get_a_few_and_at_most_half(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, true, false);
    for (int i = 0; i < ORIGINS; i++)
        bench.origins[i]->connected = true;
    assert_int_equal(start_all(&bench, 1), SHARES_OF_DOUBTFUL);
    bench_free(&bench);

    bench_init(&bench, true, false);
    (void)start_all(&bench, ORIGINS);
    assert_int_equal(all_in_flight(&bench), JOBS / 2);
    bench_free(&bench);
}

static void slots_of_origins_in_doubt_are_at_most_half(void **state)
{
    (void)state;
    struct bench bench;
    struct origin *origin;
    bench_init(&bench, true, false);
    shares_free(&bench.shares);
    shares_init(&bench.shares, true, 4, 8);
    assert_true(shares_reserve(&bench.shares, ORIGINS));
    review(&bench, ORIGINS);
    size_t loaded = 0;
    while ((origin = shares_next_to_load(&bench.shares)) != NULL) {
        assert_true(++loaded <= 8);
        origin->slots++;
        shares_pass_loading(&bench.shares, origin, bench.now_us);
    }
    assert_int_equal(loaded, 4);
    bench_free(&bench);
}

static void one_transfer_goes_alone_until_there_is_a_connection(void **state)
{
    (void)state;
    for (int several = 0; several < 2; several++) {
        struct bench bench;
        bench_init(&bench, several != 0, true);
        bench.origins[0]->connected = false;
        assert_int_equal(start_all(&bench, 1), 1);
        shares_note_connections(&bench.shares);
        assert_int_equal(start_all(&bench, 1), 1);
        bench.origins[0]->connected = true;
        shares_note_connections(&bench.shares);
        assert_int_equal(shares_next_us(&bench.shares, bench.now_us), bench.now_us);
        assert_int_equal(start_all(&bench, 1), JOBS);
        bench_free(&bench);
    }
}

static void a_single_origin_has_no_limits_but_its_own(void **state)
{
    (void)state;
    struct bench bench;
    struct origin *origin;
    bench_init(&bench, false, false);
    bench.origins[0]->connected = true;
    assert_int_equal(start_all(&bench, 1), JOBS);
    size_t loaded = 0;
    while ((origin = shares_next_to_load(&bench.shares)) != NULL) {
        assert_true(++loaded <= JOBS + SCHED_AHEAD_LEAST);
        origin->slots++;
        shares_pass_loading(&bench.shares, origin, bench.now_us);
    }
    assert_int_equal(loaded, JOBS + SCHED_AHEAD_LEAST);
    bench_free(&bench);
}

static void one_that_pauses_gets_nothing_and_gives_back_its_slots(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, true, true);
    (void)start_all(&bench, 2);
    end_one(&bench, 0, 429, "7");
    review(&bench, 0);
    assert_int_equal(bench.origins[0]->counts.standing, ORIGIN_BLOCKED);
    for (int i = 0; i < 3; i++) {
        struct origin *origin = shares_next_to_load(&bench.shares);
        assert_int_equal(index_of(&bench, origin), 1);
        shares_pass_loading(&bench.shares, origin, bench.now_us);
        assert_int_equal(index_of(&bench, shares_next_to_unload(&bench.shares)), 0);
    }
    list_remove(&bench.ready[0]);
    assert_null(shares_next_to_unload(&bench.shares));
    /* It is reviewed when its pause ends. */
    assert_int_equal(shares_next_us(&bench.shares, bench.now_us), bench.now_us + 7 * second);
    bench.now_us += 7 * second;
    assert_ptr_equal(shares_next_to_review(&bench.shares, bench.now_us), bench.origins[0]);
    shares_review(&bench.shares, bench.origins[0], bench.now_us);
    assert_int_equal(bench.origins[0]->counts.standing, ORIGIN_WORKING);
    bench_free(&bench);
}

static void one_that_is_probed_is_in_doubt_when_its_probe_is_due(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, true, false);
    assert_int_equal(start_all(&bench, 1), 1);
    end_one(&bench, 0, 0, "");
    review(&bench, 0);
    assert_int_equal(bench.origins[0]->counts.standing, ORIGIN_BLOCKED);
    bench.now_us += second;
    review(&bench, 0);
    assert_int_equal(bench.origins[0]->counts.standing, ORIGIN_DOUBTFUL);
    assert_int_equal(start_all(&bench, 1), 1);
    bench_free(&bench);
}

/* 16 places, and 8 of them for origins in doubt: the time in which one waits for its turn does not
 * count against it. */
static void waiting_for_its_turn_is_not_an_origins_fault(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, true, false);
    (void)start_all(&bench, ORIGINS);
    int waiting = 0;
    for (int i = 0; i < ORIGINS; i++) {
        bool waits = bench.origins[i]->idle_since_us != CLOCK_NEVER;
        assert_int_equal(waits, bench.origins[i]->in_flight == 0);
        waiting += waits;
    }
    assert_int_equal(waiting, ORIGINS - JOBS / 2);
    bench_free(&bench);
}

/* The time counts toward --give-up-after, unlike waiting for --rate or for other origins. */
static void waiting_for_limit_rate_counts_as_trying(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, false, true);
    list_push_back(&bench.origins[0]->ready, &bench.ready[0]);
    review(&bench, 1);
    assert_ptr_equal(shares_next_to_start(&bench.shares, bench.now_us), bench.origins[0]);
    shares_wait(&bench.shares, bench.origins[0], bench.now_us + second, bench.now_us);
    assert_null(shares_next_to_start(&bench.shares, bench.now_us));
    assert_true(bench.origins[0]->idle_since_us == CLOCK_NEVER);
    assert_int_equal(shares_next_us(&bench.shares, bench.now_us), bench.now_us + second);
    bench.now_us += second;
    review(&bench, 0);
    assert_ptr_equal(shares_next_to_start(&bench.shares, bench.now_us), bench.origins[0]);
    bench_free(&bench);
}

static void an_origin_is_reviewed_when_it_may_have_to_be_given_up(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, true, true);
    (void)start_all(&bench, 1);
    end_one(&bench, 0, 503, "");
    list_remove(&bench.ready[0]);
    review(&bench, 0);
    assert_int_equal(shares_next_us(&bench.shares, bench.now_us), bench.now_us + 300 * second);
    bench.origins[0]->gave_up = true;
    review(&bench, 1);
    assert_int_equal(bench.origins[0]->counts.standing, ORIGIN_WITHOUT_FILES);
    assert_true(shares_next_us(&bench.shares, bench.now_us) == CLOCK_NEVER);
    assert_null(shares_next_to_load(&bench.shares));
    bench_free(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_take_turns),
        cmocka_unit_test(an_origin_gets_what_others_can_not_use),
        cmocka_unit_test(origins_that_can_use_everything_get_equal_parts),
        cmocka_unit_test(origins_in_doubt_get_a_few_and_at_most_half),
        cmocka_unit_test(slots_of_origins_in_doubt_are_at_most_half),
        cmocka_unit_test(one_transfer_goes_alone_until_there_is_a_connection),
        cmocka_unit_test(a_single_origin_has_no_limits_but_its_own),
        cmocka_unit_test(one_that_pauses_gets_nothing_and_gives_back_its_slots),
        cmocka_unit_test(one_that_is_probed_is_in_doubt_when_its_probe_is_due),
        cmocka_unit_test(waiting_for_its_turn_is_not_an_origins_fault),
        cmocka_unit_test(waiting_for_limit_rate_counts_as_trying),
        cmocka_unit_test(an_origin_is_reviewed_when_it_may_have_to_be_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
