/* Whole runs of the scheduler in a simulated world: whatever the disk and the server do, every file
 * found gets one verdict, which agrees with what the server accepted, and the options are obeyed at
 * every moment.
 *
 * SHOAL_SIM_SEEDS is the number of seeds (1,000); SHOAL_SIM_SEED runs only that one. */
#include "sim_run.h"

#include <stdlib.h>

static void choose_flag(struct run *run, bool *flag, const char *name, unsigned of_thousand)
{
    *flag = sim_chance(&run->sim, of_thousand);
    if (*flag)
        run_set(run, name, NULL);
}

static void choose_groups(struct run *run)
{
    struct sim_rules *rules = &run->sim.rules;
    rules->grouped = sim_chance(&run->sim, 250);
    if (rules->grouped)
        run_set(run, "serial-by", "{dir}");
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
        run_set_number(run, "rate", sim->rules.rate_most, minutes ? "/m" : "/s");
    }
    if (sim_chance(sim, 150)) {
        sim->rules.bytes_per_second = 200000 + sim_below(sim, 2000000);
        run_set_number(run, "limit-rate", sim->rules.bytes_per_second, "");
    }
}

static void choose_patience(struct run *run)
{
    static const int64_t seconds[] = {300, 300, 20, 5};
    struct sim *sim = &run->sim;
    int64_t give_up_after = seconds[sim_below(sim, 4)];
    sim->rules.give_up_after_us = give_up_after * CLOCK_US_PER_SECOND;
    run_set_number(run, "give-up-after", give_up_after, "s");
    sim->rules.retries = (unsigned)sim_below(sim, 7);
    run_set_number(run, "retries", sim->rules.retries, "");
    run->grace_us = sim_below(sim, 3) * 5 * CLOCK_US_PER_SECOND;
    run_set_number(run, "grace", run->grace_us / CLOCK_US_PER_SECOND, "s");
    choose_flag(run, &sim->rules.at_most_once, "at-most-once", 300);
}

static void choose_options(struct run *run)
{
    struct sim *sim = &run->sim;
    bool raw;
    run_set(run, "url", sim->several ? "http://{dir}{path}" : "http://sim.example/{path}");
    run->interrupts = 400;
    sim->rules.jobs_most = 1 + (unsigned)sim_below(sim, 40);
    if (sim_chance(sim, 300))
        run_set(run, "jobs", "auto");
    else
        run_set_number(run, "jobs", sim->rules.jobs_most, "");
    run_set(run, "exists", "409");
    choose_flag(run, &run->dry_run, "dry-run", 50);
    choose_flag(run, &raw, "raw", 500);
    choose_groups(run);
    choose_rates(run);
    choose_patience(run);
    run->ends_early = sim_chance(sim, 100);
    if (run->ends_early) {
        sim->rules.max_failures = 1 + (unsigned)sim_below(sim, 5);
        run_set_number(run, "max-failures", sim->rules.max_failures, "");
    }
}

static void run_seed(uint64_t seed)
{
    struct run *run = run_new(seed);
    choose_options(run);
    run_play(run);
    run_check(run);
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

/* Probes fail, then --rate allows nothing for most of a minute. Together that is longer than
 * --give-up-after, but waiting for --rate does not count. */
static void waiting_for_a_rate_is_not_being_stuck(void **state)
{
    (void)state;
    struct run *run = run_calm(40, 1);
    run->sim.servers[0].outage_from_us = 2 * CLOCK_US_PER_SECOND;
    run->sim.servers[0].outage_until_us = 90 * CLOCK_US_PER_SECOND;
    run->sim.rules.rate_most = 30;
    run->sim.rules.rate_window_us = 60 * CLOCK_US_PER_SECOND;
    run_set(run, "rate", "30/m");
    run_play(run);
    run_check(run);
    REQUIRE(run->status == 0);
    run_free(run);
}

/* The response to the first file was lost; the next file is found ten times --give-up-after later.
 */
static void waiting_for_the_walk_is_not_being_stuck(void **state)
{
    (void)state;
    struct run *run = run_calm(10, 1);
    run->sim.loses_first = true;
    run->sim.pause_after = 1;
    run->sim.rules.at_most_once = true;
    run_set(run, "at-most-once", NULL);
    run_play(run);
    run_check(run);
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
