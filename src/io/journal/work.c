/* What the journal's thread does with notes.
 *
 * The order, on which what is promised after a crash depends:
 *
 *   1. With --at-most-once, the row `started` is committed before the request's first byte is sent
 *      (core/sched/start.c starts a file only when its JOURNAL_INTEND came back).
 *   2. The whole response arrives; the file gets its verdict, and its event is reported.
 *   3. The row with the verdict is committed, with up to JOURNAL_BATCH others.
 *
 * Between 2 and 3 a crash loses the row, never the other way round: what the journal says was done
 * was done. A later run sends again what lacked its row, or, with --at-most-once, finds `started`
 * and reports the file as unknown. */
#include <string.h>
#include <unistd.h>

#include "io/journal/private.h"
#include "shoal.h"

#define HOST_SIZE 256

bool work_begin(struct journal *journal, const char *url)
{
    sqlite3 *database = journal->database;
    bool made = sqlite3_prepare_v3(database,
                    "SELECT " ROW_COLUMNS " FROM file WHERE path = ?1 AND destination = ?2", -1,
                    SQLITE_PREPARE_PERSISTENT, &journal->find, NULL) == SQLITE_OK;
    if (!made || journal->read_only)
        return made;
    made = sqlite3_prepare_v3(database,
               "INSERT OR REPLACE INTO file (" ROW_COLUMNS ") VALUES "
               "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
               -1, SQLITE_PREPARE_PERSISTENT, &journal->write, NULL) == SQLITE_OK;
    char host[HOST_SIZE] = "";
    (void)gethostname(host, sizeof host - 1);
    sqlite3_stmt *run = NULL;
    made = made &&
           sqlite3_prepare_v2(database,
               "INSERT INTO run (started, pid, host, version, url) "
               "VALUES (datetime('now'), ?1, ?2, ?3, ?4)",
               -1, &run, NULL) == SQLITE_OK &&
           sqlite3_bind_int64(run, 1, getpid()) == SQLITE_OK &&
           sqlite3_bind_text(run, 2, host, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_bind_text(run, 3, SHOAL_VERSION, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_bind_text(run, 4, url, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_step(run) == SQLITE_DONE;
    made = sqlite3_finalize(run) == SQLITE_OK && made;
    journal->run = made ? sqlite3_last_insert_rowid(database) : 0;
    return made;
}

bool work_recall(struct journal *journal, struct journal_note *note)
{
    sqlite3_stmt *find = journal->find;
    bool asked =
        row_bind_path(find, 1, note->path) &&
        sqlite3_bind_blob(find, 2, note->destination, JOURNAL_HASH, SQLITE_STATIC) == SQLITE_OK;
    int result = asked ? sqlite3_step(find) : SQLITE_ERROR;
    /* All rows were right when the journal was opened: a wrong one means that the disk fails. */
    bool right = result == SQLITE_DONE || (result == SQLITE_ROW && row_read(find, &note->row));
    note->done = right && result == SQLITE_ROW;
    return sqlite3_reset(find) == SQLITE_OK && right;
}

static bool write_one(struct journal *journal, const struct journal_note *note)
{
    bool written =
        row_bind(journal->write, note, journal->run) && sqlite3_step(journal->write) == SQLITE_DONE;
    return sqlite3_reset(journal->write) == SQLITE_OK && written;
}

bool work_write(struct journal *journal, const struct note_list *notes)
{
    int64_t now = clock_wall_seconds(&journal->clock);
    bool written = database_run(journal->database, "BEGIN IMMEDIATE");
    for (struct journal_note *note = notes->first; written && note != NULL; note = note->next) {
        note->row.at = now;
        written = write_one(journal, note);
    }
    return written && database_run(journal->database, "COMMIT");
}

void work_end(struct journal *journal, int exit_status)
{
    sqlite3_stmt *run = NULL;
    if (journal->database == NULL || journal->read_only || journal->run == 0)
        return;
    const char *sql =
        exit_status < 0 ? "DELETE FROM run WHERE id = ?2 AND ?1 < 0"
                        : "UPDATE run SET ended = datetime('now'), exit_status = ?1 WHERE id = ?2";
    if (sqlite3_prepare_v2(journal->database, sql, -1, &run, NULL) == SQLITE_OK &&
        sqlite3_bind_int(run, 1, exit_status) == SQLITE_OK &&
        sqlite3_bind_int64(run, 2, journal->run) == SQLITE_OK)
        (void)sqlite3_step(run);
    (void)sqlite3_finalize(run);
}

void work_free(struct journal *journal)
{
    (void)sqlite3_finalize(journal->find);
    (void)sqlite3_finalize(journal->write);
    journal->find = NULL;
    journal->write = NULL;
}
