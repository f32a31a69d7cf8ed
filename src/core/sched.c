/* One step: take what the walk found, queue what has waited, hand files to the reader, take back
 * what it has loaded, start transfers. Each part is bounded, so that the network is looked at again
 * soon. */
#include "core/sched_private.h"

#include <stdlib.h>
#include <string.h>

#define TAKE_AT_ONCE     64
#define WHOLE_BUDGET     ((size_t)32 * 1024 * 1024) /* for all slots together */
#define WHOLE_LEAST      ((size_t)64 * 1024)
#define WHOLE_MOST       ((size_t)256 * 1024)
#define STREAM_BUDGET    ((size_t)16 * 1024 * 1024) /* for all large files in flight */
#define CHUNK_LEAST      ((size_t)64 * 1024)
#define CHUNK_MOST       ((size_t)1024 * 1024)
#define PROGRESS_WAIT_US (100 * CLOCK_US_PER_MS)

static size_t clamp(size_t value, size_t least, size_t most)
{
    return value < least ? least : value > most ? most : value;
}

static bool make_slots(struct sched *sched, struct error *error)
{
    const struct sched_parts *parts = &sched->parts;
    size_t ahead = sched->jobs < SCHED_AHEAD_MOST ? sched->jobs : SCHED_AHEAD_MOST;
    sched->slot_count = sched->jobs + ahead;
    sched->whole_most = clamp(WHOLE_BUDGET / sched->slot_count, WHOLE_LEAST, WHOLE_MOST);
    /* A dry run opens files, and reads what digests need, nothing else. */
    if (parts->config->dry_run)
        sched->whole_most = 0;
    sched->slots = calloc(sched->slot_count, sizeof *sched->slots);
    if (sched->slots == NULL)
        return error_set_memory(error);
    for (size_t i = 0; i < sched->slot_count; i++) {
        struct slot *slot = &sched->slots[i];
        slot->plan = plan_new(parts->config, parts->random, error);
        if (slot->plan == NULL)
            return false;
        slot->plan->job.context = slot;
        slot->next_free = sched->free_slots;
        sched->free_slots = slot;
    }
    return true;
}

struct sched *sched_new(const struct sched_parts *parts, struct error *error)
{
    struct sched *sched = calloc(1, sizeof *sched);
    if (sched == NULL) {
        error_set_memory(error);
        return NULL;
    }
    sched->parts = *parts;
    sched->jobs = parts->jobs_most;
    heap_init(&sched->waiting);
    buf_init(&sched->text, (size_t)64 * 1024);
    buf_init(&sched->end_text, (size_t)64 * 1024);
    buf_init(&sched->last_error, (size_t)64 * 1024);
    retry_init(&sched->retry, &(struct retry_config){.retries = parts->config->retries,
                                  .give_up_after_us = parts->config->give_up_after_us,
                                  .at_most_once = parts->config->at_most_once});
    if (!make_slots(sched, error)) {
        sched_free(sched);
        return NULL;
    }
    parts->http->owner = sched;
    parts->http->ended = sched_attempt_ended;
    return sched;
}

void sched_free(struct sched *sched)
{
    if (sched == NULL)
        return;
    while (sched->live != NULL) {
        struct file *next = sched->live->next_live;
        free(sched->live->entry);
        free(sched->live->error);
        free(sched->live);
        sched->live = next;
    }
    for (size_t i = 0; sched->slots != NULL && i < sched->slot_count; i++)
        plan_free(sched->slots[i].plan);
    free(sched->slots);
    heap_free(&sched->waiting);
    buf_free(&sched->text);
    buf_free(&sched->end_text);
    buf_free(&sched->last_error);
    free(sched);
}

static void take_item(struct sched *sched, struct walk_item *item)
{
    struct events *events = sched->parts.events;
    struct file *file;
    switch (item->kind) {
    case WALK_FILE:
        events_found(events, item->entry);
        if (file_new(sched, item->entry) == NULL)
            events_problem(events, NULL, "out of memory: a file that was found is lost");
        break;
    case WALK_LOST:
        events_found(events, item->entry);
        file = file_new(sched, item->entry);
        if (file != NULL) {
            file_set_error(file, item->text);
            file_verdict(sched, file, SHOAL_FAILED, false, NULL);
        }
        break;
    case WALK_PROBLEM:
        events_problem(events, item->path, item->text == NULL ? "out of memory" : item->text);
        break;
    case WALK_END:
        sched->source_ended = true;
        events->totals.complete = true;
        break;
    }
    free(item->path);
    free(item->text);
}

