/* From the walk to a request that is ready: queued, held by its group, loading, ready. */
#include <stdlib.h>

#include "base/container_of.h"
#include "core/sched/private.h"

#define ENTRIES_AT_ONCE 64
#define ENTRIES_A_STEP  1024 /* then the network is polled before there are more */

/* Bytes of the contents that are read whole: for all slots together, and per request. */
#define WHOLE_BUDGET ((size_t)32 * 1024 * 1024)
#define WHOLE_LEAST  ((size_t)64 * 1024)
#define WHOLE_MOST   ((size_t)256 * 1024)

/* Bytes of the transport's upload buffers: for all streamed bodies in flight, and per body. */
#define STREAM_BUDGET ((size_t)8 * 1024 * 1024)
#define CHUNK_LEAST   ((size_t)64 * 1024)
#define CHUNK_MOST    ((size_t)1024 * 1024)

static size_t clamp(size_t value, size_t least, size_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* There is no memory for a struct file: the verdict is reported without one. */
static void fail_without_memory(struct sched *sched, struct walk_item *item)
{
    bool lost = item->kind == WALK_LOST;
    struct event_file event = {.entry = item->entry,
        .verdict = SHOAL_FAILED,
        .temporary = !lost,
        .bytes = -1,
        .reason = SHOAL_REASON_UNREADABLE,
        .error = lost && item->text != NULL ? item->text : "out of memory"};
    sched->failures++;
    events_file(sched->parts.events, &event);
    free(item->entry);
}

static void add_file(struct sched *sched, struct walk_item *item)
{
    int64_t now_us = clock_now_us(sched->parts.clock);
    struct selection *selection = sched->parts.selection;
    if (selection != NULL && !selection_takes(selection, item->entry)) {
        free(item->entry);
        return;
    }
    events_found(sched->parts.events, item->entry);
    struct origin *origin = origins_of_entry(&sched->origins, item->entry, now_us);
    struct file *file = origin == NULL ? NULL : file_new(sched, item->entry, origin);
    if (file == NULL) {
        fail_without_memory(sched, item);
        return;
    }
    if (item->kind == WALK_LOST) {
        file_set_failure(file, SHOAL_REASON_UNREADABLE, item->text);
        file_finish(sched, file, SHOAL_FAILED, false, NULL);
    } else if (origin->gave_up) {
        sched_finish_unsent_of(sched, origin);
    } else {
        memory_recall(sched, file);
    }
}

static void handle_item(struct sched *sched, struct walk_item *item)
{
    struct events *events = sched->parts.events;
    switch (item->kind) {
    case WALK_FILE:
    case WALK_LOST:
        add_file(sched, item);
        break;
    case WALK_PROBLEM:
        events_problem(events, item->path, item->text == NULL ? "out of memory" : item->text);
        break;
    case WALK_NOTICE:
        events_notice(events, item->text);
        break;
    case WALK_LEFT_OUT:
        events_left_out(events, item->path, item->text);
        break;
    case WALK_NOTHING:
        events_nothing_found(events, item->text);
        break;
    case WALK_REFUSED:
        events_refuse(events, item->text == NULL ? "out of memory" : item->text);
        break;
    case WALK_END:
        sched->source_ended = true;
        events->totals.complete = true;
        break;
    }
    free(item->path);
    free(item->text);
}

/* Enough are queued for what may be in flight. With several origins, those may all be for one that
 * takes none: then the walk goes on as long as there is room for the files of others. */
static bool wants_entries(const struct sched *sched)
{
    size_t wanted = 2 * shares_limit(&sched->shares) + ENTRIES_AT_ONCE;
    size_t queued = sched->state_counts[FILE_QUEUED] + sched->state_counts[FILE_RECALLING];
    struct journal *journal = sched->parts.journal;
    if (journal != NULL && journal_pending(journal) > JOURNAL_PENDING_MOST)
        return false;
    if (sched->phase != SCHED_RUNNING || sched->source_ended)
        return false;
    if (!sched->shares.several)
        return queued < wanted && sched->live_count < SCHED_LIVE_MOST;
    return sched->live_count < SCHED_LIVE_MOST_SEVERAL &&
           (queued < wanted || sched->used_slots < sched->slot_count);
}

bool sched_collect_entries(struct sched *sched)
{
    struct source *source = sched->parts.source;
    struct walk_item items[ENTRIES_AT_ONCE];
    for (size_t taken = 0; wants_entries(sched);) {
        if (taken >= ENTRIES_A_STEP)
            return true;
        size_t count = source->ops->take(source, items, ENTRIES_AT_ONCE);
        for (size_t i = 0; i < count; i++)
            handle_item(sched, &items[i]);
        sched->parts.events->totals.passed_over = source->ops->passed_over(source);
        if (count == 0)
            break;
        taken += count;
    }
    return false;
}

void sched_queue_due_files(struct sched *sched, int64_t now_us)
{
    struct heap_node *node;
    while ((node = heap_first(&sched->waiting)) != NULL && node->key <= now_us) {
        struct file *file = container_of(node, struct file, timer);
        file_set_state(sched, file, FILE_QUEUED);
    }
}

/* A dry run reads only what digests need. Under --limit-rate no whole body is longer than a piece,
 * because it is sent in one burst. */
static size_t whole_most(const struct sched *sched)
{
    if (sched->parts.config->dry_run)
        return 0;
    size_t most =
        clamp(WHOLE_BUDGET / shares_slots_wanted(&sched->shares), WHOLE_LEAST, WHOLE_MOST);
    if (sched->throttle.bytes_per_second == 0)
        return most;
    size_t piece = (size_t)throttle_piece(&sched->throttle);
    return piece < most ? piece : most;
}

/* Writes the name of the file's group to `sched->text`: the value of --serial-by, or "". */
static bool fill_group_key(struct sched *sched, const struct file *file, struct error *error)
{
    const struct template *by = sched->parts.config->serial_by;
    buf_clear(&sched->text);
    if (by == NULL)
        return true;
    if (!plan_file_path(file->entry, &sched->file_path))
        return error_set_memory(error);
    struct template_file named = {.file = buf_text(&sched->file_path),
        .path = file->entry->path,
        .types = sched->parts.config->types};
    return template_fill(by, &named, &sched->text, error);
}

/* Returns whether the file may go on; else its group holds it, or it failed. */
static bool enter_group(struct sched *sched, struct file *file)
{
    struct error error;
    if (sched->groups == NULL || file->member.group != NULL)
        return true;
    if (!fill_group_key(sched, file, &error)) {
        sched_plan_failed(sched, file, &error);
        return false;
    }
    switch (groups_enter(sched->groups, &file->member, buf_text(&sched->text))) {
    case GROUP_GOES_ON:
        return true;
    case GROUP_HELD:
        file_set_state(sched, file, FILE_HELD);
        break;
    case GROUP_NO_MEMORY:
        (void)error_set_memory(&error);
        sched_plan_failed(sched, file, &error);
        break;
    }
    return false;
}

static void load_file(struct sched *sched, struct file *file)
{
    struct reader *reader = sched->parts.reader;
    struct slot *slot = slot_acquire(sched, file);
    struct error error;
    file_set_state(sched, file, FILE_LOADING);
    if (!plan_begin(slot->plan, file->entry, whole_most(sched), &error)) {
        sched_plan_failed(sched, file, &error);
        return;
    }
    memory_choose_work(sched, file, plan_job(slot->plan));
    reader->ops->submit(reader, plan_job(slot->plan));
}

/* Makes room for the file of another origin: one that lets nothing start gives back the slot of a
 * ready file, which is loaded again later. */
static bool unload_file(struct sched *sched)
{
    struct origin *origin = shares_next_to_unload(&sched->shares);
    if (origin == NULL)
        return false;
    struct file *file = container_of(origin->ready.last, struct file, turn);
    file_set_state(sched, file, FILE_QUEUED);
    file_release_slot(sched, file);
    return sched->free_slots != NULL;
}

bool sched_may_load(struct sched *sched)
{
    return sched->phase == SCHED_RUNNING && sched->free_slots != NULL &&
           shares_next_to_load(&sched->shares) != NULL;
}

void sched_load_files(struct sched *sched, int64_t now_us)
{
    struct origin *origin;
    while (sched->phase == SCHED_RUNNING &&
           (origin = shares_next_to_load(&sched->shares)) != NULL &&
           (sched->free_slots != NULL || unload_file(sched))) {
        struct file *file = container_of(origin->queued.first, struct file, turn);
        if (enter_group(sched, file))
            load_file(sched, file);
        shares_pass_loading(&sched->shares, origin, now_us);
    }
}

/* Divided by how many may be in flight, not by how many are: a transfer keeps the buffer with which
 * it started. */
static size_t chunk_size(const struct sched *sched)
{
    if (sched->throttle.bytes_per_second > 0)
        return CHUNK_LEAST;
    return clamp(STREAM_BUDGET / shares_limit(&sched->shares), CHUNK_LEAST, CHUNK_MOST);
}

static void make_request(struct sched *sched, struct slot *slot)
{
    struct file *file = slot->file;
    struct error error;
    file->bytes = plan_file_size(slot->plan);
    slot->streamed = !plan_job(slot->plan)->whole;
    if (!plan_finish(slot->plan, file->entry, sched->parts.reader, chunk_size(sched), &error) ||
        (file->redirect != NULL && !plan_redirect(slot->plan, file->redirect, &error))) {
        sched_plan_failed(sched, file, &error);
        return;
    }
    if (!file->was_planned)
        equals_note(&sched->equals, file->entry, slot->plan, sched->parts.events);
    file->was_planned = true;
    if (!sched->parts.config->dry_run) {
        if (!memory_intends(sched, file))
            file_set_state(sched, file, FILE_READY);
        return;
    }
    events_plan(sched->parts.events, file->entry, slot->plan);
    file_finish_planned(sched, file);
}

/* A file that was only looked at is read now: it is not as the journal knows it. */
static void go_on_loading(struct sched *sched, struct slot *slot)
{
    struct reader_job *job = plan_job(slot->plan);
    if (job->work == READER_LOAD) {
        make_request(sched, slot);
        return;
    }
    job->work = READER_LOAD;
    sched->parts.reader->ops->submit(sched->parts.reader, job);
}

static void handle_loaded(struct sched *sched, struct slot *slot)
{
    struct file *file = slot->file;
    if (file == NULL) { /* the run ended meanwhile, and the file is finished */
        slot_release(sched, slot);
        return;
    }
    if (!file->was_loaded && pairs_note(&sched->pairs, file->entry, slot->plan))
        sched->parts.events->totals.without_pair++;
    file->was_loaded = true;
    const struct reader_file *culprit = plan_unreadable(slot->plan);
    if (culprit != NULL)
        sched_load_failed(sched, file, culprit);
    else if (!memory_settles(sched, file))
        go_on_loading(sched, slot);
}

static struct slot *slot_of_body(struct sched *sched, const struct body *body)
{
    for (size_t i = 0; i < sched->slot_count; i++) {
        if (plan_body(sched->slots[i].plan) == body)
            return &sched->slots[i];
    }
    return NULL;
}

static void handle_chunk(struct sched *sched, struct reader_job *job)
{
    struct slot *slot = slot_of_body(sched, job->body);
    bool may_resume = body_chunk_done(job->body, job);
    if (slot->closing)
        slot_release(sched, slot);
    else if (may_resume && slot->transfer != NULL)
        sched->parts.http->ops->resume(sched->parts.http, slot->transfer);
}

void sched_collect_jobs(struct sched *sched)
{
    struct reader *reader = sched->parts.reader;
    struct reader_job *job = reader->ops->collect(reader);
    while (job != NULL) {
        struct reader_job *next = job->next;
        if (job->work == READER_CHUNK)
            handle_chunk(sched, job);
        else if (job->work == READER_COMPARE)
            sched_compared(sched, job->load_owner);
        else
            handle_loaded(sched, job->load_owner);
        job = next;
    }
}
