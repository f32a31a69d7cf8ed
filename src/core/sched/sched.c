/* One step: accept what the reader has loaded and what the walk has found, give files to the
 * reader, start transfers. Each part is bounded, so that the network is polled again soon. */
#include "core/sched/private.h"

#include <stdlib.h>

#include "base/container_of.h"
#include "core/loop_clock.h"
#include "text/units.h"

#define TEXT_MOST ((size_t)1024 * 1024) /* bytes of a sentence or a group's name */

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
    sched->parts = *parts;
    heap_init(&sched->waiting);
    heap_init(&sched->throttled);
    buf_init(&sched->text, TEXT_MOST);
    buf_init(&sched->check_value, TEXT_MOST);
    buf_init(&sched->check_failure, TEXT_MOST);
    buf_init(&sched->file_path, TEXT_MOST);
    buf_init(&sched->drain_reason, TEXT_MOST);
    identity_init(&sched->identity, parts->config);
    sched->rate = parts->config->rate;
    shares_init(&sched->shares, origins_differ(parts->config), parts->jobs_most,
        (size_t)parts->jobs_most + parts->ahead_most);
    origins_init(&sched->origins, parts->config, &sched->shares, parts->jobs_most);
    throttle_init(&sched->throttle, parts->config->limit_rate);
    equals_init(&sched->equals, parts->config);
    if (!pairs_init(&sched->pairs, parts->config)) {
        (void)error_set_memory(error);
        sched_free(sched);
        return NULL;
    }
    if (!make_slots(sched, error) || !make_groups(sched, error)) {
        sched_free(sched);
        return NULL;
    }
    parts->http->owner = sched;
    parts->http->ended = sched_attempt_ended;
    return sched;
}

/* Frees the files that a broken run has left. */
static void free_files(struct sched *sched)
{
    struct list_node *node;
    while ((node = sched->origins.with_files.first) != NULL) {
        struct origin *origin = container_of(node, struct origin, place);
        struct list_node *live = origin->live.first;
        while (live != NULL) {
            struct file *file = container_of(live, struct file, live);
            live = live->next;
            memory_free(file->memory);
            free(file->entry);
            free(file->error);
            redirect_forget(file);
            free(file->url);
            free(file);
        }
        origin->live = (struct list){0};
        list_place(&sched->origins.without_files, node);
    }
}

void sched_free(struct sched *sched)
{
    if (sched == NULL)
        return;
    free_files(sched);
    origins_free(&sched->origins);
    shares_free(&sched->shares);
    for (size_t i = 0; sched->slots != NULL && i < sched->slot_count; i++) {
        verify_end(&sched->slots[i]);
        plan_free(sched->slots[i].plan);
    }
    free(sched->slots);
    groups_free(sched->groups);
    pairs_free(&sched->pairs);
    equals_free(&sched->equals);
    heap_free(&sched->waiting);
    heap_free(&sched->throttled);
    identity_free(&sched->identity);
    buf_free(&sched->text);
    buf_free(&sched->check_value);
    buf_free(&sched->check_failure);
    buf_free(&sched->file_path);
    buf_free(&sched->drain_reason);
    free(sched);
}

/* Where the run has one origin, the run is over; else the others go on. */
static void give_up(struct sched *sched, struct origin *origin, enum retry_state state)
{
    struct buf *text = &sched->text;
    ending_explain(sched, origin, state);
    if (!sched->shares.several) {
        if (state != RETRY_NEVER_REACHED && state != RETRY_NOT_TRUSTED && state != RETRY_NOT_TLS)
            events_notice(sched->parts.events, buf_text(text));
        sched_drain(sched, buf_text(text));
        return;
    }
    origin->gave_up = true;
    buf_clear(&origin->reason);
    (void)buf_add_text(&origin->reason, buf_text(text));
    sched_tell_of_giving_up(sched, origin);
    sched_finish_unsent_of(sched, origin);
}

/* Looks at every origin in which something changed. */
static void review_origins(struct sched *sched, int64_t now_us)
{
    struct origin *origin;
    while ((origin = shares_next_to_review(&sched->shares, now_us)) != NULL) {
        origin_settle_idle(origin, now_us);
        enum retry_state state = origin_state(origin, now_us);
        if (sched->phase == SCHED_RUNNING && state != RETRY_GOING && origin->live.count > 0 &&
            !origin->gave_up)
            give_up(sched, origin, state);
        shares_review(&sched->shares, origin, now_us);
    }
}

