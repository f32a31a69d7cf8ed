/* Whole runs of the scheduler in a simulated world: whatever the disk and the server do, every file
 * found gets one verdict, which agrees with what the server accepted, and the options are obeyed at
 * every moment.
 *
 * SHOAL_SIM_SEEDS is the number of seeds (1,000); SHOAL_SIM_SEED runs only that one. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sched/private.h"
#include "shoal.h"
#include "sim.h"

#define TURNS_MOST     1000000
#define ENDING_MOST_US (2 * CLOCK_US_PER_SECOND) /* slow disk jobs, and the checks of a stall */

struct told {
    unsigned count;
    enum shoal_verdict verdict;
    unsigned attempts;
    bool temporary;
    bool given_up; /* at its verdict, --give-up-after had passed */
};

struct run {
    struct sim sim;
    uint64_t seed;
    struct shoal_options *options;
    bool dry_run;
    bool ends_early; /* interrupted, or --max-failures */
    int64_t grace_us;
    unsigned interrupts; /* how often a run is interrupted, in a thousand */
    bool gave_up;        /* the run ended when --give-up-after had passed */
    struct told told[SIM_FILES_MOST];
    unsigned looked_at; /* the number of a file, for the message of a failure */
    unsigned planned;
    int status;
    struct shoal_totals totals;
};

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_run(run, #condition);                                                             \
    } while (0)

static void fail_run(const struct run *run, const char *rule)
{
    unsigned number = run->looked_at;
    const struct told *told = &run->told[number];
    const struct sim_ledger *ledger = &run->sim.ledger[number];
    print_message(
        "# file %u of %u: %u verdicts, %s, %u attempts; the server: begun %u, accepted %u, "
        "ambiguous %u; exit status %d\n",
        number, run->sim.given, told->count, shoal_verdict_name(told->verdict), told->attempts,
        ledger->begun, ledger->accepted, ledger->ambiguous, run->status);
    fail_msg("seed %llu: %s (SHOAL_SIM_SEED=%llu replays it)", (unsigned long long)run->seed, rule,
        (unsigned long long)run->seed);
}

/* Was there no response for --give-up-after, or does a pause last until then? */
static bool is_patience_over(const struct sim *sim)
{
    int64_t quiet_until_us = sim->watch.quiet_until_us;
    int64_t until_us = sim->now_us > quiet_until_us ? sim->now_us : quiet_until_us;
    return until_us - sim->watch.answered_us >= sim->rules.give_up_after_us;
}

static void on_event(void *context, const struct shoal_event *event)
{
    struct run *run = context;
    if (event->kind == SHOAL_EVENT_PLAN)
        run->planned++;
    if (event->kind != SHOAL_EVENT_FILE)
        return;
    unsigned number = sim_number(event->file.path.data);
    struct told *told = &run->told[number];
    run->looked_at = number;
    told->count++;
    told->verdict = event->file.verdict;
    told->attempts = event->file.attempts;
    told->temporary = event->file.temporary;
    sim_watch_verdict(&run->sim, number, event->file.verdict == SHOAL_FAILED);
    told->given_up = run->gave_up || is_patience_over(&run->sim);
    REQUIRE(told->given_up || event->file.error == NULL ||
            strstr(event->file.error, "no progress") == NULL);
}

static void set(struct run *run, const char *name, const char *value)
{
    char error[SHOAL_ERROR_SIZE];
    if (!shoal_options_set(run->options, name, value, error))
        fail_run(run, error);
}

static void set_number(struct run *run, const char *name, int64_t value, const char *unit)
{
    char text[48];
    (void)snprintf(text, sizeof text, "%lld%s", (long long)value, unit);
    set(run, name, text);
}

static void choose_flag(struct run *run, bool *flag, const char *name, unsigned of_thousand)
{
    *flag = sim_chance(&run->sim, of_thousand);
    if (*flag)
        set(run, name, NULL);
}

