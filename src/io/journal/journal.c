/* A journal from its opening to its end. */
#include "io/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/journal/private.h"

#define NOTICE_MOST ((size_t)64 * 1024) /* bytes */

static bool add_own(struct journal *journal, const char *path)
{
    char *copy = journal->own_count < JOURNAL_OWN_MOST ? strdup(path) : NULL;
    if (copy != NULL)
        journal->own[journal->own_count++] = copy;
    return copy != NULL;
}

/* SQLite keeps the same -wal and -shm until the connection is closed. */
static bool note_own_files(struct journal *journal, struct error *error)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-lock"};
    struct buf path;
    bool noted = true;
    buf_init(&path, JOURNAL_PATH_MOST);
    for (size_t i = 0; noted && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        buf_clear(&path);
        noted = buf_printf(&path, "%s%s", buf_text(&journal->path), suffixes[i]) &&
                add_own(journal, buf_text(&path));
    }
    buf_free(&path);
    return noted || error_set_memory(error);
}

/* The database at `path` is damaged, as `error` says: puts it aside and opens a new one. */
static enum database_result replace_damaged(
    struct journal *journal, const struct journal_settings *settings, struct error *error)
{
    const char *path = buf_text(&journal->path);
    if (settings->keep_damage) {
        (void)error_set(error, ERROR_DATA, 0,
            "the journal '%s' is damaged, so --at-most-once can't know what was sent; find that "
            "out, move the journal away, and run again",
            path);
        return DATABASE_REFUSED;
    }
    if (settings->read_only)
        return DATABASE_DAMAGED;
    struct buf aside;
    buf_init(&aside, JOURNAL_PATH_MOST);
    enum database_result result = DATABASE_REFUSED;
    if (damage_put_aside(path, &aside, error)) {
        (void)buf_printf(&journal->notice,
            "the journal '%s' is damaged: it is kept as '%s' and not used; every file is sent",
            path, buf_text(&aside));
        result = database_open(path, false, &journal->database, &journal->has_files, error);
        if (!add_own(journal, buf_text(&aside))) {
            (void)error_set_memory(error);
            result = DATABASE_REFUSED;
        }
    }
    buf_free(&aside);
    return result;
}

static bool open_database(
    struct journal *journal, const struct journal_settings *settings, struct error *error)
{
    const char *path = buf_text(&journal->path);
    enum database_result result =
        database_open(path, settings->read_only, &journal->database, &journal->has_files, error);
    if (result == DATABASE_DAMAGED)
        result = replace_damaged(journal, settings, error);
    if (result != DATABASE_OPEN)
        return false;
    return work_begin(journal, settings->url) || database_fail(journal->database, path, error);
}

static bool open_in_place(
    struct journal *journal, const struct journal_settings *settings, struct error *error)
{
    if (!place_resolve(settings->path, &journal->path, error) ||
        !place_is_local(buf_text(&journal->path), error))
        return false;
    if (!settings->read_only) {
        journal->lock = lock_take(buf_text(&journal->path), error);
        if (journal->lock < 0)
            return false;
    }
    return open_database(journal, settings, error) && note_own_files(journal, error);
}

static struct journal *new_journal(const struct journal_settings *settings)
{
    struct journal *journal = calloc(1, sizeof *journal);
    pthread_condattr_t attributes;
    if (journal == NULL || pthread_condattr_init(&attributes) != 0) {
        free(journal);
        return NULL;
    }
    buf_init(&journal->path, JOURNAL_PATH_MOST);
    buf_init(&journal->notice, NOTICE_MOST);
    journal->lock = -1;
    journal->read_only = settings->read_only;
    journal->clock = clock_system();
    journal->wake = settings->wake;
    journal->context = settings->context;
#ifndef __APPLE__
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
    (void)pthread_cond_init(&journal->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&journal->lock_of_queues, NULL);
    return journal;
}

/* Does the disk of the journal fail, or is it full? Then the run begins and ends at once, so that
 * its exit status says that running again can help. */
static bool disk_fails(const struct error *error)
{
    return error->class == ERROR_SYSTEM &&
           (error->code == ENOSPC || error->code == EDQUOT || error->code == EIO);
}

bool journal_open(
    const struct journal_settings *settings, struct journal **journal, struct error *error)
{
    struct stat facts;
    *journal = NULL;
    if (settings->read_only && (stat(settings->path, &facts) != 0 || facts.st_size == 0))
        return true;
    struct journal *opened = new_journal(settings);
    if (opened == NULL)
        return error_set_memory(error);
    if (!open_in_place(opened, settings, &opened->failure)) {
        opened->failed = disk_fails(&opened->failure);
        if (!opened->failed) {
            *error = opened->failure;
            journal_close(opened, -1);
            return false;
        }
    }
    *journal = opened;
    return true;
}

const char *journal_notice(const struct journal *journal)
{
    return journal->notice.length == 0 ? NULL : buf_text(&journal->notice);
}

bool journal_has_files(const struct journal *journal)
{
    return journal->has_files;
}

const char *journal_own_file(const struct journal *journal, size_t index)
{
    return journal != NULL && index < journal->own_count ? journal->own[index] : NULL;
}

void journal_close(struct journal *journal, int exit_status)
{
    if (journal == NULL)
        return;
    if (journal_flush(journal, NULL))
        work_end(journal, exit_status);
    work_free(journal);
    /* Closing copies the WAL into the database and removes it. */
    (void)sqlite3_close(journal->database);
    lock_release(buf_text(&journal->path), journal->lock);
    notes_free(&journal->recalls);
    notes_free(&journal->writes);
    notes_free(&journal->done);
    (void)pthread_cond_destroy(&journal->changed);
    (void)pthread_mutex_destroy(&journal->lock_of_queues);
    buf_free(&journal->path);
    buf_free(&journal->notice);
    while (journal->own_count > 0)
        free(journal->own[--journal->own_count]);
    free(journal);
}