static void take_from_walk(struct sched *sched)
{
    struct source *source = sched->parts.source;
    struct walk_item items[TAKE_AT_ONCE];
    size_t wanted = sched->slot_count + TAKE_AT_ONCE;
    while (sched->phase == SCHED_RUNNING && !sched->source_ended && sched->queued.count < wanted &&
           sched->live_count < SCHED_LIVE_MOST) {
        size_t count = source->ops->take(source, items, TAKE_AT_ONCE);
        for (size_t i = 0; i < count; i++)
            take_item(sched, &items[i]);
        sched->parts.events->totals.passed_over = source->ops->passed_over(source);
        if (count == 0)
            break;
    }
}

static void queue_what_waited(struct sched *sched, int64_t now_us)
{
    struct heap_node *node;
    while ((node = heap_first(&sched->waiting)) != NULL && node->key <= now_us) {
        struct file *file = (struct file *)((char *)node - offsetof(struct file, timer));
        file_set_state(sched, file, FILE_QUEUED);
    }
}

/* The wake-up of the reader is worth a batch: files are loaded ahead while transfers run. */
static void load_files(struct sched *sched)
{
    struct reader *reader = sched->parts.reader;
    while (
        sched->phase == SCHED_RUNNING && sched->queued.first != NULL && sched->free_slots != NULL) {
        struct file *file = sched->queued.first;
        struct slot *slot = slot_take(sched, file);
        struct error error;
        file_set_state(sched, file, FILE_LOADING);
        if (plan_begin(slot->plan, file->entry, sched->whole_most, &error))
            reader->ops->submit(reader, &slot->plan->job);
        else
            sched_plan_failed(sched, file, &error);
    }
}

static void make_request(struct sched *sched, struct slot *slot)
{
    struct file *file = slot->file;
    struct error error;
    size_t chunk = clamp(STREAM_BUDGET / (sched->large_in_flight + 1), CHUNK_LEAST, CHUNK_MOST);
    file->bytes = plan_file_size(slot->plan);
    slot->large = !slot->plan->job.whole;
    if (!plan_finish(slot->plan, file->entry, sched->parts.reader, chunk, &error)) {
        sched_plan_failed(sched, file, &error);
        return;
    }
    if (!sched->parts.config->dry_run) {
        file_set_state(sched, file, FILE_READY);
        return;
    }
    events_plan(sched->parts.events, file->entry, slot->plan);
    file_planned(sched, file);
}

static void take_loaded(struct sched *sched, struct slot *slot)
{
    struct file *file = slot->file;
    if (file == NULL) { /* the run ended while it was loaded */
        slot_give_back(sched, slot);
        return;
    }
    const struct reader_file *culprit = plan_unreadable(slot->plan);
    if (culprit != NULL)
        sched_load_failed(sched, file, culprit);
    else
        make_request(sched, slot);
}

static struct slot *slot_of_body(struct sched *sched, const struct body *body)
{
    for (size_t i = 0; i < sched->slot_count; i++) {
        if (sched->slots[i].plan->body == body)
            return &sched->slots[i];
    }
    return NULL;
}

static void take_chunk(struct sched *sched, struct reader_job *job)
{
    struct slot *slot = slot_of_body(sched, job->context);
    bool may_go_on = body_chunk_done(job->context, job);
    if (slot->closing)
        slot_give_back(sched, slot);
    else if (may_go_on && slot->transfer != NULL)
        sched->parts.http->ops->resume(sched->parts.http, slot->transfer);
}

static void take_from_reader(struct sched *sched)
{
    struct reader *reader = sched->parts.reader;
    struct reader_job *job = reader->ops->collect(reader);
    while (job != NULL) {
        struct reader_job *next = job->next;
        if (job->work == READER_CHUNK)
            take_chunk(sched, job);
        else
            take_loaded(sched, job->context);
        job = next;
    }
}

static void start_file(struct sched *sched, struct file *file, int64_t now_us)
{
    struct http *http = sched->parts.http;
    struct slot *slot = file->slot;
    struct error error;
    slot->plan->request.context = file;
    slot->plan->request.fresh_connection = file->fresh;
    file_set_state(sched, file, FILE_FLYING);
    slot->transfer = http->ops->start(http, &slot->plan->request, &error);
    if (slot->transfer == NULL) {
        sched_plan_failed(sched, file, &error);
        return;
    }
    file->attempts++;
    file->started_us = now_us;
    if (file->first_us == 0)
        file->first_us = now_us;
    retry_note_start(&sched->retry, now_us);
}

