/* Several servers in one run: what goes wrong at one does not hold up the files for the others. */
#include "sim_run.h"

#include <stdlib.h>
#include <string.h>

#define AUTO_JOBS 256
#define ALL_TIME  (1000 * CLOCK_US_PER_SECOND)

/* The policy is the same under a sanitizer, which looks for other things and is slow: one seed and
 * few files, too few to judge times by. */
#ifdef __SANITIZE_ADDRESS__
enum {
    SEEDS = 1,
    TIMES_COUNT = false,
    MANY_FILES = 150
};
#else
enum {
    SEEDS = 7 /* odd, for a median */,
    TIMES_COUNT = true,
    MANY_FILES = 6000
};
#endif

static const int64_t second = CLOCK_US_PER_SECOND;

/* A run with `servers` servers, each of which gets as many files. The walk finds those of the first
 * server first, then those of the second, and so on. `jobs` 0: auto. */
static struct run *run_to(unsigned servers, unsigned files, unsigned jobs, uint64_t seed)
{
    struct run *run = run_calm(files, seed);
    struct sim *sim = &run->sim;
    sim->several = sim->in_order = true;
    sim->groups = servers;
    sim->rules.jobs_most = jobs == 0 ? AUTO_JOBS : jobs;
    sim->rules.give_up_after_us = 300 * second;
    run_set(run, "url", "http://{dir}{path}");
    run_set(run, "give-up-after", "300s");
    run_set_number(run, "jobs", jobs == 0 ? 1 : jobs, "");
    if (jobs == 0)
        run_set(run, "jobs", "auto");
    return run;
}

/* How long the last `servers` servers need for `files` files each, with no other server in the run:
 * until the last verdict. */
static int64_t time_alone(unsigned servers, unsigned files, unsigned jobs, uint64_t seed)
{
    struct run *run = run_to(servers, servers * files, jobs, seed);
    int64_t last_us = 0;
    run_play(run);
    run_check(run);
    REQUIRE(run->status == 0);
    for (unsigned i = 0; i < servers; i++)
        last_us = clock_later(last_us, run->sim.servers[i].told_us);
    run_free(run);
    return last_us - second;
}

/* When the last of the servers from `first` on had its last verdict. */
static int64_t time_of(const struct run *run, unsigned first)
{
    int64_t last_us = 0;
    for (unsigned i = first; i < run->sim.groups; i++)
        last_us = clock_later(last_us, run->sim.servers[i].told_us);
    return last_us - second;
}

/* What can be wrong with a server. */
enum wrong {
    WRONG_DOWN,   /* it can't be reached for 20 s, but could before */
    WRONG_NEVER,  /* it can't be reached at all */
    WRONG_PAUSES, /* for 20 s it asks for pauses, but did not before */
    WRONG_BUSY,   /* it asks for pauses from the start */
    WRONG_HANGS,  /* it takes connections and never responds */
    WRONGS,
};

static void make_wrong(struct sim_server *server, enum wrong wrong)
{
    if (wrong == WRONG_DOWN || wrong == WRONG_NEVER)
        server->outage_until_us = wrong == WRONG_NEVER ? ALL_TIME : 21 * second;
    if (wrong == WRONG_DOWN)
        server->outage_from_us = second + second / 2;
    if (wrong == WRONG_PAUSES || wrong == WRONG_BUSY)
        server->busy_until_us = 21 * second;
    if (wrong == WRONG_PAUSES)
        server->busy_from_us = second + second / 2;
    server->hangs = wrong == WRONG_HANGS;
}

/* A twelfth longer, because times are drawn differently. */
static void require_as_fast(int64_t took_us, int64_t alone_us)
{
    if (TIMES_COUNT && took_us > alone_us + alone_us / 12)
        fail_msg("it took %lld ms instead of %lld ms", (long long)(took_us / CLOCK_US_PER_MS),
            (long long)(alone_us / CLOCK_US_PER_MS));
}

static int compare_times(const void *one, const void *other)
{
    int64_t left = *(const int64_t *)one;
    int64_t right = *(const int64_t *)other;
    return left < right ? -1 : left > right;
}

