/* The database: opened, made where it is new, checked in full where it is not.
 *
 * SQLite's pages have no checksums. So a journal is believed only if its structure is right
 * (PRAGMA quick_check), its schema is exactly ours, and every row has the checksum that was written
 * with it. Frames of the WAL have checksums of their own: after a crash, SQLite ignores what comes
 * after the last complete transaction. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "io/journal/private.h"
#include "io/journal/schema.h"

#define BUSY_MS 10000 /* how long another program, such as sqlite3, may hold a lock */

/* A flush of each commit: what was reported as committed outlives a loss of power. The cache
 * bounds memory. cell_size_check finds damage before it is used. */
static const char settings[] = "PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;"
                               "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;"
                               "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;";

/* The errno of the system call that failed; 0: none did. SQLite does not keep that of fsync(2). */
static int errno_of(sqlite3 *database)
{
    int code = sqlite3_errcode(database) & 0xFF;
    int system_code = sqlite3_system_errno(database);
    if (code == SQLITE_FULL)
        return ENOSPC;
    if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN)
        return 0;
    return system_code == 0 && code == SQLITE_IOERR ? EIO : system_code;
}

bool database_fail(sqlite3 *database, const char *path, struct error *error)
{
    if (database == NULL)
        return error_set_memory(error);
    int code = errno_of(database);
    if (code == ENOSPC || code == EDQUOT)
        return error_set(error, ERROR_SYSTEM, code,
            "the journal '%s' can't be written: no space left on its disk", path);
    return error_set(error, ERROR_SYSTEM, code, "the journal '%s' can't be used: %s", path,
        code == 0 ? sqlite3_errmsg(database) : error_reason(code));
}

bool database_run(sqlite3 *database, const char *sql)
{
    return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Runs SQL that returns one row and copies its first column. False: it failed, or has no row. */
static bool ask_number(sqlite3 *database, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    bool asked = sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
                 sqlite3_step(statement) == SQLITE_ROW;
    if (asked)
        *number = sqlite3_column_int64(statement, 0);
    return sqlite3_finalize(statement) == SQLITE_OK && asked;
}

/* Whether the first column of the only row is `text`. */
static bool ask_is(sqlite3 *database, const char *sql, const char *argument, const char *text)
{
    sqlite3_stmt *statement = NULL;
    const char *found = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
        (argument == NULL ||
            sqlite3_bind_text(statement, 1, argument, -1, SQLITE_STATIC) == SQLITE_OK) &&
        sqlite3_step(statement) == SQLITE_ROW)
        found = (const char *)sqlite3_column_text(statement, 0);
    bool is_it = found != NULL && strcmp(found, text) == 0;
    (void)sqlite3_finalize(statement);
    return is_it;
}

/* Is there nothing in it: a file of 0 bytes, or one in which making the schema was not committed?
 */
static bool is_empty(sqlite3 *database)
{
    int64_t objects = -1;
    return ask_number(database, "SELECT count(*) FROM sqlite_schema", &objects) && objects == 0;
}

static bool migrate(sqlite3 *database, int64_t version)
{
    char set[96];
    (void)snprintf(set, sizeof set, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
        SCHEMA_APPLICATION, SCHEMA_VERSION);
    bool made = database_run(database, "BEGIN IMMEDIATE");
    for (; made && version < SCHEMA_VERSION; version++)
        made = database_run(database, schema_steps[version]);
    made = made && database_run(database, set) && database_run(database, "COMMIT");
    if (!made && sqlite3_get_autocommit(database) == 0)
        (void)sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    return made;
}

static bool schema_is_ours(sqlite3 *database)
{
    for (size_t i = 0; i < SCHEMA_OBJECTS; i++) {
        if (!ask_is(database, "SELECT sql FROM sqlite_schema WHERE name = ?1",
                schema_objects[i].name, schema_objects[i].sql))
            return false;
    }
    return true;
}

/* Reads every row. False: one of them is not as it was written, or cannot be read. */
static bool rows_are_right(sqlite3 *database, bool *has_rows)
{
    sqlite3_stmt *statement = NULL;
    struct journal_row row;
    bool right = sqlite3_prepare_v2(database, "SELECT " ROW_COLUMNS " FROM file", -1, &statement,
                     NULL) == SQLITE_OK;
    int result = SQLITE_DONE;
    while (right && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        right = row_read(statement, &row);
        *has_rows = true;
    }
    return sqlite3_finalize(statement) == SQLITE_OK && right && result == SQLITE_DONE;
}

