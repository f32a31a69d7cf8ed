/* The states of files and the lists that belong to them; slots, and how a file ends. */
#include <stdlib.h>
#include <string.h>

#include "base/container_of.h"
#include "core/sched/private.h"

static void list_push(struct file_list *list, struct file *file, bool in_front)
{
    file->next = NULL;
    if (list->first == NULL || list->last == NULL) {
        list->first = list->last = file;
    } else if (in_front) {
        file->next = list->first;
        list->first = file;
    } else {
        list->last->next = file;
        list->last = file;
    }
    list->count++;
}

/* A file is usually at the front or near it. The end of a run removes files from anywhere. */
static void list_remove(struct file_list *list, struct file *file)
{
    struct file *before = NULL;
    struct file *at = list->first;
    while (at != NULL && at != file) {
        before = at;
        at = at->next;
    }
    if (at == NULL)
        return;
    if (before == NULL)
        list->first = file->next;
    else
        before->next = file->next;
    if (list->last == file)
        list->last = before;
    file->next = NULL;
    list->count--;
}

static void leave_state(struct sched *sched, struct file *file)
{
    sched->state_counts[file->state]--;
    switch (file->state) {
    case FILE_QUEUED:
        list_remove(&sched->queued, file);
        break;
    case FILE_READY:
        list_remove(&sched->ready, file);
        break;
    case FILE_WAITING:
        heap_remove(&sched->waiting, &file->timer);
        break;
    case FILE_IN_FLIGHT:
        sched->streamed_in_flight -= file->slot->streamed;
        break;
    case FILE_LOADING:
    case FILE_HELD:
        break;
    }
}

static void enter_state(struct sched *sched, struct file *file, enum file_state state)
{
    file->state = state;
    sched->state_counts[state]++;
    if (state == FILE_QUEUED)
        list_push(&sched->queued, file, file->attempts > 0);
    else if (state == FILE_READY)
        list_push(&sched->ready, file, false);
    else if (state == FILE_IN_FLIGHT)
        sched->streamed_in_flight += file->slot->streamed;
}

void file_set_state(struct sched *sched, struct file *file, enum file_state state)
{
    leave_state(sched, file);
    enter_state(sched, file, state);
}

void file_wait(struct sched *sched, struct file *file, int64_t until_us)
{
    file_set_state(sched, file, FILE_WAITING);
    /* Cannot fail: file_new() reserved a place for every unfinished file. */
    heap_add(&sched->waiting, &file->timer, until_us);
}

struct file *file_new(struct sched *sched, struct entry *entry)
{
    struct file *file = calloc(1, sizeof *file);
    if (file == NULL || !heap_reserve(&sched->waiting, sched->live_count + 1)) {
        free(file);
        return NULL;
    }
    file->entry = entry;
    file->bytes = -1;
    heap_node_init(&file->timer);
    file->next_live = sched->live;
    if (sched->live != NULL)
        sched->live->previous_live = file;
    sched->live = file;
    sched->live_count++;
    enter_state(sched, file, FILE_QUEUED);
    return file;
}

void file_set_error(struct file *file, const char *text)
{
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
    if (file->previous_live != NULL)
        file->previous_live->next_live = file->next_live;
    else
        sched->live = file->next_live;
    if (file->next_live != NULL)
        file->next_live->previous_live = file->previous_live;
    sched->live_count--;
    free(file->entry);
    free(file->error);
    free(file);
}

/* A failed file has an error, except where there was no memory for the sentence. */
static const char *error_of(const struct file *file)
{
    return file->error != NULL ? file->error : "out of memory";
}

void file_finish(struct sched *sched, struct file *file, enum shoal_verdict verdict, bool temporary,
    const struct http_end *end)
{
    struct event_file event = {.entry = file->entry,
        .verdict = verdict,
        .temporary = temporary,
        .run_ended = file->run_ended,
        .status = end == NULL ? file->status : end->attempt.status,
        .attempts = file->attempts,
        .bytes = file->bytes,
        .first_us = file->first_us,
        .error = verdict == SHOAL_FAILED || verdict == SHOAL_UNKNOWN ? error_of(file) : NULL,
        .response = end == NULL ? NULL : end->answer,
        .response_cut = end != NULL && end->answer_cut};
    leave_state(sched, file);
    file_release_slot(sched, file);
    sched->failures += verdict == SHOAL_FAILED;
    events_file(sched->parts.events, &event);
    file_free(sched, file);
}

void file_finish_planned(struct sched *sched, struct file *file)
{
    leave_state(sched, file);
    file_release_slot(sched, file);
    file_free(sched, file);
}