static int64_t median(int64_t *times_us, size_t count)
{
    qsort(times_us, count, sizeof *times_us, compare_times);
    return times_us[count / 2];
}

/* How long the files of a healthy server take beside another one, in the world of `seed`. */
static int64_t time_beside(enum wrong wrong, unsigned files, unsigned jobs, uint64_t seed)
{
    struct run *run = run_to(2, 2 * files, jobs, seed);
    make_wrong(&run->sim.servers[0], wrong);
    run_play(run);
    run_check(run);
    REQUIRE(run->sim.servers[1].told == files);
    int64_t took_us = time_of(run, 1);
    run_free(run);
    return took_us;
}

/* With `auto` the median over some seeds, since one search for the best number differs from
 * another.
 */
static void files_of_a_healthy_server_are_as_fast_as_alone(void **state)
{
    (void)state;
    const unsigned files = MANY_FILES;
    static const unsigned jobs[] = {0, 16};
    int64_t times_us[SEEDS];
    for (size_t j = 0; j < COUNT_OF(jobs); j++) {
        size_t seeds = jobs[j] == 0 ? SEEDS : 1;
        for (size_t i = 0; i < seeds; i++)
            times_us[i] = time_alone(1, files, jobs[j], i + 1);
        int64_t alone_us = median(times_us, seeds);
        for (enum wrong wrong = 0; wrong < WRONGS; wrong++) {
            for (size_t i = 0; i < seeds; i++)
                times_us[i] = time_beside(wrong, files, jobs[j], i + 1);
            /* What hangs keeps two places. */
            int64_t less_us = wrong == WRONG_HANGS && jobs[j] > 0 ? alone_us * 2 / jobs[j] : 0;
            require_as_fast(median(times_us, seeds), alone_us + less_us);
        }
    }
}

static void hundreds_of_servers_of_which_a_third_is_down_do_not_hold_up_the_others(void **state)
{
    (void)state;
    const unsigned files = MANY_FILES / 150;
    int64_t alone_us = time_alone(200, files, 0, 1);
    struct run *run = run_to(SIM_GROUPS_MOST, SIM_GROUPS_MOST * files, 0, 1);
    for (unsigned i = 0; i < 100; i++)
        make_wrong(&run->sim.servers[i], i % 2 == 0 ? WRONG_DOWN : WRONG_PAUSES);
    run_play(run);
    run_check(run);
    REQUIRE(run->status == 0);
    /* The first half second is shared with the others, which are not down yet. */
    require_as_fast(time_of(run, 100), alone_us + second / 2);
    run_free(run);
}

/* How long the last server's files take while the others begin to pause, one after the other, when
 * each has files that are ready to be sent. Until then it has an eighth of the places only. */
static int64_t time_beside_pauses(unsigned files, uint64_t seed)
{
    struct run *run = run_to(8, 8 * files, 8, seed);
    for (unsigned i = 0; i < 7; i++) {
        struct sim_server *server = &run->sim.servers[i];
        server->busy_from_us = second + i * second / 10;
        server->busy_until_us = 60 * second;
    }
    run_play(run);
    run_check(run);
    REQUIRE(run->status == 0);
    int64_t took_us = time_of(run, 7);
    run_free(run);
    return took_us;
}

static void slots_of_servers_that_pause_are_there_for_the_others(void **state)
{
    (void)state;
    const unsigned files = 800;
    int64_t alone_us[SEEDS];
    int64_t beside_us[SEEDS];
    for (size_t i = 0; i < SEEDS; i++) {
        alone_us[i] = time_alone(1, files, 8, i + 1);
        beside_us[i] = time_beside_pauses(files, i + 1);
    }
    require_as_fast(median(beside_us, SEEDS), median(alone_us, SEEDS) + second / 2);
}

