#include "adapt_sim.h"

#include <stdlib.h>
#include <string.h>

#include "adapt_sim_world.h"
#include "base/clock.h"
#include "base/container_of.h"

static struct sim_tick *world_tenth(struct world *world)
{
    size_t tenth = (size_t)(world->now_us / (CLOCK_US_PER_SECOND / 10));
    return &world->result->tenths[tenth < SIM_SECONDS * 10 ? tenth : SIM_SECONDS * 10 - 1];
}

static void world_score(struct world *world, enum outcome outcome)
{
    bool accepted = outcome == OUTCOME_DONE;
    bool rejected = outcome == OUTCOME_REJECTED;
    double at_s = (double)world->now_us / CLOCK_US_PER_SECOND;
    struct sim_tick *tick = world_tenth(world);
    tick->accepted += accepted ? 1 : 0;
    tick->rejected += rejected ? 1 : 0;
    world->result->accepted += accepted ? 1 : 0;
    world->result->rejected += rejected ? 1 : 0;
    if (at_s >= 10) {
        world->ended_after_10s++;
        world->rejected_after_10s += rejected ? 1 : 0;
    }
    if (accepted && at_s >= world->server->seconds / 2)
        world->result->last_half += 1;
}

static void world_ends(struct world *world, struct attempt *attempt)
{
    static const struct outcome_rules rules = {.success.bits[200 / 64] = UINT64_C(1) << 200 % 64};
    struct attempt_end end = {.phase = attempt->status != 0 ? ATTEMPT_ANSWERING : ATTEMPT_WAITING,
        .error = attempt->status != 0 ? ATTEMPT_OK : ATTEMPT_RECEIVE,
        .status = attempt->status,
        .asks_to_wait = attempt->retry_after_us > 0};
    enum outcome outcome = outcome_of(&end, &rules);
    struct retry_end ended = {.attempt = &end,
        .outcome = outcome,
        .started_us = attempt->noted.started_us,
        .retry_after_us = attempt->retry_after_us};
    if (attempt->streamed)
        adapt_note_moved(&world->control.adapt, (int64_t)attempt->bytes);
    enum retry_step step =
        retry_note_end(&world->retry, &attempt->file, &ended, world->now_us, &world->random);
    control_note_end(&world->control, &attempt->noted, outcome, &end,
        retry_asked_pause_us(&world->retry), (int64_t)attempt->bytes, world->now_us);
    world_score(world, outcome);
    if (step == RETRY_STEP_AGAIN && world->waiting_count < WAITING_MAX)
        world->waiting[world->waiting_count++] = attempt->file;
    attempt->next = world->free;
    world->free = attempt;
}

/* Returns a file that has waited long enough, or a new one. */
static struct retry_file world_next_file(struct world *world)
{
    for (size_t i = 0; i < world->waiting_count && i < 64; i++) {
        if (world->waiting[i].ready_us <= world->now_us) {
            struct retry_file file = world->waiting[i];
            world->waiting[i] = world->waiting[--world->waiting_count];
            return file;
        }
    }
    return (struct retry_file){0};
}

static void world_start(struct world *world)
{
    const struct sim_server *server = world->server;
    struct attempt *attempt = world->free;
    world->free = attempt->next;
    attempt->file = world_next_file(world);
    attempt->retry_after_us = 0;
    bool large = server->large_share > 0 && world_uniform(world) < server->large_share;
    attempt->bytes = large ? server->large_bytes : server->file_bytes;
    attempt->streamed = attempt->bytes > 1024 * 1024;
    retry_note_start(&world->retry, world->now_us);
    control_note_start(&world->control, &attempt->noted, attempt->streamed, world->now_us);
    world_tenth(world)->started++;
    int64_t leaves_us =
        world->client_free_us > world->now_us ? world->client_free_us : world->now_us;
    leaves_us += (int64_t)server->client_us;
    world->client_free_us = leaves_us;
    if (server->link_bytes_per_s > 0) {
        leaves_us = world->link_free_us > leaves_us ? world->link_free_us : leaves_us;
        leaves_us += (int64_t)(attempt->bytes / server->link_bytes_per_s * CLOCK_US_PER_SECOND);
        world->link_free_us = leaves_us;
    }
    world_at(world, attempt, STEP_ARRIVES,
        (double)(leaves_us - world->now_us) + server->network_ms * 500);
}

/* Starts all that may start. Returns when the next may. */
static int64_t world_start_all(struct world *world)
{
    for (;;) {
        int64_t next = control_next_start_us(&world->control, world->now_us);
        int64_t other = retry_next_start_us(&world->retry, world->now_us);
        control_note_blocked(
            &world->control, other > world->now_us ? other : INT64_MIN, world->now_us);
        next = other > next ? other : next;
        if (next > world->now_us || world->free == NULL)
            return next;
        world_start(world);
    }
}

static void world_step(struct world *world, struct attempt *attempt)
{
    if (attempt->step == STEP_ARRIVES)
        world_arrives(world, attempt);
    else if (attempt->step == STEP_SERVED)
        world_served(world, attempt);
    else
        world_ends(world, attempt);
}