/* Whether there are files that may finish while the run ends. */
static bool may_finish(const struct sched *sched)
{
    return sched->state_counts[FILE_IN_FLIGHT] + sched->state_counts[FILE_VERIFYING] > 0;
}

/* Ends a run that has reached one of its limits, and a drain that has used up its grace. */
static void advance_phase(struct sched *sched, int64_t now_us)
{
    const struct config *config = sched->parts.config;
    if (sched->phase == SCHED_RUNNING) {
        if (config->max_failures > 0 && sched->failures >= config->max_failures)
            sched_drain(sched, "the run ended: --max-failures was reached");
    } else if (sched->phase == SCHED_DRAINING && now_us >= sched->drain_until_us &&
               may_finish(sched)) {
        sched_stop(sched);
    }
}

/* When the next step is due. Each time counts only while reaching it changes something: one that
 * has passed and was acted on would keep the loop from waiting. */
static int64_t next_event_us(const struct sched *sched, int64_t now_us)
{
    int64_t next_us = now_us + LOOP_CLOCK_WAIT_MOST_US;
    const struct heap_node *node = heap_first(&sched->waiting);
    if (node != NULL)
        next_us = clock_earlier(next_us, node->key);
    next_us = clock_earlier(next_us, sched_next_start_us(sched, now_us));
    next_us = clock_earlier(next_us, shares_next_us(&sched->shares, now_us));
    if (sched->phase == SCHED_DRAINING && may_finish(sched))
        next_us = clock_earlier(next_us, sched->drain_until_us);
    return next_us;
}

/* Ends the run if the journal cannot be used any more. */
static void watch_journal(struct sched *sched)
{
    struct error error;
    struct journal *journal = sched->parts.journal;
    if (journal == NULL || sched->journal_failed || !journal_failed(journal, &error))
        return;
    sched->journal_failed = true;
    events_journal_failed(sched->parts.events, error.text);
    buf_clear(&sched->text);
    (void)buf_printf(&sched->text, "the run ended: %s", error.text);
    sched_drain(sched, buf_text(&sched->text));
}

int64_t sched_step(struct sched *sched)
{
    int64_t now_us = clock_now_us(sched->parts.clock);
    sched_collect_notes(sched);
    watch_journal(sched);
    sched_collect_jobs(sched);
    bool more_entries = sched_collect_entries(sched);
    sched_queue_due_files(sched, now_us);
    shares_note_connections(&sched->shares);
    review_origins(sched, now_us);
    advance_phase(sched, now_us);
    sched_load_files(sched, now_us);
    sched_collect_jobs(sched); /* those that the reader could do at once */
    review_origins(sched, now_us);
    sched_resume_throttled(sched, now_us);
    sched_start_files(sched, now_us);
    if (sched->phase != SCHED_RUNNING)
        sched_finish_unsent(sched);
    if (more_entries || sched_may_load(sched))
        return 0;
    int64_t wait_us = next_event_us(sched, now_us) - now_us;
    return wait_us < 0 ? 0 : wait_us;
}

bool sched_done(const struct sched *sched)
{
    if (sched->phase != SCHED_RUNNING)
        return sched->live_count == 0;
    return sched->source_ended && sched->live_count == 0 && sched->used_slots == 0;
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

void sched_interrupt(struct sched *sched)
{
    char grace[UNITS_TEXT_SIZE];
    units_format_duration(sched->parts.config->grace_us, grace);
    buf_clear(&sched->text);
    (void)buf_printf(&sched->text, "interrupted, stopping: %llu to finish, %s; again to stop now",
        (unsigned long long)sched_in_flight(sched), grace);
    if (sched->phase == SCHED_RUNNING)
        events_notice(sched->parts.events, buf_text(&sched->text));
    sched_drain(sched, "the run was interrupted");
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
    sched_finish_unverified(sched);
}

void sched_report(struct sched *sched)
{
    equals_report(&sched->equals, sched->parts.events);
    if (sched->source_ended)
        pairs_report(&sched->pairs, sched->parts.events);
}

uint64_t sched_in_flight(const struct sched *sched)
{
    return sched->state_counts[FILE_IN_FLIGHT];
}
