/* The notes between the loop and the journal's thread.
 *
 *     submit() --> recalls --> the thread --> done --> collect()
 *              \-> writes  -->/ (a batch)
 *
 * Waking a thread costs more than writing a row. So a write wakes it only if it is the first of its
 * batch, which sets the time at which the batch is due, or fills it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "io/journal/private.h"

struct journal_note *journal_note_new(enum journal_work work, const char *path, const char *cause)
{
    size_t path_size = strlen(path) + 1;
    size_t cause_size = cause == NULL ? 0 : strlen(cause) + 1;
    struct journal_note *note = calloc(1, sizeof *note + path_size + cause_size);
    if (note == NULL)
        return NULL;
    note->work = work;
    memcpy(note->path, path, path_size);
    if (cause != NULL)
        note->cause = memcpy(note->path + path_size, cause, cause_size);
    return note;
}

static void list_append(struct note_list *list, struct journal_note *note)
{
    note->next = NULL;
    if (list->first == NULL)
        list->first = note;
    else
        list->last->next = note;
    list->last = note;
    list->count++;
}

static struct note_list list_take_all(struct note_list *list)
{
    struct note_list taken = *list;
    *list = (struct note_list){0};
    return taken;
}

void notes_free(struct note_list *list)
{
    struct journal_note *next;
    for (struct journal_note *note = list->first; note != NULL; note = next) {
        next = note->next;
        free(note);
    }
    *list = (struct note_list){0};
}

/* With the lock held: is it time to commit what there is to write? */
static bool batch_is_due(const struct journal *journal)
{
    size_t count = journal->writes.count;
    return count > 0 && (count >= JOURNAL_BATCH || journal->intents > 0 || journal->ending ||
                            clock_now_us(&journal->clock) >= journal->due_us);
}

/* With the lock held: at most JOURNAL_BATCH notes to write. */
static struct note_list take_batch(struct journal *journal)
{
    struct note_list batch = {0};
    while (batch.count < JOURNAL_BATCH && journal->writes.first != NULL) {
        struct journal_note *note = journal->writes.first;
        journal->writes.first = note->next;
        journal->writes.count--;
        journal->intents -= note->work == JOURNAL_INTEND;
        list_append(&batch, note);
    }
    journal->writing = batch.count;
    return batch;
}

/* With the lock held: nothing is read or written from now on. */
static void fail_journal(struct journal *journal)
{
    if (!journal->failed)
        (void)database_fail(journal->database, buf_text(&journal->path), &journal->failure);
    journal->failed = true;
}

/* Moves what comes back to `done`, and frees the rest. Returns whether `done` was empty and is not
 * any more. With the lock held. */
static bool give_back(struct journal *journal, struct note_list *notes)
{
    bool was_empty = journal->done.first == NULL;
    struct journal_note *next;
    for (struct journal_note *note = notes->first; note != NULL; note = next) {
        next = note->next;
        if (note->work == JOURNAL_WRITE)
            free(note);
        else
            list_append(&journal->done, note);
    }
    return was_empty && journal->done.first != NULL;
}

/* Looks up or writes the notes, without the lock. False: the database failed. */
static bool do_notes(struct journal *journal, struct note_list *recalls, struct note_list *writes)
{
    bool done = true;
    for (struct journal_note *note = recalls->first; done && note != NULL; note = note->next)
        done = work_recall(journal, note);
    if (done && writes->count > 0)
        done = work_write(journal, writes);
    for (struct journal_note *note = writes->first; note != NULL; note = note->next)
        note->done = done;
    return done;
}

