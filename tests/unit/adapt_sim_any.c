/* Servers from a seed. */
#include <math.h>

#include "adapt_sim.h"
#include "base/random.h"

struct dice {
    struct random_seeded seeded;
    struct random_source random;
};

static double uniform(struct dice *dice)
{
    return (double)(random_next(&dice->random) >> 11) * 0x1p-53;
}

static bool chance(struct dice *dice, double share)
{
    return uniform(dice) < share;
}

/* Returns a number from `least` to `most`, each order of magnitude equally likely. */
static double spread_out(struct dice *dice, double least, double most)
{
    return least * pow(most / least, uniform(dice));
}

static void choose_room(struct dice *dice, struct sim_server *server)
{
    unsigned workers = (unsigned)spread_out(dice, 1, 200);
    double most_ms = workers / 3.0; /* 3,000 per second: more is slow to simulate */
    double service_ms = spread_out(dice, most_ms > 1 ? most_ms : 1, 400);
    double kind = uniform(dice);
    unsigned queue = kind < 0.3   ? 0
                     : kind < 0.6 ? (unsigned)(workers * spread_out(dice, 0.3, 4))
                                  : SIM_UNLIMITED;
    server->shifts[0] = (struct sim_shift){0, workers, queue, service_ms};
    server->shift_count = 1;
    server->spread = chance(dice, 0.3) ? 0 : chance(dice, 0.5) ? 0.3 : 1;
    server->network_ms = spread_out(dice, 0.1, 200);
    if (chance(dice, 0.2)) {
        double factor = spread_out(dice, 0.2, 5);
        unsigned later = (unsigned)(workers * factor) + 1;
        server->shifts[1] = (struct sim_shift){server->seconds * 0.6, later, queue, service_ms};
        server->shift_count = 2;
    }
}

static void choose_size(struct dice *dice, struct sim_server *server)
{
    server->client_us = 50;
    server->file_bytes = spread_out(dice, 1024, 262144);
    if (chance(dice, 0.3))
        server->link_bytes_per_s = spread_out(dice, 2e6, 200e6);
    if (chance(dice, 0.15)) {
        server->large_share = spread_out(dice, 0.01, 0.2);
        server->large_bytes = 4194304;
        server->link_bytes_per_s = spread_out(dice, 20e6, 200e6);
    }
}

static void choose_oddities(struct dice *dice, struct sim_server *server)
{
    if (chance(dice, 0.2))
        server->flaky = spread_out(dice, 0.01, 0.3);
    if (chance(dice, 0.1))
        server->dropped = spread_out(dice, 0.01, 0.1);
    if (chance(dice, 0.2)) {
        server->per_second = spread_out(dice, 5, 300);
        server->window_s = chance(dice, 0.5) ? 1 : 0;
    }
    if (chance(dice, 0.25))
        server->retry_after_s = 1;
    if (chance(dice, 0.1))
        server->thrash_above = server->shifts[0].workers * spread_out(dice, 1.1, 3);
    if (chance(dice, 0.1)) {
        server->frozen_every_s = spread_out(dice, 1, 10);
        server->frozen_ms = spread_out(dice, 50, 500);
    }
    if (chance(dice, 0.15))
        server->slow_share = spread_out(dice, 0.01, 0.1);
}

void sim_server_from_seed(struct sim_server *server, uint64_t seed)
{
    struct dice dice;
    dice.random = random_from_seed(&dice.seeded, seed);
    *server = (struct sim_server){.name = "any", .about = "made from a seed", .seconds = 60};
    choose_room(&dice, server);
    choose_size(&dice, server);
    choose_oddities(&dice, server);
}

unsigned sim_oddities(const struct sim_server *server)
{
    bool changes =
        server->shift_count > 1 || server->frozen_every_s > 0 || server->thrash_above > 0;
    return (server->flaky > 0 || server->dropped > 0 ? SIM_FLAKY : 0) |
           (server->retry_after_s > 0 ? SIM_PAUSES : 0) | (server->per_second > 0 ? SIM_RATED : 0) |
           (server->large_share > 0 ? SIM_LARGE : 0) | (changes ? SIM_CHANGES : 0);
}
