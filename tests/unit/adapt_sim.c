#include "adapt_sim.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "adapt_sim_control.h"
#include "base/clock.h"
#include "base/heap.h"
#include "policy/retry.h"

enum {
    ATTEMPTS_MAX = 512,
    WAITING_MAX = 65536,
    REJECT_US = 500,
};

enum step {
    STEP_ARRIVES, /* at the server */
    STEP_SERVED,  /* the server is done with it */
    STEP_ENDS,    /* the client has the answer */
};

struct attempt {
    struct heap_node event;
    enum step step;
    struct adapt_attempt noted;
    struct retry_file file;
    double bytes;
    long status; /* 0: the connection broke */
    bool streamed;
    struct attempt *next; /* in the server's queue, or free */
};

struct world {
    const struct sim_server *server;
    struct sim_result *result;
    struct control control;
    struct retry retry;
    struct random_seeded seeded;
    struct random_source random;
    struct heap events;
    struct attempt attempts[ATTEMPTS_MAX];
    struct attempt *free;
    struct attempt *queue_first;
    struct attempt *queue_last;
    unsigned queued;
    unsigned working;
    int64_t now_us;
    int64_t client_free_us;
    int64_t link_free_us;
    double tokens;
    int64_t tokens_us;
    struct retry_file waiting[WAITING_MAX]; /* files to be sent again, a ring by no order */
    size_t waiting_count;
    uint64_t ended_last_half;
    uint64_t rejected_last_half;
    uint64_t ended_after_10s;
    uint64_t rejected_after_10s;
};

static double uniform(struct world *world)
{
    return (double)(random_next(&world->random) >> 11) * 0x1p-53;
}

/* Exponentially distributed around 1, by von Neumann's method of comparisons: exact, and without a
 * logarithm. */
static double exponential(struct world *world)
{
    unsigned whole = 0;
    for (;;) {
        double first = uniform(world);
        double last = first;
        double next = uniform(world);
        unsigned run = 1;
        while (next < last) {
            last = next;
            next = uniform(world);
            run++;
        }
        if (run % 2 == 1)
            return whole + first;
        whole++;
    }
}

static const struct sim_shift *world_shift(const struct world *world)
{
    const struct sim_server *server = world->server;
    size_t at = 0;
    while (at + 1 < server->shift_count &&
           world->now_us >= (int64_t)(server->shifts[at + 1].at_s * CLOCK_US_PER_SECOND))
        at++;
    return &server->shifts[at];
}

/* Between two shifts with different times the time changes evenly. */
static double world_service_us(struct world *world)
{
    const struct sim_server *server = world->server;
    const struct sim_shift *shift = world_shift(world);
    double mean = shift->service_ms * 1000;
    size_t next = (size_t)(shift - server->shifts) + 1;
    if (next < server->shift_count && shift->service_ms != server->shifts[next].service_ms) {
        double past = (double)world->now_us / CLOCK_US_PER_SECOND - shift->at_s;
        double share = past / (server->shifts[next].at_s - shift->at_s);
        mean += share * (server->shifts[next].service_ms - shift->service_ms) * 1000;
    }
    double inside = world->working + world->queued;
    if (server->thrash_above > 0 && inside > server->thrash_above)
        mean *= inside / server->thrash_above;
    return mean * (1 - server->spread + server->spread * exponential(world));
}

static void world_at(struct world *world, struct attempt *attempt, enum step step, double in_us)
{
    attempt->step = step;
    (void)heap_add(&world->events, &attempt->event, world->now_us + (int64_t)in_us);
}

static void world_answer(struct world *world, struct attempt *attempt, long status, double in_us)
{
    attempt->status = status;
    world_at(world, attempt, STEP_ENDS, in_us + world->server->network_ms * 500);
}

static void world_serve(struct world *world, struct attempt *attempt)
{
    world->working++;
    world_at(world, attempt, STEP_SERVED, world_service_us(world));
}

static bool world_within_rate(struct world *world)
{
    double rate = world->server->per_second;
    if (rate == 0)
        return true;
    double burst = rate / 5 < 1 ? 1 : rate / 5;
    world->tokens += (double)(world->now_us - world->tokens_us) * rate / CLOCK_US_PER_SECOND;
    world->tokens = world->tokens > burst ? burst : world->tokens;
    world->tokens_us = world->now_us;
    if (world->tokens < 1)
        return false;
    world->tokens -= 1;
    return true;
}

static void world_arrives(struct world *world, struct attempt *attempt)
{
    const struct sim_shift *shift = world_shift(world);
    bool flaky = world->server->flaky > 0 && uniform(world) < world->server->flaky;
    if (flaky || !world_within_rate(world)) {
        world_answer(world, attempt, 503, REJECT_US);
    } else if (world->working < shift->workers) {
        world_serve(world, attempt);
    } else if (shift->workers > 0 && world->queued < shift->queue) {
        attempt->next = NULL;
        if (world->queue_last != NULL)
            world->queue_last->next = attempt;
        else
            world->queue_first = attempt;
        world->queue_last = attempt;
        world->queued++;
    } else {
        world_answer(world, attempt, 503, REJECT_US);
    }
}

