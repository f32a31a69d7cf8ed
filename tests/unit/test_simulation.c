/* Whole runs of the scheduler in a world of a seed's: whatever the disk and the server do, every
 * file that was found has one verdict, and it agrees with what the server took.
 *
 * SHOAL_SIM_SEEDS says how many seeds are run (1,000), SHOAL_SIM_SEED runs that one alone. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sched.h"
#include "shoal.h"
#include "sim.h"

#define TURNS_MOST 2000000

struct told {
    unsigned count;
    enum shoal_verdict verdict;
    unsigned attempts;
    bool temporary;
};

struct run {
    struct sim sim;
    uint64_t seed;
    bool at_most_once;
    bool dry_run;
    unsigned jobs;
    unsigned retries;
    bool interrupts;
    struct told told[SIM_FILES_MOST];
    unsigned planned;
    int status;
    struct shoal_totals totals;
};

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("seed %llu: %s (SHOAL_SIM_SEED=%llu replays it)",                             \
                (unsigned long long)run->seed, #condition, (unsigned long long)run->seed);         \
    } while (0)

static void on_event(void *context, const struct shoal_event *event)
{
    struct run *run = context;
    if (event->kind == SHOAL_EVENT_PLAN)
        run->planned++;
    if (event->kind != SHOAL_EVENT_FILE)
        return;
    struct told *told = &run->told[sim_number(event->path.data)];
    told->count++;
    told->verdict = event->verdict;
    told->attempts = event->attempts;
    told->temporary = event->temporary;
}

static struct shoal_options *make_options(struct run *run)
{
    struct random_source *random = &run->sim.random;
    char number[32];
    struct shoal_options *options = shoal_options_new();
    run->jobs = 1 + (unsigned)random_below(random, 40);
    run->retries = (unsigned)random_below(random, 7);
    run->at_most_once = sim_chance(&run->sim, 300);
    run->dry_run = sim_chance(&run->sim, 50);
    (void)snprintf(number, sizeof number, "%u", run->jobs);
    REQUIRE(shoal_options_set(options, "jobs", number, NULL));
    (void)snprintf(number, sizeof number, "%u", run->retries);
    REQUIRE(shoal_options_set(options, "retries", number, NULL));
    REQUIRE(shoal_options_set(options, "exists", "409", NULL));
    if (run->at_most_once)
        REQUIRE(shoal_options_set(options, "at-most-once", NULL, NULL));
    if (run->dry_run)
        REQUIRE(shoal_options_set(options, "dry-run", NULL, NULL));
    if (sim_chance(&run->sim, 500))
        REQUIRE(shoal_options_set(options, "raw", NULL, NULL));
    if (sim_chance(&run->sim, 100))
        REQUIRE(shoal_options_set(options, "max-failures", "3", NULL));
    REQUIRE(shoal_options_set(options, "url", "http://sim.example/{path}", NULL));
    REQUIRE(shoal_options_add_operand(options, "sim"));
    return options;
}

/* Turns the loop as a session does, and interrupts it at a moment of the seed's. */
static void turn_until_done(struct run *run, struct sched *sched)
{
    struct sim *sim = &run->sim;
    run->interrupts = sim_chance(sim, 250);
    unsigned first = (unsigned)random_below(&sim->random, 300);
    unsigned second = first + (unsigned)random_below(&sim->random, 300);
    for (unsigned turn = 0; !sched_done(sched); turn++) {
        struct error error;
        REQUIRE(turn < TURNS_MOST);
        if (run->interrupts && (turn == first || turn == second))
            sched_end_run(sched, "interrupted");
        int64_t wait_us = sched_step(sched);
        REQUIRE(wait_us >= 0);
        REQUIRE(sim->http.ops->poll(&sim->http, wait_us, &error));
    }
    REQUIRE(sim->in_flight == 0);
    REQUIRE(sim->in_flight_most <= run->jobs);
}

static void play(struct run *run)
{
    struct error error;
    struct sim *sim = &run->sim;
    struct shoal_options *options = make_options(run);
    struct config *config = config_new(options, &error);
    REQUIRE(config != NULL);
    struct events events;
    events_init(&events, config, &sim->clock, on_event, run);
    struct sched_parts parts = {.config = config,
        .clock = &sim->clock,
        .random = &sim->random,
        .source = &sim->source,
        .reader = &sim->reader,
        .http = &sim->http,
        .events = &events,
        .jobs_most = run->jobs,
        .ahead_most = run->jobs};
    struct sched *sched = sched_new(&parts, &error);
    REQUIRE(sched != NULL);
    turn_until_done(run, sched);
    run->status = events_end(&events, 0);
    run->totals = events.totals;
    sched_free(sched);
    events_free(&events);
    config_free(config);
    shoal_options_free(options);
}

static void check_file(struct run *run, unsigned number)
{
    const struct told *told = &run->told[number];
    const struct sim_ledger *ledger = &run->sim.ledger[number];
    REQUIRE(told->count == 1);
    REQUIRE(told->attempts == ledger->begun);
    if (told->verdict == SHOAL_SENT)
        REQUIRE(ledger->taken >= 1);
    if (run->at_most_once) {
        REQUIRE(ledger->taken <= 1);
        REQUIRE(
            ledger->taken == 0 || told->verdict == SHOAL_SENT || told->verdict == SHOAL_UNKNOWN);
    } else if (told->verdict == SHOAL_UNKNOWN) {
        REQUIRE(!run->totals.complete || run->interrupts || run->totals.verdicts[SHOAL_FAILED] > 0);
    } else if (told->verdict == SHOAL_FAILED && told->temporary && ledger->taken > 0) {
        /* What may have been taken is called failed only where its retries are used up, by attempts
         * or by a disk. */
        REQUIRE(told->attempts > run->retries || run->sim.disk_faults > 0);
    }
    REQUIRE(ledger->begun > 0 || told->verdict == SHOAL_FAILED);
}

static void check_totals(struct run *run)
{
    const struct shoal_totals *totals = &run->totals;
    uint64_t sum = 0;
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++)
        sum += totals->verdicts[verdict];
    REQUIRE(totals->found == run->sim.given);
    REQUIRE(totals->found == sum + run->planned);
    REQUIRE(totals->problems == run->sim.problems);
    REQUIRE(totals->verdicts[SHOAL_SKIPPED] == 0);
    bool all_well = sum == totals->verdicts[SHOAL_SENT] + totals->verdicts[SHOAL_EXISTS] &&
                    totals->problems == 0 && totals->found > 0;
    REQUIRE((run->status == 0) == all_well);
    if (run->status == 75)
        REQUIRE(totals->verdicts[SHOAL_UNKNOWN] == 0 &&
                totals->temporary == totals->verdicts[SHOAL_FAILED]);
}

static void run_seed(uint64_t seed)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->seed = seed;
    sim_init(&run->sim, seed);
    play(run);
    check_totals(run);
    for (unsigned number = 0; !run->dry_run && number < run->sim.given; number++)
        check_file(run, number);
    sim_free(&run->sim);
    free(run);
}

static void every_file_has_one_verdict_that_agrees_with_the_server(void **state)
{
    (void)state;
    const char *only = getenv("SHOAL_SIM_SEED");
    const char *most = getenv("SHOAL_SIM_SEEDS");
    if (only != NULL) {
        run_seed(strtoull(only, NULL, 10));
        return;
    }
    uint64_t seeds = most == NULL ? 1000 : strtoull(most, NULL, 10);
    for (uint64_t seed = 1; seed <= seeds; seed++)
        run_seed(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_has_one_verdict_that_agrees_with_the_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
