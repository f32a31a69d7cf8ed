/* How far the run is. */
#include <string.h>

#include "base/container_of.h"
#include "core/sched/private.h"

/* How many origins let nothing start, as the user was told. `*host`: the name of one of them. */
static size_t count_held_up(const struct sched *sched, const char **host)
{
    size_t count = 0;
    for (struct list_node *node = sched->shares.blocked.first; node != NULL; node = node->next) {
        const struct origin *origin = container_of(node, struct origin, blocked);
        bool told = origin->told_down_since_us != CLOCK_NEVER ||
                    origin->told_pause_until_us > clock_now_us(sched->parts.clock);
        if (told && count++ == 0)
            *host = origin_host(origin);
    }
    return count;
}

/* Adds what the slot's transfer has sent, and notes it if it began before the slowest so far. */
static void add_transfer(
    const struct slot *slot, struct shoal_progress *progress, int64_t *slowest_us)
{
    const struct file *file = slot->file;
    int64_t sent = body_delivered(plan_body(slot->plan));
    progress->bytes_moved += sent;
    progress->bytes_in_flight += sent;
    if (file == NULL || file->attempt.started_us >= *slowest_us)
        return;
    *slowest_us = file->attempt.started_us;
    progress->slowest =
        (struct shoal_text){.data = file->entry->path, .length = strlen(file->entry->path)};
    progress->slowest_sent = sent;
    progress->slowest_length = body_length(plan_body(slot->plan));
}

void sched_describe_progress(const struct sched *sched, struct shoal_progress *progress)
{
    int64_t slowest_us = CLOCK_NEVER;
    progress->in_flight = sched_in_flight(sched);
    progress->bytes_moved = sched->bytes_moved;
    progress->held_up = count_held_up(sched, &progress->host);
    for (size_t i = 0; i < sched->slot_count; i++) {
        const struct slot *slot = &sched->slots[i];
        if (slot->transfer != NULL && slot->streamed)
            add_transfer(slot, progress, &slowest_us);
    }
    if (slowest_us != CLOCK_NEVER)
        progress->slowest_us = clock_now_us(sched->parts.clock) - slowest_us;
}
