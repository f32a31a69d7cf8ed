/* Checks the scheduler's promises where they show: at the server. */
#include "policy/outcome.h"

#include "sim.h"

/* Attempts in an outage before it is only probed: the budget of policy/retry.c. */
#define OUTAGE_FIRST 8
/* 503 with Retry-After in a row that pause the server, and in flight for one more: the most that
 * policy/health.c allows. */
#define ASKS_IN_ROW       4
#define IN_FLIGHT_PER_ASK 16
/* Unused time that the throttle makes up for, and the bytes of the largest turn. */
#define THROTTLE_IDLE_US 50000
#define THROTTLE_TURN    (64 * 1024)
/* The longest time between two steps of the loop. */
#define ROUND_US 100000

void sim_watch_init(struct sim *sim)
{
    for (unsigned group = 0; group < SIM_GROUPS_MOST; group++) {
        struct sim_server *server = &sim->servers[group];
        server->failing_since_us = CLOCK_NEVER;
        server->answered_us = sim->now_us;
        server->idle_since_us = sim->now_us;
        sim->watch.group_open[group] = -1;
    }
}

void sim_watch_rule(struct sim *sim, bool kept, const char *rule)
{
    if (!kept && sim->watch.wrong == NULL)
        sim->watch.wrong = rule;
}

static void watch_group(struct sim *sim, unsigned number)
{
    struct sim_watch *watch = &sim->watch;
    const struct sim_rules *rules = &sim->rules;
    unsigned group = sim_group(sim, number);
    bool alone = watch->group_open[group] < 0 || watch->group_open[group] == (int)number;
    if (rules->serial)
        sim_watch_rule(sim, alone, "one file of a group at a time");
    if (rules->first_alone && !watch->group_told[group])
        sim_watch_rule(sim, alone, "a group's first file goes alone");
    watch->group_open[group] = (int)number;
}

static void watch_rate(struct sim *sim)
{
    struct sim_watch *watch = &sim->watch;
    unsigned most = sim->rules.rate_most;
    if (most > 0 && watch->starts >= most) {
        int64_t before_us = watch->starts_us[(watch->starts - most) % SIM_STARTS_MOST];
        sim_watch_rule(
            sim, sim->now_us - before_us >= sim->rules.rate_window_us, "--rate in every window");
    }
    watch->starts_us[watch->starts++ % SIM_STARTS_MOST] = sim->now_us;
}

static void watch_patience(struct sim *sim, struct sim_server *server)
{
    const struct sim_rules *rules = &sim->rules;
    sim_watch_rule(sim, sim->now_us >= server->quiet_until_us, "a pause that the server asked for");
    /* The time in which other servers have the turn does not count either. */
    if (rules->rate_most == 0 && !sim->several && server->failing_since_us != CLOCK_NEVER)
        sim_watch_rule(sim,
            sim->now_us < server->failing_since_us + rules->give_up_after_us + ROUND_US,
            "no start after --give-up-after");
    sim_watch_rule(sim, !server->gave_up, "no start after it gave up");
    if (!sim_in_outage(sim, server))
        return;
    int64_t seconds = (sim->now_us - server->outage_from_us) / CLOCK_US_PER_SECOND;
    server->outage_starts++;
    sim_watch_rule(sim, server->outage_starts <= OUTAGE_FIRST + 3 * rules->jobs_most + seconds + 1,
        "at most one probe a second in an outage");
}

/* Time without a file to send does not count against the server. */
void sim_watch_found(struct sim *sim, unsigned number)
{
    struct sim_server *server = sim_server_of(sim, number);
    server->found++;
    if (server->idle_since_us == CLOCK_NEVER)
        return;
    int64_t idle_us = sim->now_us - server->idle_since_us;
    server->idle_since_us = CLOCK_NEVER;
    server->answered_us += idle_us;
    if (server->failing_since_us != CLOCK_NEVER)
        server->failing_since_us += idle_us;
}

static void watch_end_of_run(struct sim *sim)
{
    const struct sim_rules *rules = &sim->rules;
    sim_watch_rule(sim, !rules->no_more_starts, "no start after the run was told to end");
    sim_watch_rule(sim, rules->max_failures == 0 || sim->watch.failures < rules->max_failures,
        "no start after --max-failures");
}