/* With the lock held, which is released meanwhile: does what is due. False: nothing was. */
static bool do_due(struct journal *journal)
{
    struct note_list recalls = list_take_all(&journal->recalls);
    struct note_list writes = {0};
    if (batch_is_due(journal))
        writes = take_batch(journal);
    if (recalls.count == 0 && writes.count == 0)
        return false;
    bool may_work = !journal->failed;
    (void)pthread_mutex_unlock(&journal->lock_of_queues);
    bool done = may_work && do_notes(journal, &recalls, &writes);
    (void)pthread_mutex_lock(&journal->lock_of_queues);
    if (!done)
        fail_journal(journal);
    journal->writing = 0;
    journal->due_us = clock_now_us(&journal->clock) + JOURNAL_DELAY_US;
    bool wake = writes.count == JOURNAL_BATCH; /* the loop may wait for journal_pending() */
    wake = give_back(journal, &recalls) || wake;
    wake = give_back(journal, &writes) || wake;
    if (wake || !done) {
        (void)pthread_mutex_unlock(&journal->lock_of_queues);
        journal->wake(journal->context);
        (void)pthread_mutex_lock(&journal->lock_of_queues);
    }
    return true;
}

/* With the lock held: waits until there may be something to do. */
static void wait_for_work(struct journal *journal)
{
    if (journal->writes.count == 0) {
        (void)pthread_cond_wait(&journal->changed, &journal->lock_of_queues);
        return;
    }
    struct timespec until = {.tv_sec = (time_t)(journal->due_us / CLOCK_US_PER_SECOND),
        .tv_nsec = (long)(journal->due_us % CLOCK_US_PER_SECOND) * 1000};
    (void)pthread_cond_timedwait(&journal->changed, &journal->lock_of_queues, &until);
}

static void *work(void *context)
{
    struct journal *journal = context;
    (void)pthread_mutex_lock(&journal->lock_of_queues);
    for (;;) {
        if (do_due(journal))
            continue;
        if (journal->ending)
            break;
        wait_for_work(journal);
    }
    (void)pthread_mutex_unlock(&journal->lock_of_queues);
    return NULL;
}

void journal_start(struct journal *journal)
{
    journal->threaded = thread_start(&journal->thread, work, journal);
}

void journal_submit(struct journal *journal, struct journal_note *note)
{
    (void)pthread_mutex_lock(&journal->lock_of_queues);
    bool urgent = note->work != JOURNAL_WRITE;
    if (note->work == JOURNAL_RECALL) {
        list_append(&journal->recalls, note);
    } else {
        list_append(&journal->writes, note);
        journal->intents += note->work == JOURNAL_INTEND;
        if (journal->writes.count == 1 && journal->writing == 0)
            journal->due_us = clock_now_us(&journal->clock) + JOURNAL_DELAY_US;
    }
    if (urgent || journal->writes.count == 1 || journal->writes.count == JOURNAL_BATCH)
        (void)pthread_cond_signal(&journal->changed);
    (void)pthread_mutex_unlock(&journal->lock_of_queues);
}

struct journal_note *journal_collect(struct journal *journal)
{
    (void)pthread_mutex_lock(&journal->lock_of_queues);
    while (!journal->threaded && do_due(journal)) {
    }
    struct note_list done = list_take_all(&journal->done);
    (void)pthread_mutex_unlock(&journal->lock_of_queues);
    return done.first;
}

size_t journal_pending(struct journal *journal)
{
    (void)pthread_mutex_lock(&journal->lock_of_queues);
    size_t count = journal->writes.count + journal->writing;
    (void)pthread_mutex_unlock(&journal->lock_of_queues);
    return count;
}

bool journal_failed(struct journal *journal, struct error *error)
{
    (void)pthread_mutex_lock(&journal->lock_of_queues);
    bool failed = journal->failed;
    if (failed && error != NULL)
        *error = journal->failure;
    (void)pthread_mutex_unlock(&journal->lock_of_queues);
    return failed;
}

bool journal_flush(struct journal *journal, struct error *error)
{
    (void)pthread_mutex_lock(&journal->lock_of_queues);
    journal->ending = true;
    (void)pthread_cond_signal(&journal->changed);
    while (!journal->threaded && do_due(journal)) {
    }
    (void)pthread_mutex_unlock(&journal->lock_of_queues);
    if (journal->threaded)
        (void)pthread_join(journal->thread, NULL);
    journal->threaded = false;
    return !journal_failed(journal, error);
}
