/* The states of files and the lists that belong to them; slots, and how a file ends. */
#include <stdlib.h>
#include <string.h>

#include "base/container_of.h"
#include "core/sched/private.h"

static void leave_state(struct sched *sched, struct file *file)
{
    struct origin *origin = file->origin;
    sched->state_counts[file->state]--;
    list_remove(&file->turn);
    heap_remove(&sched->waiting, &file->timer);
    if (file->state == FILE_IN_FLIGHT) {
        origin->in_flight--;
        origin->streamed_in_flight -= file->slot->streamed;
    }
    shares_note_change(&sched->shares, origin);
}

static void enter_state(
    struct sched *sched, struct file *file, enum file_state state, bool in_front)
{
    struct origin *origin = file->origin;
    file->state = state;
    sched->state_counts[state]++;
    if (state == FILE_READY) {
        list_push_back(&origin->ready, &file->turn);
    } else if (state == FILE_QUEUED && in_front) {
        list_push_front(&origin->queued, &file->turn);
    } else if (state == FILE_QUEUED) {
        list_push_back(&origin->queued, &file->turn);
    } else if (state == FILE_IN_FLIGHT) {
        origin->in_flight++;
        origin->streamed_in_flight += file->slot->streamed;
    }
}

void file_set_state(struct sched *sched, struct file *file, enum file_state state)
{
    bool in_front = file->attempts > 0 || file->state == FILE_READY;
    leave_state(sched, file);
    enter_state(sched, file, state, in_front);
}

void file_wait(struct sched *sched, struct file *file, int64_t until_us)
{
    file_set_state(sched, file, FILE_WAITING);
    /* Cannot fail: file_new() reserved a place for every unfinished file. */
    heap_add(&sched->waiting, &file->timer, until_us);
}

struct file *file_new(struct sched *sched, struct entry *entry, struct origin *origin)
{
    struct file *file = calloc(1, sizeof *file);
    if (file == NULL || !heap_reserve(&sched->waiting, sched->live_count + 1)) {
        free(file);
        return NULL;
    }
    file->entry = entry;
    file->origin = origin;
    file->bytes = -1;
    heap_node_init(&file->timer);
    list_push_back(&origin->live, &file->live);
    sched->live_count++;
    origins_add_file(&sched->origins, origin);
    enter_state(sched, file, FILE_QUEUED, false);
    return file;
}

void file_set_failure(struct file *file, enum shoal_reason reason, const char *text)
{
    file->reason = reason;
    free(file->error);
    file->error = text == NULL ? NULL : strdup(text);
}

struct slot *slot_acquire(struct sched *sched, struct file *file)
{
    struct slot *slot = sched->free_slots;
    sched->free_slots = slot->next_free;
    sched->used_slots++;
    slot->file = file;
    slot->streamed = false;
    slot->has_turn = false;
    slot->turn_bytes = 0;
    file->slot = slot;
    file->origin->slots++;
    return slot;
}

void slot_release(struct sched *sched, struct slot *slot)
{
    slot->file = NULL;
    slot->transfer = NULL;
    heap_remove(&sched->throttled, &slot->throttled);
    if (slot->turn_bytes > 0)
        throttle_give_back(&sched->throttle, slot->turn_bytes);
    slot->turn_bytes = 0;
    const struct body *body = plan_body(slot->plan);
    slot->closing = body != NULL && body_busy(body);
    if (slot->closing)
        return;
    plan_reset(slot->plan);
    slot->next_free = sched->free_slots;
    sched->free_slots = slot;
    sched->used_slots--;
}

void file_release_slot(struct sched *sched, struct file *file)
{
    if (file->slot == NULL)
        return;
    slot_release(sched, file->slot);
    file->slot = NULL;
    file->origin->slots--;
}

void file_leave_slot(struct file *file)
{
    file->slot->file = NULL;
    file->slot = NULL;
    file->origin->slots--;
}

/* Queues the files that its group lets on. */
static void leave_group(struct sched *sched, struct file *file)
{
    if (sched->groups == NULL)
        return;
    struct group_member *member = groups_leave(sched->groups, &file->member);
    while (member != NULL) {
        struct group_member *next = member->next;
        struct file *other = container_of(member, struct file, member);
        file_set_state(sched, other, FILE_QUEUED);
        member = next;
    }
}

static void file_free(struct sched *sched, struct file *file)
{
    leave_group(sched, file);
    list_remove(&file->live);
    sched->live_count--;
    origins_remove_file(&sched->origins, file->origin, clock_now_us(sched->parts.clock));
    memory_free(file->memory);
    redirect_forget(file);
    free(file->entry);
    free(file->error);
    free(file->url);
    free(file);
}

/* The slot has the request of a file that was sent, and before that one of another file. */
void file_keep_url(struct file *file)
{
    bool has_request = file->state == FILE_IN_FLIGHT || file->state == FILE_VERIFYING;
    if (file->slot == NULL || !has_request)
        return;
    const char *url = plan_request(file->slot->plan)->url;
    free(file->url);
    file->url = strdup(url);
    file->is_redirected = url != plan_own_url(file->slot->plan);
}

/* A failed file has an error, except where there was no memory for the sentence. */
static const char *error_of(const struct file *file)
{
    return file->error != NULL ? file->error : "out of memory";
}

void file_finish(struct sched *sched, struct file *file, enum shoal_verdict verdict, bool temporary,
    const struct http_end *end)
{
    bool failed = verdict == SHOAL_FAILED;
    bool has_reason = failed || verdict == SHOAL_UNKNOWN ||
                      (verdict == SHOAL_SKIPPED && file->reason == SHOAL_REASON_PAIR);
    file_keep_url(file);
    struct event_file event = {.entry = file->entry,
        .verdict = verdict,
        .temporary = temporary,
        .maybe_accepted = failed && file->maybe_accepted,
        .status = end == NULL ? file->status : end->attempt.status,
        .attempts = file->attempts,
        .redirects = file->redirects_all,
        .redirected = file->is_redirected,
        .bytes = file->bytes,
        .first_us = file->first_us,
        .reason = has_reason ? file->reason : SHOAL_REASON_NONE,
        .error = has_reason ? error_of(file) : NULL,
        .origin = file->origin->name,
        .url = file->url,
        .several = sched->origins.only == NULL,
        .end = end};
    leave_state(sched, file);
    file_release_slot(sched, file);
    sched->failures += failed;
    const char *cause = events_file(sched->parts.events, &event);
    memory_write(sched, file, verdict, &event, cause);
    file_free(sched, file);
}

void file_finish_planned(struct sched *sched, struct file *file)
{
    leave_state(sched, file);
    file_release_slot(sched, file);
    file_free(sched, file);
}