static void world_init(struct world *world, const struct sim_server *server,
    enum sim_controller controller, unsigned jobs, uint64_t seed, struct sim_result *result)
{
    memset(result, 0, sizeof *result);
    memset(world, 0, sizeof *world);
    world->server = server;
    world->result = result;
    world->random = random_from_seed(&world->seeded, seed);
    control_init(&world->control, controller, jobs);
    struct retry_config config = {.retries = 5, .give_up_after_us = CLOCK_NEVER};
    retry_init(&world->retry, &config);
    heap_init(&world->events);
    for (size_t i = 0; i < ATTEMPTS_MAX; i++) {
        heap_node_init(&world->attempts[i].event);
        world->attempts[i].next = world->free;
        world->free = &world->attempts[i];
    }
}

/* Notes the limit at the end of each tenth of a second up to the next event. */
static void world_trace(struct world *world, int64_t until_us)
{
    int64_t tenth_us = CLOCK_US_PER_SECOND / 10;
    for (int64_t at = world->now_us / tenth_us; at <= until_us / tenth_us; at++) {
        if (at < SIM_SECONDS * 10)
            world->result->tenths[at].limit = control_limit(&world->control);
    }
}

static void world_sum_up(struct world *world)
{
    struct sim_result *result = world->result;
    result->last_half /= world->server->seconds / 2;
    result->rejected_after_10s =
        (double)world->rejected_after_10s / ((double)world->ended_after_10s + 1e-9);
    for (size_t i = 0; i < SIM_SECONDS * 10; i++) {
        struct sim_tick *second = &result->seconds[i / 10];
        second->limit = result->tenths[i].limit;
        second->accepted += result->tenths[i].accepted;
        second->rejected += result->tenths[i].rejected;
        second->started += result->tenths[i].started;
    }
}

void sim_run(const struct sim_server *server, enum sim_controller controller, unsigned jobs,
    uint64_t seed, struct sim_result *result)
{
    struct world *world = malloc(sizeof *world);
    if (world == NULL)
        abort();
    world_init(world, server, controller, jobs, seed, result);
    int64_t end_us = (int64_t)(server->seconds * CLOCK_US_PER_SECOND);
    while (world->now_us < end_us) {
        int64_t next_us = world_start_all(world);
        struct heap_node *node = heap_first(&world->events);
        if (node != NULL && node->key <= next_us)
            next_us = node->key;
        else
            node = NULL;
        next_us = next_us < end_us ? next_us : end_us;
        world_trace(world, next_us);
        world->now_us = next_us;
        if (node == NULL || world->now_us == end_us)
            continue;
        heap_remove(&world->events, node);
        world_step(world, container_of(node, struct attempt, event));
    }
    world_sum_up(world);
    heap_free(&world->events);
    free(world);
}

static const unsigned fixed_jobs[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32,
    40, 48, 50, 56, 64, 80, 96, 128, 160, 192, 224, 256};

#define FIXED_JOBS (sizeof fixed_jobs / sizeof fixed_jobs[0])

double sim_best_fixed(
    const struct sim_server *server, uint64_t seed, unsigned *best_jobs, struct sim_result *scratch)
{
    double best = 0;
    for (size_t i = 0; i < FIXED_JOBS; i++) {
        sim_run(server, SIM_FIXED, fixed_jobs[i], seed, scratch);
        if (scratch->last_half > best) {
            best = scratch->last_half;
            if (best_jobs != NULL)
                *best_jobs = fixed_jobs[i];
        }
    }
    const struct sim_shift *shift = &server->shifts[server->shift_count - 1];
    double serves = shift->workers * 1000 / shift->service_ms;
    double takes = server->per_second < serves ? server->per_second : serves;
    return takes > best ? takes : best;
}

double sim_best_start(const struct sim_server *server, uint64_t seed, struct sim_result *scratch)
{
    double best = 0;
    for (size_t i = 0; i < FIXED_JOBS; i++) {
        double files = 0;
        sim_run(server, SIM_FIXED, fixed_jobs[i], seed, scratch);
        for (size_t second = 0; second < SIM_START_SECONDS; second++)
            files += scratch->seconds[second].accepted;
        best = files > best ? files : best;
    }
    return best;
}

double sim_seconds_until(const struct sim_result *result, double files)
{
    double sum = 0;
    for (size_t i = 0; i < (size_t)SIM_SECONDS * 10; i++) {
        double more = result->tenths[i].accepted;
        if (more > 0 && sum + more >= files)
            return ((double)i + (files - sum) / more) / 10;
        sum += more;
    }
    return SIM_SECONDS;
}

double sim_best_polite(const struct sim_server *server, uint64_t seed, struct sim_result *scratch)
{
    double best = 0;
    double fewest = 2;
    for (size_t i = 0; i < FIXED_JOBS; i++) {
        sim_run(server, SIM_FIXED, fixed_jobs[i], seed, scratch);
        double rejected = scratch->rejected_after_10s - server->flaky;
        double counted = rejected < 0.05 ? 0.05 : rejected;
        if (counted < fewest || (counted == fewest && scratch->last_half > best))
            best = scratch->last_half;
        fewest = counted < fewest ? counted : fewest;
    }
    return best;
}