static void world_served(struct world *world, struct attempt *attempt)
{
    world->working--;
    if (world->queue_first != NULL && world->working < world_shift(world)->workers) {
        struct attempt *next = world->queue_first;
        world->queue_first = next->next;
        if (world->queue_first == NULL)
            world->queue_last = NULL;
        world->queued--;
        world_serve(world, next);
    }
    bool dropped = world->server->dropped > 0 && uniform(world) < world->server->dropped;
    world_answer(world, attempt, dropped ? 0 : 200, 0);
}

static struct sim_tick *world_tenth(struct world *world)
{
    size_t tenth = (size_t)(world->now_us / (CLOCK_US_PER_SECOND / 10));
    return &world->result->tenths[tenth < SIM_SECONDS * 10 ? tenth : SIM_SECONDS * 10 - 1];
}

static void world_score(struct world *world, const struct attempt *attempt, enum outcome outcome)
{
    bool taken = outcome == OUTCOME_DONE;
    bool rejected = outcome == OUTCOME_REJECTED;
    double at_s = (double)world->now_us / CLOCK_US_PER_SECOND;
    struct sim_tick *tick = world_tenth(world);
    tick->taken += taken ? 1 : 0;
    tick->rejected += rejected ? 1 : 0;
    world->result->taken += taken ? 1 : 0;
    world->result->rejected += rejected ? 1 : 0;
    if (at_s >= 10) {
        world->ended_after_10s++;
        world->rejected_after_10s += rejected ? 1 : 0;
    }
    if (at_s < world->server->seconds / 2)
        return;
    world->ended_last_half++;
    world->rejected_last_half += rejected ? 1 : 0;
    if (taken) {
        world->result->last_half += 1;
        world->result->work_last_half += 1 + attempt->bytes / 65536;
    }
}

static void world_ends(struct world *world, struct attempt *attempt)
{
    static const struct outcome_rules rules = {.success.bits[200 / 64] = UINT64_C(1) << 200 % 64};
    struct attempt_end end = {.phase = attempt->status != 0 ? ATTEMPT_ANSWERING : ATTEMPT_WAITING,
        .error = attempt->status != 0 ? ATTEMPT_OK : ATTEMPT_RECEIVE,
        .status = attempt->status};
    enum outcome outcome = outcome_of(&end, &rules);
    struct retry_end ended = {
        .attempt = &end, .outcome = outcome, .started_us = attempt->noted.started_us};
    if (attempt->streamed)
        adapt_note_moved(&world->control.adapt, (int64_t)attempt->bytes);
    control_note_end(
        &world->control, &attempt->noted, outcome, &end, (int64_t)attempt->bytes, world->now_us);
    enum retry_step step =
        retry_note_end(&world->retry, &attempt->file, &ended, world->now_us, &world->random);
    world_score(world, attempt, outcome);
    if (step == RETRY_STEP_AGAIN && world->waiting_count < WAITING_MAX)
        world->waiting[world->waiting_count++] = attempt->file;
    attempt->next = world->free;
    world->free = attempt;
}

/* A file that has waited long enough, or a new one. */
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
    bool large = server->large_share > 0 && uniform(world) < server->large_share;
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

/* Starts what may start. Gives when the next may. */
static int64_t world_start_all(struct world *world)
{
    for (;;) {
        int64_t next = control_next_start_us(&world->control, world->now_us);
        int64_t other = retry_next_start_us(&world->retry, world->now_us);
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

/* The limit at the end of each tenth, carried on to the next event. */
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
    double half = world->server->seconds / 2;
    result->last_half /= half;
    result->work_last_half /= half;
    result->rejected_last_half =
        (double)world->rejected_last_half / ((double)world->ended_last_half + 1e-9);
    result->rejected_after_10s =
        (double)world->rejected_after_10s / ((double)world->ended_after_10s + 1e-9);
    for (size_t i = 0; i < SIM_SECONDS * 10; i++) {
        struct sim_tick *second = &result->seconds[i / 10];
        second->limit = result->tenths[i].limit;
        second->taken += result->tenths[i].taken;
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
        world_step(world, (struct attempt *)((char *)node - offsetof(struct attempt, event)));
    }
    world_sum_up(world);
    heap_free(&world->events);
    free(world);
}

double sim_best_fixed(
    const struct sim_server *server, uint64_t seed, unsigned *best_jobs, struct sim_result *scratch)
{
    static const unsigned jobs[] = {1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48,
        50, 56, 64, 80, 96, 128, 160, 192, 224, 256};
    double best = 0;
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        sim_run(server, SIM_FIXED, jobs[i], seed, scratch);
        if (scratch->last_half > best) {
            best = scratch->last_half;
            if (best_jobs != NULL)
                *best_jobs = jobs[i];
        }
    }
    return server->per_second > best ? server->per_second : best;
}
