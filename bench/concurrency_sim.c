/* Compares `-j auto` with plain AIMD, Gradient2 and the best fixed -j on simulated servers.
 *
 *     concurrency-sim [SEEDS]          the table of docs/concurrency.md
 *     concurrency-sim --any [COUNT]    random servers, grouped by what is unusual about them
 *     concurrency-sim --trace SERVER   one run per controller, second by second, as CSV for
 *                                      scripts/plot-concurrency */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapt_sim.h"

static const enum sim_controller compared[] = {SIM_AIMD, SIM_GRADIENT2, SIM_ADAPT};

enum {
    COMPARED = sizeof compared / sizeof compared[0],
    SEEDS_USUAL = 30,
    ANY_USUAL = 200,
    TENTHS_A_ROW = 5,
};

static struct sim_result result;

static void print_row(const struct sim_server *server, unsigned long seeds)
{
    unsigned jobs = 0;
    double best = sim_best_fixed(server, 1, &jobs, &result);
    double best_start = sim_best_start(server, 1, &result);
    (void)printf("| %s: %s | %.0f/s at %u |", server->name, server->about, best, jobs);
    for (size_t i = 0; i < COMPARED; i++) {
        double sum = 0;
        double worst = 1e9;
        double rejected = 0;
        double start = 0;
        for (unsigned long seed = 1; seed <= seeds; seed++) {
            sim_run(server, compared[i], 0, seed, &result);
            double share = result.last_half / best;
            sum += share;
            worst = share < worst ? share : worst;
            rejected += result.rejected_after_10s;
            start += SIM_START_SECONDS / sim_seconds_until(&result, best_start);
        }
        (void)printf(" %.2f (%.2f), %.1f %%, %.2f |", sum / (double)seeds, worst,
            rejected / (double)seeds * 100, start / (double)seeds);
    }
    (void)printf("\n");
    (void)fflush(stdout);
}

static int print_table(unsigned long seeds)
{
    size_t count;
    const struct sim_server *servers = sim_servers(&count);
    (void)printf("| server | best fixed |");
    for (size_t i = 0; i < COMPARED; i++)
        (void)printf(" %s |", sim_controller_name(compared[i]));
    (void)printf("\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++)
        print_row(&servers[i], seeds);
    return EXIT_SUCCESS;
}

/* The results of a controller with servers of one kind. */
struct sum {
    unsigned count;
    double share;
    unsigned low;  /* runs below 0.90 of the best goodput */
    unsigned rude; /* runs with over 5% rejected, not counting what any controller gets rejected */
};

static void sum_add(struct sum *sum, double share, double rejected)
{
    sum->count++;
    sum->share += share < 1 ? share : 1;
    sum->low += share < 0.9;
    sum->rude += rejected > 0.05;
}

/* Runs one server with each controller and adds to the sums of its kinds: [0] all, [1] not unusual.
 */
static void add_any(struct sum sums[][COMPARED], uint64_t seed)
{
    struct sim_server server;
    sim_server_from_seed(&server, seed);
    unsigned oddities = sim_oddities(&server);
    double best = sim_best_polite(&server, seed, &result);
    for (size_t i = 0; i < COMPARED; i++) {
        sim_run(&server, compared[i], 0, seed, &result);
        double share = result.last_half / best;
        double rejected = result.rejected_after_10s - server.flaky;
        sum_add(&sums[0][i], share, rejected);
        if (oddities == 0)
            sum_add(&sums[1][i], share, rejected);
        for (unsigned bit = 0; bit < SIM_ODDITIES; bit++) {
            if (oddities & 1U << bit)
                sum_add(&sums[2 + bit][i], share, rejected);
        }
    }
}

static int print_any(unsigned long count)
{
    static const char *const kinds[2 + SIM_ODDITIES] = {"all", "nothing odd",
        "some fail whatever the load", "a rejection asks for a pause", "a rate limit",
        "some files are large", "the server changes, stops or thrashes"};
    static struct sum sums[2 + SIM_ODDITIES][COMPARED];
    for (uint64_t seed = 1; seed <= count; seed++)
        add_any(sums, seed);
    (void)printf("| servers | how many |");
    for (size_t i = 0; i < COMPARED; i++)
        (void)printf(" %s |", sim_controller_name(compared[i]));
    (void)printf("\n|---|---|---|---|---|\n");
    for (size_t kind = 0; kind < 2 + SIM_ODDITIES; kind++) {
        (void)printf("| %s | %u |", kinds[kind], sums[kind][0].count);
        for (size_t i = 0; i < COMPARED; i++) {
            const struct sum *sum = &sums[kind][i];
            (void)printf(" %.2f, %u low, %u rude |", sum->share / sum->count, sum->low, sum->rude);
        }
        (void)printf("\n");
    }
    return EXIT_SUCCESS;
}

static void print_trace(const struct sim_server *server, enum sim_controller controller)
{
    sim_run(server, controller, 0, 1, &result);
    size_t tenths = (size_t)(server->seconds * 10);
    for (size_t at = 0; at + TENTHS_A_ROW <= tenths; at += TENTHS_A_ROW) {
        unsigned accepted = 0;
        unsigned rejected = 0;
        for (size_t i = at; i < at + TENTHS_A_ROW; i++) {
            accepted += result.tenths[i].accepted;
            rejected += result.tenths[i].rejected;
        }
        (void)printf("%s,%.1f,%.2f,%.1f,%.1f\n", sim_controller_name(controller), (double)at / 10,
            result.tenths[at + TENTHS_A_ROW - 1].limit, accepted * 10.0 / TENTHS_A_ROW,
            rejected * 10.0 / TENTHS_A_ROW);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--trace") == 0) {
        const struct sim_server *server = sim_find(argv[2]);
        if (server == NULL) {
            (void)fprintf(stderr, "concurrency-sim: no server \"%s\"\n", argv[2]);
            return EXIT_FAILURE;
        }
        (void)printf("# %s\ncontroller,seconds,limit,accepted,rejected\n", server->about);
        for (size_t i = 0; i < COMPARED; i++)
            print_trace(server, compared[i]);
        return EXIT_SUCCESS;
    }
    if (argc > 1 && strcmp(argv[1], "--any") == 0)
        return print_any(argc > 2 ? strtoul(argv[2], NULL, 10) : ANY_USUAL);
    unsigned long seeds = argc > 1 ? strtoul(argv[1], NULL, 10) : SEEDS_USUAL;
    return print_table(seeds > 0 ? seeds : SEEDS_USUAL);
}