static void a_server_that_is_never_reached_fails_its_own_files_only(void **state)
{
    (void)state;
    const unsigned files = 300;
    for (unsigned bad = 0; bad < 3; bad++) {
        struct run *run = run_to(3, 3 * files, 8, 1);
        make_wrong(&run->sim.servers[bad], WRONG_NEVER);
        run->sim.pause_after = 2 * files + 1; /* some files are found after it was given up */
        run_play(run);
        run_check(run);
        REQUIRE(run->status == 75);
        REQUIRE(run->totals.complete);
        REQUIRE(run->totals.verdicts[SHOAL_SENT] == 2 * files);
        REQUIRE(run->totals.temporary == files);
        REQUIRE(run->sim.servers[bad].gave_up);
        REQUIRE(run->sim.servers[bad].starts == 6);
        run_free(run);
    }
}

/* The first server alone has more files than places for minutes. */
static void every_server_gets_its_turn_from_the_start(void **state)
{
    (void)state;
    struct run *run = run_to(20, 4000, 8, 1);
    run_play(run);
    run_check(run);
    REQUIRE(run->status == 0);
    int64_t first_us = ALL_TIME;
    int64_t last_us = 0;
    for (unsigned i = 0; i < 20; i++) {
        first_us = clock_earlier(first_us, run->sim.servers[i].told_us);
        last_us = clock_later(last_us, run->sim.servers[i].told_us);
    }
    REQUIRE(first_us - second > (last_us - second) * 9 / 10);
    run_free(run);
}

static void a_rate_is_that_of_all_servers_together(void **state)
{
    (void)state;
    struct run *run = run_to(4, 200, 8, 1);
    run->sim.rules.rate_most = 50;
    run->sim.rules.rate_window_us = second;
    run_set(run, "rate", "50/s");
    run_play(run); /* sim_watch.c looks at the rate, over all servers */
    run_check(run);
    REQUIRE(run->status == 0);
    REQUIRE(time_of(run, 0) < 5 * second);
    run_free(run);
}

static void a_pause_is_told_once_and_names_its_server(void **state)
{
    (void)state;
    static const struct {
        enum wrong wrong;
        unsigned least, most; /* pauses */
        unsigned returns;
    } cases[] = {{WRONG_DOWN, 1, 1, 1}, {WRONG_PAUSES, 5, 11, 0}, {WRONG_BUSY, 5, 11, 0},
        {WRONG_NEVER, 1, 1, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct run *run = run_to(2, 2000, 16, 1);
        make_wrong(&run->sim.servers[1], cases[i].wrong);
        run_play(run);
        run_check(run);
        REQUIRE(run->sim.servers[0].pauses == 0);
        REQUIRE(run->sim.servers[1].pauses >= cases[i].least);
        REQUIRE(run->sim.servers[1].pauses <= cases[i].most);
        REQUIRE(run->returns == cases[i].returns);
        REQUIRE(run->notices ==
                (cases[i].wrong == WRONG_PAUSES || cases[i].wrong == WRONG_BUSY ? 0 : 1));
        run_free(run);
    }
}

static void hundreds_of_servers_that_are_down_give_a_bounded_number_of_notices(void **state)
{
    (void)state;
    struct run *run = run_to(SIM_GROUPS_MOST, SIM_GROUPS_MOST * 3, 0, 1);
    for (unsigned i = 0; i < SIM_GROUPS_MOST; i++)
        make_wrong(&run->sim.servers[i], WRONG_NEVER);
    run_play(run);
    run_check(run);
    REQUIRE(run->status == 75);
    REQUIRE(run->totals.complete);
    REQUIRE(run->notices == 21);
    run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_a_healthy_server_are_as_fast_as_alone),
        cmocka_unit_test(hundreds_of_servers_of_which_a_third_is_down_do_not_hold_up_the_others),
        cmocka_unit_test(slots_of_servers_that_pause_are_there_for_the_others),
        cmocka_unit_test(a_server_that_is_never_reached_fails_its_own_files_only),
        cmocka_unit_test(every_server_gets_its_turn_from_the_start),
        cmocka_unit_test(a_rate_is_that_of_all_servers_together),
        cmocka_unit_test(a_pause_is_told_once_and_names_its_server),
        cmocka_unit_test(hundreds_of_servers_that_are_down_give_a_bounded_number_of_notices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