static void choose_groups(struct run *run)
{
    struct sim_rules *rules = &run->sim.rules;
    rules->grouped = sim_chance(&run->sim, 250);
    if (rules->grouped)
        set(run, "serial-by", "{dir}");
    choose_flag(run, &rules->first_alone, "first-alone", 150);
    rules->serial = rules->grouped && !rules->first_alone;
}

static void choose_rates(struct run *run)
{
    struct sim *sim = &run->sim;
    if (sim_chance(sim, 150)) {
        bool minutes = sim_chance(sim, 500);
        sim->rules.rate_most = minutes ? 60 + (unsigned)sim_below(sim, SIM_STARTS_MOST - 60)
                                       : 1 + (unsigned)sim_below(sim, 50);
        sim->rules.rate_window_us = (minutes ? 60 : 1) * CLOCK_US_PER_SECOND;
        set_number(run, "rate", sim->rules.rate_most, minutes ? "/m" : "/s");
    }
    if (sim_chance(sim, 150)) {
        sim->rules.bytes_per_second = 200000 + sim_below(sim, 2000000);
        set_number(run, "limit-rate", sim->rules.bytes_per_second, "");
    }
}

static void choose_patience(struct run *run)
{
    static const int64_t seconds[] = {300, 300, 20, 5};
    struct sim *sim = &run->sim;
    int64_t give_up_after = seconds[sim_below(sim, 4)];
    sim->rules.give_up_after_us = give_up_after * CLOCK_US_PER_SECOND;
    set_number(run, "give-up-after", give_up_after, "s");
    sim->rules.retries = (unsigned)sim_below(sim, 7);
    set_number(run, "retries", sim->rules.retries, "");
    run->grace_us = sim_below(sim, 3) * 5 * CLOCK_US_PER_SECOND;
    set_number(run, "grace", run->grace_us / CLOCK_US_PER_SECOND, "s");
    choose_flag(run, &sim->rules.at_most_once, "at-most-once", 300);
}

/* A run in the world of a seed, without options yet. */
static struct run *run_new(uint64_t seed)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->seed = seed;
    sim_init(&run->sim, seed);
    run->options = shoal_options_new();
    set(run, "url", "http://sim.example/{path}");
    REQUIRE(shoal_options_add_operand(run->options, "sim"));
    return run;
}

static void run_free(struct run *run)
{
    shoal_options_free(run->options);
    sim_free(&run->sim);
    free(run);
}

static void choose_options(struct run *run)
{
    struct sim *sim = &run->sim;
    bool raw;
    run->interrupts = 400;
    sim->rules.jobs_most = 1 + (unsigned)sim_below(sim, 40);
    if (sim_chance(sim, 300))
        set(run, "jobs", "auto");
    else
        set_number(run, "jobs", sim->rules.jobs_most, "");
    set(run, "exists", "409");
    choose_flag(run, &run->dry_run, "dry-run", 50);
    choose_flag(run, &raw, "raw", 500);
    choose_groups(run);
    choose_rates(run);
    choose_patience(run);
    run->ends_early = sim_chance(sim, 100);
    if (run->ends_early) {
        sim->rules.max_failures = 1 + (unsigned)sim_below(sim, 5);
        set_number(run, "max-failures", sim->rules.max_failures, "");
    }
}

/* When a session is interrupted, and until when it may last. */
struct interrupts {
    bool happen;
    unsigned at_turn[2];
    int64_t ends_by_us; /* CLOCK_NEVER: not interrupted yet */
};

static struct interrupts choose_interrupts(struct run *run)
{
    struct sim *sim = &run->sim;
    struct interrupts interrupts = {
        .happen = sim_chance(sim, run->interrupts), .ends_by_us = CLOCK_NEVER};
    /* During the first attempts, or later among retries. */
    int64_t latest = sim_chance(sim, 500) ? 150 : 2000;
    interrupts.at_turn[0] = (unsigned)sim_below(sim, latest);
    interrupts.at_turn[1] = interrupts.at_turn[0] + (unsigned)sim_below(sim, latest);
    run->ends_early = run->ends_early || interrupts.happen;
    return interrupts;
}