void sim_watch_start(struct sim *sim, unsigned number)
{
    struct sim_ledger *ledger = &sim->ledger[number];
    struct sim_server *server = sim_server_of(sim, number);
    ledger->begun++;
    server->starts++;
    watch_end_of_run(sim);
    sim_watch_rule(
        sim, server->connected || server->in_flight == 1, "one alone until there is a connection");
    sim_watch_rule(sim, ledger->told == 0, "no attempt after the verdict");
    sim_watch_rule(sim, sim->in_flight <= sim->rules.jobs_most, "no more in flight than jobs_most");
    sim_watch_rule(sim, !sim->rules.at_most_once || ledger->ambiguous == 0,
        "at most once: no attempt after an ambiguous end");
    sim_watch_rule(
        sim, ledger->counted <= sim->rules.retries, "no more ends that count than --retries");
    sim_watch_rule(sim, sim->now_us >= ledger->quiet_until_us,
        "a wait that the response to the file asked for");
    watch_group(sim, number);
    watch_rate(sim);
    watch_patience(sim, server);
}

/* Was the cause on the client's side, which says nothing about the server? */
static bool is_ours(const struct attempt_end *end)
{
    return end->status == 0 &&
           (end->error == ATTEMPT_FILE_CHANGED || end->error == ATTEMPT_FILE_UNREADABLE ||
               end->error == ATTEMPT_CANCELLED);
}

/* Does not use policy/outcome.c, so that a mistake there is found. */
static bool is_ambiguous(const struct attempt_end *end)
{
    if (end->status != 0)
        return end->status == 500 || (end->status == 201 && end->error != ATTEMPT_OK);
    if (is_ours(end) && end->phase == ATTEMPT_SENDING)
        return false;
    return end->phase != ATTEMPT_CONNECTING;
}

/* A 503 with Retry-After is about its own file, unless it is not alone. */
static void watch_ask(struct sim *sim, struct sim_server *server, unsigned number)
{
    int64_t until_us = sim->now_us + CLOCK_US_PER_SECOND;
    sim->ledger[number].quiet_until_us = until_us;
    if (++server->asks_in_row >= ASKS_IN_ROW + sim->rules.jobs_most / IN_FLIGHT_PER_ASK &&
        until_us > server->quiet_until_us)
        server->quiet_until_us = until_us;
}

void sim_watch_end(struct sim *sim, unsigned number, const struct http_end *end)
{
    struct sim_server *server = sim_server_of(sim, number);
    const struct attempt_end *attempt = &end->attempt;
    bool ambiguous = is_ambiguous(attempt);
    /* A refusal that asks to wait is none. */
    bool waits = attempt->status == 403 && end->headers->length > 0;
    bool rejected = attempt->status == 429 || attempt->status == 503 || waits;
    sim->ledger[number].ambiguous += ambiguous;
    sim->ledger[number].counted += ambiguous || attempt->error == ATTEMPT_FILE_CHANGED;
    if (attempt->status == 503)
        watch_ask(sim, server, number);
    if (is_ours(attempt))
        return;
    if (attempt->status != 0 && !ambiguous && !rejected) {
        server->asks_in_row = 0;
        server->failing_since_us = CLOCK_NEVER;
        server->answered_us = sim->now_us;
    } else if (server->failing_since_us == CLOCK_NEVER) {
        server->failing_since_us = sim->now_us;
    }
}

void sim_watch_moved(struct sim *sim, int64_t bytes)
{
    int64_t rate = sim->rules.bytes_per_second;
    sim->watch.moved += bytes;
    if (rate == 0)
        return;
    /* The run began one second after the clock. */
    int64_t elapsed_us = sim->now_us - CLOCK_US_PER_SECOND + THROTTLE_IDLE_US;
    int64_t most = rate * elapsed_us / CLOCK_US_PER_SECOND + THROTTLE_TURN;
    sim_watch_rule(sim, sim->watch.moved <= most, "--limit-rate over all transfers");
}

void sim_watch_whole(struct sim *sim, unsigned number)
{
    const struct sim_ledger *ledger = &sim->ledger[number];
    sim_watch_rule(sim, ledger->loaded_at == sim->changes && !ledger->unreadable,
        "a file that changed, or could not be read on, is not sent whole");
}

void sim_watch_verdict(struct sim *sim, unsigned number, bool failed)
{
    struct sim_watch *watch = &sim->watch;
    struct sim_server *server = sim_server_of(sim, number);
    unsigned group = sim_group(sim, number);
    sim->ledger[number].told++;
    watch->failures += failed;
    if (!sim->ledger[number].lost)
        watch->group_told[group] = true;
    if (watch->group_open[group] == (int)number)
        watch->group_open[group] = -1;
    server->told_us = sim->now_us;
    if (++server->told == server->found)
        server->idle_since_us = sim->now_us;
}
