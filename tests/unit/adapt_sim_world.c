/* The server of the simulation: how long it takes, what it rejects. */
#include "adapt_sim_world.h"

#include <stdlib.h>

#include "base/clock.h"

/* How long the server takes to reject. */
#define REJECT_US 500

double world_uniform(struct world *world)
{
    return (double)(random_next(&world->random) >> 11) * 0x1p-53;
}

/* Returns a random number, exponentially distributed with mean 1, by von Neumann's comparison
 * method: exact, without a logarithm. */
static double exponential(struct world *world)
{
    unsigned whole = 0;
    for (;;) {
        double first = world_uniform(world);
        double last = first;
        double next = world_uniform(world);
        unsigned run = 1;
        while (next < last) {
            last = next;
            next = world_uniform(world);
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

/* Returns how long the server stops within the next `lasts_us`. */
static double world_frozen_us(const struct world *world, double lasts_us)
{
    const struct sim_server *server = world->server;
    if (server->frozen_every_s == 0)
        return 0;
    double every_us = server->frozen_every_s * CLOCK_US_PER_SECOND;
    double frozen_us = server->frozen_ms * 1000;
    double into_us =
        (double)world->now_us - every_us * (double)(int64_t)((double)world->now_us / every_us);
    if (into_us < frozen_us)
        return frozen_us - into_us;
    return into_us + lasts_us > every_us ? frozen_us : 0;
}

/* Returns a random service time. Its mean changes linearly between shifts with different times. */
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
    if (server->slow_share > 0 && world_uniform(world) < server->slow_share)
        mean *= 10;
    double lasts = mean * (1 - server->spread + server->spread * exponential(world));
    return lasts + world_frozen_us(world, lasts);
}

void world_at(struct world *world, struct attempt *attempt, enum step step, double in_us)
{
    attempt->step = step;
    if (!heap_reserve(&world->events, world->events.count + 1))
        abort();
    heap_add(&world->events, &attempt->event, world->now_us + (int64_t)in_us);
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

static int64_t world_window_us(const struct world *world)
{
    return (int64_t)(world->server->window_s * CLOCK_US_PER_SECOND);
}

static bool world_within_window(struct world *world)
{
    int64_t window = world->now_us / world_window_us(world);
    if (window != world->window)
        world->tokens = 0;
    world->window = window;
    world->tokens += 1;
    return world->tokens <= world->server->per_second * world->server->window_s;
}

/* Returns the pause that a rejection asks for: until the window ends, in whole seconds, or always
 * the same. */
static int64_t world_retry_after_us(const struct world *world)
{
    const struct sim_server *server = world->server;
    if (server->retry_after_s == 0 || server->window_s == 0)
        return (int64_t)(server->retry_after_s * CLOCK_US_PER_SECOND);
    int64_t left_us = world_window_us(world) - world->now_us % world_window_us(world);
    return (left_us / CLOCK_US_PER_SECOND + 1) * CLOCK_US_PER_SECOND;
}

static bool world_within_rate(struct world *world)
{
    double rate = world->server->per_second;
    if (rate == 0)
        return true;
    if (world->server->window_s > 0)
        return world_within_window(world);
    double burst = rate / 5 < 1 ? 1 : rate / 5;
    world->tokens += (double)(world->now_us - world->tokens_us) * rate / CLOCK_US_PER_SECOND;
    world->tokens = world->tokens > burst ? burst : world->tokens;
    world->tokens_us = world->now_us;
    if (world->tokens < 1)
        return false;
    world->tokens -= 1;
    return true;
}

/* The attempt is too much for the server now. */
static void world_reject(struct world *world, struct attempt *attempt)
{
    attempt->retry_after_us = world_retry_after_us(world);
    world_answer(world, attempt, 503, REJECT_US);
}

void world_arrives(struct world *world, struct attempt *attempt)
{
    const struct sim_shift *shift = world_shift(world);
    bool flaky = world->server->flaky > 0 && world_uniform(world) < world->server->flaky;
    if (flaky) {
        attempt->retry_after_us = world->server->flaky_pauses ? world_retry_after_us(world) : 0;
        world_answer(world, attempt, 503, REJECT_US);
    } else if (!world_within_rate(world)) {
        world_reject(world, attempt);
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
        world_reject(world, attempt);
    }
}

void world_served(struct world *world, struct attempt *attempt)
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
    bool dropped = world->server->dropped > 0 && world_uniform(world) < world->server->dropped;
    world_answer(world, attempt, dropped ? 0 : 200, 0);
}
