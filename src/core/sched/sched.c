/* One step: accept what the reader has loaded and what the walk has found, give files to the
 * reader, start transfers. Each part is bounded, so that the network is polled again soon. */
#include "core/sched/private.h"

#include <stdlib.h>

#define PROGRESS_WAIT_US (100 * CLOCK_US_PER_MS) /* the longest wait: for the progress line */
#define TEXT_MOST        ((size_t)1024 * 1024)   /* bytes of a sentence or a group's name */

static bool make_slots(struct sched *sched, struct error *error)
{
    const struct sched_parts *parts = &sched->parts;
    sched->slot_count = (size_t)parts->jobs_most + parts->ahead_most;
    sched->slots = calloc(sched->slot_count, sizeof *sched->slots);
    if (sched->slots == NULL || !heap_reserve(&sched->throttled, sched->slot_count))
        return error_set_memory(error);
    for (size_t i = sched->slot_count; i-- > 0;) {
        struct slot *slot = &sched->slots[i];
        slot->plan = plan_new(parts->config, parts->random, error);
        if (slot->plan == NULL)
            return false;
        plan_job(slot->plan)->load_owner = slot;
        slot->sched = sched;
        heap_node_init(&slot->throttled);
        slot->next_free = sched->free_slots;
        sched->free_slots = slot;
    }
    return true;
}

static bool make_groups(struct sched *sched, struct error *error)
{
    const struct config *config = sched->parts.config;
    if (config->serial_by == NULL && !config->first_alone)
        return true;
    sched->groups = groups_new(!config->first_alone, config->first_alone);
    return sched->groups != NULL || error_set_memory(error);
}

struct sched *sched_new(const struct sched_parts *parts, struct error *error)
{
    struct sched *sched = calloc(1, sizeof *sched);
    if (sched == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    int64_t now_us = clock_now_us(parts->clock);
    sched->parts = *parts;
    heap_init(&sched->waiting);
    heap_init(&sched->throttled);
    buf_init(&sched->text, TEXT_MOST);
    buf_init(&sched->file_path, TEXT_MOST);
    buf_init(&sched->drain_reason, TEXT_MOST);
    buf_init(&sched->last_error, TEXT_MOST);
    gate_init(&sched->gate, parts->config, parts->jobs_most, now_us);
    throttle_init(&sched->throttle, parts->config->limit_rate);
    if (!make_slots(sched, error) || !make_groups(sched, error)) {
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
    groups_free(sched->groups);
    heap_free(&sched->waiting);
    heap_free(&sched->throttled);
    buf_free(&sched->text);
    buf_free(&sched->file_path);
    buf_free(&sched->drain_reason);
    buf_free(&sched->last_error);
    free(sched);
}

static void give_up(struct sched *sched, enum retry_state state)
{
    static const char *const reasons[] = {
        [RETRY_NO_PROGRESS] = "no progress for as long as --give-up-after says",
        [RETRY_NEVER_REACHED] = "the server was never reached",
        [RETRY_NOT_TRUSTED] = "the server is not trusted",
    };
    struct buf *text = &sched->text;
    buf_clear(text);
    (void)buf_printf(text, "the run ended: %s", reasons[state]);
    if (sched->last_error.length > 0)
        (void)buf_printf(text, " (%s)", buf_text(&sched->last_error));
    sched_drain(sched, buf_text(text));
}

/* Ends a run that has reached one of its limits, and a drain that has used up its grace. */
static void advance_phase(struct sched *sched, int64_t now_us)
{
    const struct config *config = sched->parts.config;
    if (sched->phase == SCHED_RUNNING) {
        enum retry_state state = retry_state(&sched->gate.retry, now_us);
        if (config->max_failures > 0 && sched->failures >= config->max_failures)
            sched_drain(sched, "the run ended: --max-failures was reached");
        else if (sched->live_count > 0 && state != RETRY_GOING)
            give_up(sched, state);
    } else if (sched->phase == SCHED_DRAINING && now_us >= sched->drain_until_us &&
               sched->state_counts[FILE_IN_FLIGHT] > 0) {
        sched_stop(sched);
    }
}

/* When the next step is due. Each time counts only while reaching it changes something: one that
 * has passed and was acted on would keep the loop from waiting. */
static int64_t next_event_us(const struct sched *sched, int64_t now_us)
{
    int64_t next_us = now_us + PROGRESS_WAIT_US;
    const struct heap_node *node = heap_first(&sched->waiting);
    if (node != NULL)
        next_us = clock_earlier(next_us, node->key);
    next_us = clock_earlier(next_us, sched_next_start_us(sched, now_us));
    if (sched->phase == SCHED_RUNNING && sched->live_count > 0)
        next_us = clock_earlier(next_us, retry_deadline_us(&sched->gate.retry));
    if (sched->phase == SCHED_DRAINING && sched->state_counts[FILE_IN_FLIGHT] > 0)
        next_us = clock_earlier(next_us, sched->drain_until_us);
    return next_us;
}

int64_t sched_step(struct sched *sched)
{
    int64_t now_us = clock_now_us(sched->parts.clock);
    gate_end_idle(&sched->gate, now_us);
    sched_collect_jobs(sched);
    sched_collect_entries(sched);
    advance_phase(sched, now_us);
    sched_queue_due_files(sched, now_us);
    sched_load_files(sched);
    sched_resume_throttled(sched, now_us);
    sched_start_files(sched, now_us);
    if (sched->phase != SCHED_RUNNING)
        sched_finish_unsent(sched);
    if (sched->live_count == 0 || sched_waits_for_rate(sched, now_us))
        gate_note_idle(&sched->gate, now_us);
    int64_t wait_us = next_event_us(sched, now_us) - now_us;
    return wait_us < 0 ? 0 : wait_us;
}

bool sched_done(const struct sched *sched)
{
    bool no_more_files = sched->source_ended || sched->phase != SCHED_RUNNING;
    return no_more_files && sched->live_count == 0 && sched->used_slots == 0;
}

void sched_drain(struct sched *sched, const char *reason)
{
    if (sched->phase != SCHED_RUNNING)
        return;
    buf_clear(&sched->drain_reason);
    (void)buf_add_text(&sched->drain_reason, reason);
    sched->phase = SCHED_DRAINING;
    sched->drain_until_us = clock_now_us(sched->parts.clock) + sched->parts.config->grace_us;
}

void sched_stop(struct sched *sched)
{
    struct http *http = sched->parts.http;
    sched->phase = SCHED_STOPPING;
    for (size_t i = 0; i < sched->slot_count; i++) {
        const struct slot *slot = &sched->slots[i];
        if (slot->file != NULL && slot->file->state == FILE_IN_FLIGHT)
            http->ops->cancel(http, slot->transfer);
    }
}

uint64_t sched_in_flight(const struct sched *sched)
{
    return sched->state_counts[FILE_IN_FLIGHT];
}

int64_t sched_bytes_moved(const struct sched *sched)
{
    return sched->bytes_moved;
}
