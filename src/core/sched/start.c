/* From ready to in flight, as the gate and the throttle allow. */
#include "core/sched/private.h"

#include "base/container_of.h"

/* Headers and what else goes with a body, roughly, for --limit-rate. */
#define REQUEST_OVERHEAD 300

/* struct http_request's `read` for a body that streams: the body's own, a turn of the throttle at a
 * time. */
static int64_t read_paced(void *context, char *into, size_t room)
{
    struct slot *slot = context;
    struct sched *sched = slot->sched;
    int64_t now_us = clock_now_us(sched->parts.clock);
    if (sched->throttle.bytes_per_second > 0 && slot->turn_bytes == 0) {
        if (!slot->has_turn)
            slot->turn_us =
                throttle_reserve_us(&sched->throttle, throttle_piece(&sched->throttle), now_us);
        slot->has_turn = slot->turn_us > now_us;
        if (slot->has_turn) {
            /* Room for every slot was reserved. */
            heap_remove(&sched->throttled, &slot->throttled);
            (void)heap_add(&sched->throttled, &slot->throttled, slot->turn_us);
            return HTTP_READ_WAIT;
        }
        slot->turn_bytes = throttle_piece(&sched->throttle);
    }
    if (slot->turn_bytes > 0 && room > (size_t)slot->turn_bytes)
        room = (size_t)slot->turn_bytes;
    int64_t count = body_read(slot->plan->body, into, room);
    if (count > 0) {
        slot->turn_bytes -= slot->turn_bytes > 0 ? count : 0;
        gate_note_moved(&sched->gate, count);
    }
    return count;
}

void sched_resume_throttled(struct sched *sched, int64_t now_us)
{
    struct http *http = sched->parts.http;
    struct heap_node *node;
    while ((node = heap_first(&sched->throttled)) != NULL && node->key <= now_us) {
        struct slot *slot = container_of(node, struct slot, throttled);
        heap_remove(&sched->throttled, node);
        if (slot->transfer != NULL)
            http->ops->resume(http, slot->transfer);
    }
}

/* The first transfer goes alone: it resolves the name and finds out whether anyone is there, at the
 * price of one descriptor pair and one refused connection instead of many. */
static bool has_room(const struct sched *sched)
{
    size_t most = sched->parts.http->connected ? sched->parts.jobs_most : 1;
    return sched->phase == SCHED_RUNNING && sched->ready.first != NULL &&
           sched->state_counts[FILE_FLYING] < most;
}

/* When the bytes of a small body may go; a large one takes its turns while it is read. */
static int64_t turn_of(struct sched *sched, struct slot *slot, int64_t now_us)
{
    if (slot->large || sched->throttle.bytes_per_second == 0)
        return now_us;
    if (!slot->has_turn)
        slot->turn_us = throttle_reserve_us(
            &sched->throttle, slot->plan->request.length + REQUEST_OVERHEAD, now_us);
    slot->has_turn = true;
    return slot->turn_us;
}

static void start_file(struct sched *sched, struct file *file, int64_t now_us)
{
    struct http *http = sched->parts.http;
    struct slot *slot = file->slot;
    struct http_request *request = &slot->plan->request;
    struct error error;
    slot->has_turn = false;
    request->context = file;
    request->fresh_connection = file->fresh;
    if (slot->large) {
        request->read = read_paced;
        request->body = slot;
    }
    file_set_state(sched, file, FILE_FLYING);
    slot->transfer = http->ops->start(http, request, &error);
    if (slot->transfer == NULL) {
        sched_plan_failed(sched, file, &error);
        return;
    }
    file->attempts++;
    if (file->first_us == 0)
        file->first_us = now_us;
    gate_note_start(&sched->gate, &file->gate, slot->large, now_us);
}

/* The next file to start. Large ones leave a quarter of the places to small ones that are ready,
 * which would else wait for as long as a large one takes. */
static struct file *next_file(const struct sched *sched)
{
    struct file *first = sched->ready.first;
    size_t most = gate_limit(&sched->gate);
    if (first == NULL || !first->slot->large || sched->large_in_flight < most - most / 4)
        return first;
    for (struct file *file = first; file != NULL; file = file->next) {
        if (!file->slot->large)
            return file;
    }
    return first;
}

/* Every small file that could be in flight stands in line, not only the next: else they had one
 * turn together where each large file has its own. */
static void stand_in_line(struct sched *sched, int64_t now_us)
{
    size_t in_flight = sched->state_counts[FILE_FLYING];
    size_t most = sched->throttle.bytes_per_second > 0 ? gate_limit(&sched->gate) : 0;
    for (struct file *file = sched->ready.first; file != NULL && in_flight < most;
         file = file->next) {
        if (file->slot->large)
            continue; /* it takes its turns while it is read */
        (void)turn_of(sched, file->slot, now_us);
        in_flight++;
    }
}

void sched_start_files(struct sched *sched, int64_t now_us)
{
    stand_in_line(sched, now_us);
    while (has_room(sched) && gate_next_start_us(&sched->gate, now_us) <= now_us &&
           turn_of(sched, next_file(sched)->slot, now_us) <= now_us)
        start_file(sched, next_file(sched), now_us);
}

bool sched_held_by_rate(const struct sched *sched, int64_t now_us)
{
    return has_room(sched) && gate_is_held_by_rate(&sched->gate, now_us);
}

int64_t sched_next_start_us(const struct sched *sched, int64_t now_us)
{
    int64_t next_us = CLOCK_NEVER;
    if (has_room(sched)) {
        const struct slot *slot = next_file(sched)->slot;
        next_us = gate_next_start_us(&sched->gate, now_us);
        if (slot->has_turn && slot->turn_us > next_us)
            next_us = slot->turn_us;
    }
    const struct heap_node *node = heap_first(&sched->throttled);
    return node != NULL && node->key < next_us ? node->key : next_us;
}
