/* Starts transfers of ready files when their origins, --rate and the throttle allow it. */
#include "core/sched/private.h"

#include "base/container_of.h"

/* An estimate of the bytes that a request has besides its body, for --limit-rate. */
#define REQUEST_OVERHEAD 300

/* Gives the slot a turn of one piece. False: its time has not come, and the slot waits among the
 * throttled ones. */
static bool begin_turn(struct slot *slot, int64_t now_us)
{
    struct sched *sched = slot->sched;
    int64_t piece = throttle_piece(&sched->throttle);
    if (!slot->has_turn)
        slot->turn_us = throttle_reserve_us(&sched->throttle, piece, now_us);
    slot->has_turn = slot->turn_us > now_us;
    if (slot->has_turn) {
        /* Cannot fail: sched_new() reserved a place for every slot. */
        heap_remove(&sched->throttled, &slot->throttled);
        heap_add(&sched->throttled, &slot->throttled, slot->turn_us);
        return false;
    }
    slot->turn_bytes = piece;
    return true;
}

/* struct http_request's `read` for a streamed body: body_read() within the slot's turns. */
static int64_t read_paced(void *context, char *into, size_t room)
{
    struct slot *slot = context;
    struct sched *sched = slot->sched;
    int64_t now_us = clock_now_us(sched->parts.clock);
    if (sched->throttle.bytes_per_second > 0 && slot->turn_bytes == 0 && !begin_turn(slot, now_us))
        return HTTP_READ_WAIT;
    if (slot->turn_bytes > 0 && room > (size_t)slot->turn_bytes)
        room = (size_t)slot->turn_bytes;
    int64_t count = body_read(plan_body(slot->plan), into, room);
    if (count > 0) {
        slot->turn_bytes -= slot->turn_bytes > 0 ? count : 0;
        origin_note_moved(slot->file->origin, count);
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

/* When a whole body may be sent; a streamed one gets its turns while it is read. */
static int64_t turn_of(struct sched *sched, struct slot *slot, int64_t now_us)
{
    if (slot->streamed || sched->throttle.bytes_per_second == 0)
        return now_us;
    if (!slot->has_turn)
        slot->turn_us = throttle_reserve_us(
            &sched->throttle, plan_request(slot->plan)->length + REQUEST_OVERHEAD, now_us);
    slot->has_turn = true;
    return slot->turn_us;
}

static void start_file(struct sched *sched, struct file *file, int64_t now_us)
{
    struct http *http = sched->parts.http;
    struct slot *slot = file->slot;
    struct http_request *request = &slot->request;
    struct error error;
    slot->has_turn = false;
    if (!plan_sign(slot->plan, clock_wall_seconds(sched->parts.clock), &error)) {
        sched_plan_failed(sched, file, &error);
        return;
    }
    *request = *plan_request(slot->plan);
    request->context = file;
    request->fresh_connection = file->attempt.fresh_connection;
    request->connected = &file->origin->connected;
    if (slot->streamed) {
        request->read = read_paced;
        request->body = slot;
    }
    file_set_state(sched, file, FILE_IN_FLIGHT);
    slot->transfer = http->ops->start(http, request, &error);
    if (slot->transfer == NULL) {
        sched_plan_failed(sched, file, &error);
        return;
    }
    rate_note_start(&sched->rate, now_us);
    file->attempts++;
    if (file->first_us == 0)
        file->first_us = events_now_us(sched->parts.events);
    file->attempt.elsewhere = request->anonymous;
    origin_note_start(file->origin, &file->attempt, slot->streamed, now_us);
}

/* The next file to start. Streamed files leave a quarter of the places to whole ones that are
 * ready, which would otherwise wait for as long as a large file takes. */
static struct file *next_file(const struct origin *origin)
{
    struct file *first = container_of(origin->ready.first, struct file, turn);
    size_t most = origin_concurrency_limit(origin);
    if (!first->slot->streamed || origin->streamed_in_flight < most - most / 4)
        return first;
    for (struct list_node *node = origin->ready.first; node != NULL; node = node->next) {
        struct file *file = container_of(node, struct file, turn);
        if (!file->slot->streamed)
            return file;
    }
    return first;
}

/* Gives a turn to every whole file of `origin` that could be in flight, not only to the next one:
 * otherwise all of them would share one turn, while each streamed file has its own. */
static void assign_turns(struct sched *sched, struct origin *origin, int64_t now_us)
{
    size_t in_flight = origin->in_flight;
    size_t most = sched->throttle.bytes_per_second > 0 ? origin_concurrency_limit(origin) : 0;
    for (struct list_node *node = origin->ready.first; node != NULL && in_flight < most;
         node = node->next) {
        struct slot *slot = container_of(node, struct file, turn)->slot;
        if (slot->streamed)
            continue; /* it gets its turns while it is read */
        (void)turn_of(sched, slot, now_us);
        in_flight++;
    }
}

void sched_start_files(struct sched *sched, int64_t now_us)
{
    struct origin *origin;
    while (sched->phase == SCHED_RUNNING &&
           (origin = shares_next_to_start(&sched->shares, now_us)) != NULL &&
           rate_next_us(&sched->rate, now_us) <= now_us) {
        assign_turns(sched, origin, now_us);
        struct file *file = next_file(origin);
        int64_t turn_us = turn_of(sched, file->slot, now_us);
        if (turn_us > now_us) {
            shares_wait(&sched->shares, origin, turn_us, now_us);
            continue;
        }
        start_file(sched, file, now_us);
        shares_pass_starting(&sched->shares, origin, now_us);
    }
}

int64_t sched_next_start_us(const struct sched *sched, int64_t now_us)
{
    int64_t next_us = CLOCK_NEVER;
    int64_t rate_us = rate_next_us(&sched->rate, now_us);
    if (sched->phase == SCHED_RUNNING && rate_us > now_us && shares_waiting(&sched->shares))
        next_us = rate_us;
    const struct heap_node *node = heap_first(&sched->throttled);
    return node != NULL ? clock_earlier(node->key, next_us) : next_us;
}
