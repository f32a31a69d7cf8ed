#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_PATH_SIZE    24
#define FILES_MOST         400 /* of a world that a seed determines */
#define GROUPS_MOST        8   /* the same */
#define WALK_PAUSE_MOST_US (400 * CLOCK_US_PER_SECOND)

struct sim_event {
    struct heap_node node; /* first */
    void (*happens)(struct sim *sim, void *object);
    void *object;
};

void sim_schedule(
    struct sim *sim, int64_t in_us, void (*happens)(struct sim *sim, void *object), void *object)
{
    struct sim_event *event = calloc(1, sizeof *event);
    if (event == NULL)
        abort();
    heap_node_init(&event->node);
    event->happens = happens;
    event->object = object;
    if (!heap_reserve(&sim->events, sim->events.count + 1))
        abort();
    heap_add(&sim->events, &event->node, sim->now_us + in_us);
}

bool sim_chance(struct sim *sim, unsigned of_thousand)
{
    return random_below(&sim->random, 1000) < of_thousand;
}

int64_t sim_below(struct sim *sim, int64_t bound)
{
    return (int64_t)random_below(&sim->random, (uint64_t)bound);
}

/* `path` is "g3/f000123", or a URL that ends with such a path. */
unsigned sim_number(const char *path)
{
    return (unsigned)strtoul(strrchr(path, '/') + 2, NULL, 10);
}

unsigned sim_folder(const struct sim *sim, unsigned number)
{
    if (!sim->in_order)
        return number % sim->groups;
    return (unsigned)((uint64_t)number * sim->groups / sim->files);
}

unsigned sim_group(const struct sim *sim, unsigned number)
{
    return sim->rules.grouped ? sim_folder(sim, number) : 0;
}

struct sim_server *sim_server_of(struct sim *sim, unsigned number)
{
    return &sim->servers[sim->several ? sim_folder(sim, number) : 0];
}

bool sim_is_busy(const struct sim *sim, const struct sim_server *server)
{
    return sim->now_us >= server->busy_from_us && sim->now_us < server->busy_until_us;
}

bool sim_in_outage(const struct sim *sim, const struct sim_server *server)
{
    return sim->now_us >= server->outage_from_us && sim->now_us < server->outage_until_us;
}

/* Clock */

static int64_t sim_now_us(void *context)
{
    return ((struct sim *)context)->now_us;
}

static int64_t sim_wall_seconds(void *context)
{
    return 1700000000 + ((struct sim *)context)->now_us / CLOCK_US_PER_SECOND;
}

/* The folder */

static struct sim *sim_of_source(struct source *source)
{
    return container_of(source, struct sim, source);
}

static struct entry *make_entry(struct sim *sim)
{
    struct entry *entry = calloc(1, sizeof *entry + ENTRY_PATH_SIZE);
    if (entry == NULL)
        abort();
    unsigned number = sim->given++;
    sim_watch_found(sim, number);
    entry->root = &sim->root;
    (void)snprintf(entry->path, ENTRY_PATH_SIZE, "g%u/f%06u", sim_folder(sim, number), number);
    return entry;
}

static struct walk_item make_item(struct sim *sim)
{
    if (sim->given == sim->files) {
        sim->end_given = true;
        return (struct walk_item){.kind = WALK_END};
    }
    if (sim_chance(sim, sim->disk_faults / 8)) {
        sim->problems++;
        return (struct walk_item){
            .kind = WALK_PROBLEM, .path = strdup("folder"), .text = strdup("can't be read")};
    }
    struct walk_item item = {.kind = WALK_FILE, .entry = make_entry(sim)};
    if (sim_chance(sim, sim->disk_faults / 8)) {
        sim->ledger[sim->given - 1].lost = true;
        item.kind = WALK_LOST;
        item.text = strdup("is not there");
    }
    return item;
}

static size_t source_take(struct source *source, struct walk_item *items, size_t most)
{
    struct sim *sim = sim_of_source(source);
    if (sim->now_us < sim->walk_pause_until_us)
        return 0;
    if (sim_chance(sim, sim->walk_pauses))
        sim->walk_pause_until_us = sim->now_us + sim_below(sim, WALK_PAUSE_MOST_US);
    size_t wanted = (size_t)sim_below(sim, (int64_t)most + 1);
    size_t count = 0;
    while (count < wanted && !sim->end_given) {
        items[count++] = make_item(sim);
        if (sim->given == sim->pause_after) {
            sim->walk_pause_until_us = sim->now_us + WALK_PAUSE_MOST_US;
            break;
        }
    }
    return count;
}

static uint64_t source_passed_over(struct source *source)
{
    (void)source;
    return 0;
}

static const struct source_ops source_table = {
    .take = source_take, .passed_over = source_passed_over};

/* Most servers can always be reached; some cannot for a while, a few for long. */
static void choose_outage(struct sim *sim, struct sim_server *server)
{
    if (!sim_chance(sim, 300))
        return;
    int64_t longest = sim_chance(sim, 300) ? 600 : 30;
    server->outage_from_us = sim_below(sim, 3 * CLOCK_US_PER_SECOND);
    server->outage_until_us =
        server->outage_from_us + sim_below(sim, longest * CLOCK_US_PER_SECOND);
}

void sim_init(struct sim *sim, uint64_t seed)
{
    static const unsigned rates[] = {0, 10, 100, 400};
    *sim = (struct sim){.source.ops = &source_table,
        .reader.ops = &sim_reader_ops,
        .http.ops = &sim_http_ops,
        .now_us = CLOCK_US_PER_SECOND,
        .root = {.operand = (char *)"sim", .descriptor = -1}};
    sim->random = random_from_seed(&sim->random_state, seed);
    sim->clock =
        (struct clock){.now_us = sim_now_us, .wall_seconds = sim_wall_seconds, .context = sim};
    heap_init(&sim->events);
    sim->files = 1 + (unsigned)sim_below(sim, FILES_MOST - 1);
    sim->groups = 1 + (unsigned)sim_below(sim, GROUPS_MOST);
    sim->walk_pauses = sim_chance(sim, 150) ? 100 : 0;
    sim->disk_faults = rates[sim_below(sim, 4)] / 2;
    sim->server_faults = rates[sim_below(sim, 4)];
    sim->large_files = sim_chance(sim, 100) ? 400 : 30;
    sim->capacity = sim_chance(sim, 250) ? 1 + (unsigned)sim_below(sim, 20) : 0;
    sim->tells_limits = sim_chance(sim, 100);
    choose_outage(sim, &sim->servers[0]);
    sim->several = sim_chance(sim, 250);
    for (unsigned i = 1; sim->several && i < sim->groups; i++)
        choose_outage(sim, &sim->servers[i]);
    sim_disk_init(sim);
    sim_watch_init(sim);
}

void sim_free(struct sim *sim)
{
    struct heap_node *node;
    while ((node = heap_first(&sim->events)) != NULL) {
        heap_remove(&sim->events, node);
        free(node);
    }
    heap_free(&sim->events);
    sim_disk_free(sim);
}

void sim_pass_time(struct sim *sim, int64_t wait_us)
{
    struct heap_node *node = heap_first(&sim->events);
    int64_t until_us = sim->now_us + wait_us;
    if (node == NULL || node->key > until_us) {
        sim->now_us = until_us;
        return;
    }
    if (node->key > sim->now_us)
        sim->now_us = node->key;
    while ((node = heap_first(&sim->events)) != NULL && node->key <= sim->now_us) {
        struct sim_event event = *(struct sim_event *)node;
        heap_remove(&sim->events, node);
        free(node);
        event.happens(sim, event.object);
    }
}