static void interrupt(struct run *run, struct sched *sched, struct interrupts *interrupts)
{
    int64_t now_us = run->sim.now_us;
    bool second = run->sim.rules.no_more_starts;
    if (second)
        sched_stop(sched);
    else
        sched_drain(sched, "interrupted");
    run->sim.rules.no_more_starts = true;
    interrupts->ends_by_us = now_us + ENDING_MOST_US + (second ? 0 : run->grace_us);
}

/* Runs the loop as a session does, and interrupts it where the seed says so. */
static void run_until_done(struct run *run, struct sched *sched)
{
    struct sim *sim = &run->sim;
    struct interrupts interrupts = choose_interrupts(run);
    for (unsigned turn = 0; !sched_done(sched); turn++) {
        struct error error;
        REQUIRE(turn < TURNS_MOST);
        for (int i = 0; interrupts.happen && i < 2; i++) {
            if (turn == interrupts.at_turn[i])
                interrupt(run, sched, &interrupts);
        }
        bool running = sched->phase == SCHED_RUNNING;
        int64_t wait_us = sched_step(sched);
        REQUIRE(wait_us >= 0);
        /* What is in flight may still get a response, but nothing is retried. */
        if (running && sched->phase != SCHED_RUNNING)
            run->gave_up = is_patience_over(sim);
        REQUIRE(sim->http.ops->poll(&sim->http, wait_us, &error));
        REQUIRE(sim->now_us < interrupts.ends_by_us);
        if (sim->watch.wrong != NULL)
            fail_run(run, sim->watch.wrong);
    }
    REQUIRE(sim->in_flight == 0);
    REQUIRE(sched_in_flight(sched) == 0);
}

static void play(struct run *run)
{
    struct error error;
    struct sim *sim = &run->sim;
    struct config *config = config_new(run->options, &error);
    if (config == NULL)
        fail_run(run, error.text);
    struct events events;
    events_init(&events, config, &sim->clock, on_event, run);
    struct sched_parts parts = {.config = config,
        .clock = &sim->clock,
        .random = &sim->random,
        .source = &sim->source,
        .reader = &sim->reader,
        .http = &sim->http,
        .events = &events,
        .jobs_most = sim->rules.jobs_most,
        .ahead_most = sim->rules.jobs_most};
    struct sched *sched = sched_new(&parts, &error);
    REQUIRE(sched != NULL);
    run_until_done(run, sched);
    run->status = events_end(&events, 0);
    run->totals = events.totals;
    sched_free(sched);
    events_free(&events);
    config_free(config);
}

/* A file fails temporarily only when its retries are used up or the run ended. It is unknown only
 * when it may have been accepted and could not be sent again, by --at-most-once or because the run
 * ended. */
static void check_doubt(struct run *run, const struct told *told, const struct sim_ledger *ledger)
{
    const struct sim_rules *rules = &run->sim.rules;
    bool ended = run->ends_early || told->given_up || !run->sim.http.connected;
    bool unknown = told->verdict == SHOAL_UNKNOWN;
    if (rules->at_most_once) {
        REQUIRE(ledger->accepted <= 1);
        REQUIRE(ledger->accepted == 0 || told->verdict != SHOAL_FAILED);
        REQUIRE(!unknown || ledger->ambiguous == 1);
    }
    REQUIRE(!unknown || (ledger->ambiguous > 0 && !told->temporary));
    REQUIRE(!unknown || ended || rules->at_most_once);
    if (told->verdict == SHOAL_FAILED && told->temporary)
        REQUIRE(ledger->counted > rules->retries || (ended && ledger->ambiguous == 0));
}