/* The first transfer goes alone: it resolves the name and finds out whether anyone is there, at the
 * price of one descriptor pair and one refused connection instead of many. */
static size_t in_flight_most(const struct sched *sched)
{
    return sched->parts.http->connected ? sched->jobs : 1;
}

static void start_files(struct sched *sched, int64_t now_us)
{
    while (sched->phase == SCHED_RUNNING && sched->ready.first != NULL &&
           sched->state_counts[FILE_FLYING] < in_flight_most(sched) &&
           retry_next_start_us(&sched->retry, now_us) <= now_us)
        start_file(sched, sched->ready.first, now_us);
}

static void give_up(struct sched *sched, enum retry_state state)
{
    const char *what = state == RETRY_NO_PROGRESS
                           ? "no progress for as long as --give-up-after says"
                       : state == RETRY_NOT_TRUSTED ? "the server is not trusted"
                                                    : "the server was never reached";
    struct buf *text = &sched->text;
    buf_clear(text);
    (void)buf_printf(text, "the run ended: %s", what);
    if (sched->last_error.length > 0)
        (void)buf_printf(text, " (%s)", buf_text(&sched->last_error));
    sched_end_run(sched, buf_text(text));
}

static void look_at_limits(struct sched *sched, int64_t now_us)
{
    const struct config *config = sched->parts.config;
    if (sched->phase == SCHED_RUNNING) {
        enum retry_state state = retry_state(&sched->retry, now_us);
        if (config->max_failures > 0 && sched->failures >= config->max_failures)
            sched_end_run(sched, "the run ended: --max-failures was reached");
        else if (sched->live_count > 0 && state != RETRY_GOING)
            give_up(sched, state);
    } else if (sched->phase == SCHED_DRAINING && now_us >= sched->drain_until_us &&
               sched->state_counts[FILE_FLYING] > 0) {
        sched_end_run(sched, sched->end_reason);
    }
}

static int64_t earlier(int64_t first, int64_t second)
{
    return first < second ? first : second;
}

static int64_t next_moment(const struct sched *sched, int64_t now_us)
{
    int64_t next_us = now_us + PROGRESS_WAIT_US;
    const struct heap_node *node = heap_first(&sched->waiting);
    if (node != NULL)
        next_us = earlier(next_us, node->key);
    if (sched->ready.first != NULL && sched->state_counts[FILE_FLYING] < in_flight_most(sched))
        next_us = earlier(next_us, retry_next_start_us(&sched->retry, now_us));
    next_us = earlier(next_us, retry_deadline_us(&sched->retry));
    if (sched->phase == SCHED_DRAINING)
        next_us = earlier(next_us, sched->drain_until_us);
    return next_us;
}

int64_t sched_step(struct sched *sched)
{
    int64_t now_us = clock_now_us(sched->parts.clock);
    take_from_reader(sched);
    take_from_walk(sched);
    look_at_limits(sched, now_us);
    queue_what_waited(sched, now_us);
    load_files(sched);
    start_files(sched, now_us);
    if (sched->phase != SCHED_RUNNING)
        sched_record_rest(sched);
    int64_t wait_us = next_moment(sched, now_us) - now_us;
    return wait_us < 0 ? 0 : wait_us;
}

bool sched_done(const struct sched *sched)
{
    bool walked = sched->source_ended || sched->phase != SCHED_RUNNING;
    return walked && sched->live_count == 0 && sched->used_slots == 0;
}

void sched_end_run(struct sched *sched, const char *reason)
{
    int64_t now_us = clock_now_us(sched->parts.clock);
    if (sched->phase == SCHED_RUNNING) {
        buf_clear(&sched->end_text);
        (void)buf_add_text(&sched->end_text, reason);
        sched->end_reason = buf_text(&sched->end_text);
        sched->phase = SCHED_DRAINING;
        sched->drain_until_us = now_us + sched->parts.config->grace_us;
        return;
    }
    sched->phase = SCHED_STOPPING;
    struct http *http = sched->parts.http;
    for (size_t i = 0; i < sched->slot_count; i++) {
        if (sched->slots[i].file != NULL && sched->slots[i].file->state == FILE_FLYING)
            http->ops->cancel(http, sched->slots[i].transfer);
    }
}

uint64_t sched_in_flight(const struct sched *sched)
{
    return sched->state_counts[FILE_FLYING];
}

int64_t sched_bytes_moved(const struct sched *sched)
{
    return sched->bytes_moved;
}
