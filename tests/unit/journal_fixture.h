/* Journals for tests: notes, and what comes back of them. */
#ifndef SHOAL_TESTS_JOURNAL_FIXTURE_H
#define SHOAL_TESTS_JOURNAL_FIXTURE_H

#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/journal.h"

/* A journal, and a wait for its notes. */
struct fixture_journal {
    struct journal *journal;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool awake; /* wake() was called since the last wait */
};

static inline void fixture_wake(void *context)
{
    struct fixture_journal *fixture = context;
    (void)pthread_mutex_lock(&fixture->lock);
    fixture->awake = true;
    (void)pthread_cond_signal(&fixture->woken);
    (void)pthread_mutex_unlock(&fixture->lock);
}

/* Opens the journal at `path`. False with `error`. */
static inline bool fixture_open(
    struct fixture_journal *fixture, const char *path, struct error *error)
{
    *fixture = (struct fixture_journal){
        .lock = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER};
    const struct journal_settings settings = {
        .path = path, .url = "http://example.com/", .wake = fixture_wake, .context = fixture};
    if (!journal_open(&settings, &fixture->journal, error))
        return false;
    journal_start(fixture->journal);
    return true;
}

/* Waits for the next note that comes back. */
static inline struct journal_note *fixture_collect(struct fixture_journal *fixture)
{
    for (;;) {
        struct journal_note *note = journal_collect(fixture->journal);
        if (note != NULL)
            return note;
        (void)pthread_mutex_lock(&fixture->lock);
        while (!fixture->awake)
            (void)pthread_cond_wait(&fixture->woken, &fixture->lock);
        fixture->awake = false;
        (void)pthread_mutex_unlock(&fixture->lock);
    }
}

/* Makes the note of file `number`, in a state and with a size that follow from the number. */
static inline struct journal_note *fixture_note(enum journal_work work, unsigned number)
{
    char path[64];
    (void)snprintf(path, sizeof path, "folder-%u/file-%u.js.map", number / 50, number);
    struct journal_note *note =
        journal_note_new(work, path, number % 5 == 0 ? "413 too large" : NULL);
    assert_non_null(note);
    memset(note->destination, (int)(number % 251), sizeof note->destination);
    note->row = (struct journal_row){
        .state = number % 5 == 0 ? JOURNAL_FAILED : JOURNAL_SENT, .attempts = 1, .status = 200};
    note->row.facts = (struct journal_facts){.size = 1000 + number,
        .mtime_seconds = 1700000000 + number,
        .mtime_nanoseconds = number,
        .has_sha256 = number % 2 == 0};
    memset(note->row.facts.sha256, (int)(number % 253), JOURNAL_HASH);
    if (number % 5 == 0)
        note->reason = "too-large";
    return note;
}

/* Asks for file `number`. Returns whether there is a row, and checks that it is as it was written.
 */
static inline bool fixture_recall(struct fixture_journal *fixture, unsigned number)
{
    struct journal_note *written = fixture_note(JOURNAL_RECALL, number);
    struct journal_note *asked = fixture_note(JOURNAL_RECALL, number);
    asked->row = (struct journal_row){0};
    journal_submit(fixture->journal, asked);
    struct journal_note *note = fixture_collect(fixture);
    bool found = note->done;
    if (found) {
        assert_int_equal(note->row.state, written->row.state);
        assert_int_equal(note->row.facts.size, written->row.facts.size);
        assert_int_equal(note->row.facts.mtime_seconds, written->row.facts.mtime_seconds);
        assert_int_equal(note->row.facts.mtime_nanoseconds, written->row.facts.mtime_nanoseconds);
        assert_int_equal(note->row.facts.has_sha256, written->row.facts.has_sha256);
        if (note->row.facts.has_sha256)
            assert_memory_equal(note->row.facts.sha256, written->row.facts.sha256, JOURNAL_HASH);
    }
    free(written);
    free(note);
    return found;
}

/* Writes files 0 to `count` - 1 to a new journal at `path` and closes it. */
static inline void fixture_make(const char *path, unsigned count)
{
    struct fixture_journal fixture;
    struct error error;
    assert_true(fixture_open(&fixture, path, &error));
    for (unsigned i = 0; i < count; i++)
        journal_submit(fixture.journal, fixture_note(JOURNAL_WRITE, i));
    assert_true(journal_flush(fixture.journal, &error));
    journal_close(fixture.journal, 0);
}

#endif