static void check_file(struct run *run, unsigned number)
{
    const struct told *told = &run->told[number];
    const struct sim_ledger *ledger = &run->sim.ledger[number];
    run->looked_at = number;
    REQUIRE(told->count == 1);
    REQUIRE(told->attempts == ledger->begun);
    REQUIRE(told->verdict != SHOAL_SENT || ledger->accepted >= 1);
    REQUIRE(ledger->begun > 0 || told->verdict == SHOAL_FAILED);
    check_doubt(run, told, ledger);
}

static void check_totals(struct run *run)
{
    const struct shoal_totals *totals = &run->totals;
    uint64_t sum = 0;
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++)
        sum += totals->verdicts[verdict];
    REQUIRE(totals->found == run->sim.given);
    REQUIRE(totals->found == sum + run->planned);
    REQUIRE(totals->complete || run->ends_early || run->status != 0);
    REQUIRE(!totals->complete || totals->found == run->sim.files);
    REQUIRE(totals->problems == run->sim.problems);
    REQUIRE(totals->verdicts[SHOAL_SKIPPED] == 0);
    bool all_well = sum == totals->verdicts[SHOAL_SENT] + totals->verdicts[SHOAL_EXISTS] &&
                    totals->problems == 0 && totals->found > 0;
    REQUIRE((run->status == 0) == all_well);
    if (run->status == 75)
        REQUIRE(totals->verdicts[SHOAL_UNKNOWN] == 0 &&
                totals->temporary == totals->verdicts[SHOAL_FAILED]);
}

static void check(struct run *run)
{
    check_totals(run);
    for (unsigned number = 0; !run->dry_run && number < run->sim.given; number++)
        check_file(run, number);
}

static void run_seed(uint64_t seed)
{
    struct run *run = run_new(seed);
    choose_options(run);
    play(run);
    check(run);
    run_free(run);
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

/* A run in which nothing goes wrong except what the test adds. */
static struct run *calm_run(unsigned files)
{
    struct run *run = run_new(1);
    struct sim *sim = &run->sim;
    sim->files = files;
    sim->disk_faults = sim->server_faults = sim->capacity = sim->walk_pauses = 0;
    sim->tells_limits = false;
    sim->outage_until_us = 0;
    sim->rules = (struct sim_rules){.jobs_most = 1, .retries = 5};
    sim->rules.give_up_after_us = 40 * CLOCK_US_PER_SECOND;
    set(run, "jobs", "1");
    set(run, "give-up-after", "40s");
    return run;
}

/* Probes fail, then --rate allows nothing for most of a minute. Together that is longer than
 * --give-up-after, but waiting for --rate does not count. */
static void waiting_for_a_rate_is_not_being_stuck(void **state)
{
    (void)state;
    struct run *run = calm_run(40);
    run->sim.outage_from_us = 2 * CLOCK_US_PER_SECOND;
    run->sim.outage_until_us = 90 * CLOCK_US_PER_SECOND;
    run->sim.rules.rate_most = 30;
    run->sim.rules.rate_window_us = 60 * CLOCK_US_PER_SECOND;
    set(run, "rate", "30/m");
    play(run);
    check(run);
    REQUIRE(run->status == 0);
    run_free(run);
}

/* The response to the first file was lost; the next file is found ten times --give-up-after later.
 */
static void waiting_for_the_walk_is_not_being_stuck(void **state)
{
    (void)state;
    struct run *run = calm_run(10);
    run->sim.loses_first = true;
    run->sim.pause_after = 1;
    run->sim.rules.at_most_once = true;
    set(run, "at-most-once", NULL);
    play(run);
    check(run);
    REQUIRE(run->totals.complete);
    REQUIRE(run->totals.verdicts[SHOAL_SENT] == 9);
    REQUIRE(run->totals.verdicts[SHOAL_UNKNOWN] == 1);
    run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_has_one_verdict_that_agrees_with_the_server),
        cmocka_unit_test(waiting_for_a_rate_is_not_being_stuck),
        cmocka_unit_test(waiting_for_the_walk_is_not_being_stuck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