/* An error that says nothing about the database's content. A file that ends too early does. */
static bool is_external(sqlite3 *database)
{
    int code = sqlite3_extended_errcode(database);
    switch (code & 0xFF) {
    case SQLITE_IOERR:
        return code != SQLITE_IOERR_SHORT_READ && code != SQLITE_IOERR_CORRUPTFS;
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        return true;
    default:
        return false;
    }
}

static enum database_result say_damaged(const char *path, struct error *error)
{
    (void)error_set(error, ERROR_DATA, 0, "the journal '%s' is damaged", path);
    return DATABASE_DAMAGED;
}

/* Checks the content of a journal of `version`, after changing its schema to the current one. */
static bool content_is_right(sqlite3 *database, int64_t version, bool *has_rows)
{
    return version > 0 && ask_is(database, "PRAGMA quick_check(1)", NULL, "ok") &&
           (version == SCHEMA_VERSION || migrate(database, version)) && schema_is_ours(database) &&
           rows_are_right(database, has_rows);
}

/* A journal of this version or an earlier one, whose content must be right. */
static enum database_result check(
    sqlite3 *database, const char *path, bool *has_rows, struct error *error)
{
    int64_t version = -1;
    int64_t written = -2;
    bool asked = ask_number(database, "PRAGMA user_version", &version) &&
                 ask_number(database, "SELECT version FROM journal", &written) &&
                 version == written;
    if (asked && version > SCHEMA_VERSION) {
        (void)error_set(error, ERROR_USAGE, 0,
            "--journal '%s': a later version of shoal made it (schema %lld); use that one", path,
            (long long)version);
        return DATABASE_REFUSED;
    }
    if (asked && content_is_right(database, version, has_rows))
        return DATABASE_OPEN;
    if (!is_external(database))
        return say_damaged(path, error);
    (void)database_fail(database, path, error);
    return DATABASE_REFUSED;
}

/* It does not look like a journal: was it one, or is it something else? */
static enum database_result refuse_other(const char *path, struct error *error)
{
    if (damage_was_journal(path))
        return say_damaged(path, error);
    (void)error_set(error, ERROR_USAGE, 0,
        "--journal '%s': the file is not a journal of shoal; choose another name", path);
    return DATABASE_REFUSED;
}

/* SQLite could not read or write the file. */
static enum database_result explain(sqlite3 *database, const char *path, struct error *error)
{
    if (!is_external(database))
        return refuse_other(path, error);
    (void)database_fail(database, path, error);
    return DATABASE_REFUSED;
}

static enum database_result prepare(
    sqlite3 *database, const char *path, bool read_only, bool *has_rows, struct error *error)
{
    int64_t id = -1;
    (void)sqlite3_busy_timeout(database, BUSY_MS);
    (void)sqlite3_extended_result_codes(database, 1);
    if (!database_run(database, settings) || !ask_number(database, "PRAGMA application_id", &id))
        return explain(database, path, error);
    bool is_new = id == 0 && is_empty(database);
    if (id != SCHEMA_APPLICATION && !is_new)
        return refuse_other(path, error);
    if (read_only)
        return is_new ? DATABASE_OPEN : check(database, path, has_rows, error);
    if (!ask_is(database, "PRAGMA journal_mode = WAL", NULL, "wal") ||
        (is_new && !migrate(database, 0)))
        return explain(database, path, error);
    return check(database, path, has_rows, error);
}

/* Makes the file where there is none: SQLite would give it the modes of the umask, and gives its
 * other files the modes of this one. */
static bool make_file(const char *path, struct error *error)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
    int code = errno;
    if (descriptor >= 0)
        return close(descriptor) == 0;
    return code == EEXIST ||
           error_set(error, ERROR_SYSTEM, code, "--journal '%s': %s", path, error_reason(code));
}

enum database_result database_open(
    const char *path, bool read_only, sqlite3 **database, bool *has_rows, struct error *error)
{
    int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    *has_rows = false;
    *database = NULL;
    if (!read_only && !make_file(path, error))
        return DATABASE_REFUSED;
    enum database_result result = DATABASE_REFUSED;
    if (sqlite3_open_v2(path, database, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
        result = prepare(*database, path, read_only, has_rows, error);
    else
        (void)database_fail(*database, path, error);
    if (result == DATABASE_OPEN)
        return result;
    (void)sqlite3_close(*database);
    *database = NULL;
    return result;
}
