/* Whole runs of the scheduler in a simulated world, and what holds after each of them. */
#include "sim_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sched/private.h"

#define TURNS_MOST     1000000
#define ENDING_MOST_US (2 * CLOCK_US_PER_SECOND) /* slow disk jobs, and the checks of a stall */

void run_fail(const struct run *run, const char *rule)
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
static bool is_patience_over(const struct sim *sim, const struct sim_server *server)
{
    int64_t quiet_until_us = server->quiet_until_us;
    int64_t until_us = sim->now_us > quiet_until_us ? sim->now_us : quiet_until_us;
    return until_us - server->answered_us >= sim->rules.give_up_after_us;
}

/* The scheduler gave up on `server`: for a reason, and for good. */
static void note_giving_up(struct run *run, struct sim_server *server)
{
    REQUIRE(run->sim.several);
    REQUIRE(server->gave_up || !server->connected || is_patience_over(&run->sim, server));
    server->gave_up = true;
}

static void hear_notice(struct run *run, const char *message)
{
    static const char prefix[] = "gave up on g";
    run->notices++;
    run->returns += strstr(message, "works again after") != NULL;
    if (strncmp(message, prefix, sizeof prefix - 1) != 0)
        return;
    unsigned long server = strtoul(message + sizeof prefix - 1, NULL, 10);
    REQUIRE(server < SIM_GROUPS_MOST);
    note_giving_up(run, &run->sim.servers[server]);
}

/* The name of a server is http://gN, or http://sim.example where there is one. */
static void hear_pause(struct run *run, const struct shoal_pause *pause)
{
    static const char prefix[] = "http://g";
    unsigned long server = 0;
    if (run->sim.several) {
        REQUIRE(strncmp(pause->origin, prefix, sizeof prefix - 1) == 0);
        server = strtoul(pause->origin + sizeof prefix - 1, NULL, 10);
    } else {
        REQUIRE(strcmp(pause->origin, "http://sim.example") == 0);
    }
    REQUIRE(server < SIM_GROUPS_MOST && pause->error[0] != '\0');
    REQUIRE(pause->wait_us == -1 || pause->wait_us >= CLOCK_US_PER_SECOND);
    run->sim.servers[server].pauses++;
}

static void on_event(void *context, const struct shoal_event *event)
{
    struct run *run = context;
    if (event->kind == SHOAL_EVENT_PLAN)
        run->planned++;
    if (event->kind == SHOAL_EVENT_NOTICE)
        hear_notice(run, event->notice.message);
    if (event->kind == SHOAL_EVENT_PAUSE)
        hear_pause(run, &event->pause);
    if (event->kind != SHOAL_EVENT_FILE)
        return;
    unsigned number = sim_number(event->file.path.data);
    struct told *told = &run->told[number];
    run->looked_at = number;
    told->count++;
    told->verdict = event->file.verdict;
    told->attempts = event->file.attempts;
    told->temporary = event->file.temporary;
    told->maybe_accepted = event->file.maybe_accepted;
    told->reason = event->file.reason;
    sim_watch_verdict(&run->sim, number, event->file.verdict == SHOAL_FAILED);
    struct sim_server *server = sim_server_of(&run->sim, number);
    const char *error = event->file.error == NULL ? "" : event->file.error;
    if (strstr(error, "gave up on") != NULL)
        note_giving_up(run, server);
    told->given_up = run->gave_up || server->gave_up || is_patience_over(&run->sim, server);
    REQUIRE(told->given_up || strstr(error, "no progress") == NULL);
}

void run_set(struct run *run, const char *name, const char *value)
{
    char error[SHOAL_ERROR_SIZE];
    if (!shoal_options_set(run->options, name, value, error))
        run_fail(run, error);
}

void run_set_number(struct run *run, const char *name, int64_t value, const char *unit)
{
    char text[48];
    (void)snprintf(text, sizeof text, "%lld%s", (long long)value, unit);
    run_set(run, name, text);
}

struct run *run_new(uint64_t seed)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->seed = seed;
    sim_init(&run->sim, seed);
    run->options = shoal_options_new();
    REQUIRE(shoal_options_add_operand(run->options, "sim"));
    return run;
}

void run_free(struct run *run)
{
    shoal_options_free(run->options);
    sim_free(&run->sim);
    free(run);
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
            run->gave_up = !sim->several && is_patience_over(sim, &sim->servers[0]);
        REQUIRE(sim->http.ops->poll(&sim->http, wait_us, &error));
        REQUIRE(sim->now_us < interrupts.ends_by_us);
        if (sim->watch.wrong != NULL)
            run_fail(run, sim->watch.wrong);
    }
    REQUIRE(sim->in_flight == 0);
    REQUIRE(sched_in_flight(sched) == 0);
}

void run_play(struct run *run)
{
    struct error error;
    struct sim *sim = &run->sim;
    struct config *config = config_new(run->options, &error);
    if (config == NULL)
        run_fail(run, error.text);
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
    bool connected = sim_server_of(&run->sim, run->looked_at)->connected;
    bool ended = run->ends_early || told->given_up || !connected;
    bool unknown = told->verdict == SHOAL_UNKNOWN;
    if (rules->at_most_once) {
        REQUIRE(ledger->accepted <= 1);
        REQUIRE(ledger->accepted == 0 || told->verdict != SHOAL_FAILED);
        REQUIRE(!unknown || ledger->ambiguous == 1);
    }
    REQUIRE(!unknown || (ledger->ambiguous > 0 && !told->temporary));
    REQUIRE(!unknown || ended || rules->at_most_once);
    bool failed = told->verdict == SHOAL_FAILED;
    REQUIRE(told->maybe_accepted == (failed && ledger->ambiguous > 0));
    REQUIRE((told->reason != SHOAL_REASON_NONE) == (failed || unknown));
    REQUIRE(told->reason != SHOAL_REASON_NOT_ATTEMPTED || (told->attempts == 0 && ended));
    if (failed && told->temporary)
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
    REQUIRE(totals->complete || run->status != 0);
    REQUIRE(!totals->complete || totals->found == run->sim.files);
    REQUIRE(totals->problems == run->sim.problems);
    REQUIRE(totals->verdicts[SHOAL_SKIPPED] == 0);
    bool all_well = sum == totals->verdicts[SHOAL_SENT] + totals->verdicts[SHOAL_EXISTS] &&
                    totals->problems == 0 && totals->found > 0 && totals->complete;
    REQUIRE((run->status == 0) == all_well);
    if (run->status == 75)
        REQUIRE(totals->verdicts[SHOAL_UNKNOWN] == 0 &&
                totals->temporary == totals->verdicts[SHOAL_FAILED]);
}

void run_check(struct run *run)
{
    check_totals(run);
    for (unsigned number = 0; !run->dry_run && number < run->sim.given; number++)
        check_file(run, number);
}

struct run *run_calm(unsigned files, uint64_t seed)
{
    struct run *run = run_new(seed);
    struct sim *sim = &run->sim;
    sim->files = files;
    sim->disk_faults = sim->server_faults = sim->capacity = sim->walk_pauses = 0;
    sim->tells_limits = false;
    sim->several = false;
    for (unsigned i = 0; i < SIM_GROUPS_MOST; i++)
        sim->servers[i].outage_until_us = 0;
    sim->rules = (struct sim_rules){.jobs_most = 1, .retries = 5};
    sim->rules.give_up_after_us = 40 * CLOCK_US_PER_SECOND;
    run_set(run, "url", "http://sim.example/{path}");
    run_set(run, "jobs", "1");
    run_set(run, "give-up-after", "40s");
    return run;
}
