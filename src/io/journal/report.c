#include "io/journal_report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/err.h"
#include "io/journal/private.h"

static const char magic[16] = "SQLite format 3";

bool journal_report_is_one(const char *path)
{
    char head[sizeof magic] = "";
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return false;
    ssize_t length = read(descriptor, head, sizeof head);
    (void)close(descriptor);
    return length == (ssize_t)sizeof head && memcmp(head, magic, sizeof head) == 0;
}

static sqlite3 *open_to_read(const char *path, struct error *error)
{
    struct stat facts;
    bool has_rows;
    sqlite3 *database = NULL;
    if (stat(path, &facts) != 0) {
        int code = errno;
        (void)error_set(
            error, ERROR_SYSTEM, code, "the journal '%s': %s", path, error_reason(code));
    } else if (facts.st_size == 0) {
        (void)error_set(error, ERROR_DATA, 0, "the journal '%s' is empty", path);
    } else if (database_open(path, true, &database, &has_rows, error) != DATABASE_OPEN) {
        return NULL;
    }
    return database;
}

/* The path of the row, with a NUL after it, until the next call with `path`. */
static const char *path_of(sqlite3_stmt *statement, struct buf *path)
{
    const void *data = sqlite3_column_blob(statement, ROW_PATH);
    buf_clear(path);
    (void)buf_add(path, data, (size_t)sqlite3_column_bytes(statement, ROW_PATH));
    return buf_text(path);
}

bool journal_report_rows(const char *path,
    bool (*each)(void *context, const struct journal_report_row *row, struct error *error),
    void *context, struct error *error)
{
    sqlite3 *database = open_to_read(path, error);
    if (database == NULL)
        return false;
    struct buf name;
    sqlite3_stmt *statement = NULL;
    buf_init(&name, JOURNAL_PATH_MOST);
    bool going = sqlite3_prepare_v2(database, "SELECT " ROW_COLUMNS " FROM file", -1, &statement,
                     NULL) == SQLITE_OK;
    int result = going ? SQLITE_ROW : SQLITE_ERROR;
    while (going && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        struct journal_report_row row = {.path = path_of(statement, &name),
            .destination = sqlite3_column_blob(statement, ROW_DESTINATION)};
        if (!row_read(statement, &row.row) || row.destination == NULL)
            break;
        going = each(context, &row, error);
    }
    if (going && result != SQLITE_DONE)
        (void)database_fail(database, path, error);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(database);
    buf_free(&name);
    return going && result == SQLITE_DONE;
}

/* A copy of a text column; NULL: it is NULL, or out of memory. */
static char *copy_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text == NULL ? NULL : strdup(text);
}

/* Takes down one row of a result. False: out of memory. */
typedef bool take_row(struct journal_report *report, sqlite3_stmt *statement);

static bool take_state(struct journal_report *report, sqlite3_stmt *statement)
{
    const char *name = (const char *)sqlite3_column_text(statement, 0);
    for (int state = 0; name != NULL && state < JOURNAL_STATES; state++) {
        if (strcmp(name, journal_state_name((enum journal_state)state)) == 0)
            report->states[state] = (uint64_t)sqlite3_column_int64(statement, 1);
    }
    if (name != NULL && strcmp(name, journal_state_name(JOURNAL_SENT)) == 0)
        report->bytes = sqlite3_column_int64(statement, 2);
    report->not_attempted += (uint64_t)sqlite3_column_int64(statement, 3);
    report->temporary += (uint64_t)sqlite3_column_int64(statement, 4);
    return true;
}

static bool take_cause(struct journal_report *report, sqlite3_stmt *statement)
{
    struct journal_report_cause *causes =
        array_grow(report->causes, report->cause_count, sizeof *causes);
    if (causes == NULL)
        return false;
    report->causes = causes;
    struct journal_report_cause *cause = &causes[report->cause_count++];
    *cause = (struct journal_report_cause){.text = copy_text(statement, 0),
        .reason = copy_text(statement, 1),
        .first_path = copy_text(statement, 2),
        .count = (uint64_t)sqlite3_column_int64(statement, 3),
        .temporary = (uint64_t)sqlite3_column_int64(statement, 4)};
    return cause->text != NULL && cause->reason != NULL && cause->first_path != NULL;
}

static bool take_run(struct journal_report *report, sqlite3_stmt *statement)
{
    report->last = (struct journal_report_run){.started = copy_text(statement, 0),
        .ended = copy_text(statement, 1),
        .url = copy_text(statement, 2),
        .host = copy_text(statement, 3),
        .pid = sqlite3_column_int64(statement, 4),
        .exit_status = sqlite3_column_int64(statement, 5)};
    report->runs = (uint64_t)sqlite3_column_int64(statement, 6);
    return report->last.started != NULL;
}

static const struct {
    const char *sql;
    take_row *take;
} questions[] = {
    {"SELECT state, count(*), sum(max(size, 0)), sum(reason IS 'not-attempted'), sum(temporary) "
     "FROM file GROUP BY state",
        take_state},
    {"SELECT ifnull(cause, ''), ifnull(reason, ''), CAST(min(path) AS TEXT), count(*), "
     "sum(temporary) FROM file WHERE state IN ('failed', 'unknown') "
     "GROUP BY 1 ORDER BY 4 DESC, 1 LIMIT 1000",
        take_cause},
    {"SELECT started, ended, ifnull(url, ''), ifnull(host, ''), pid, exit_status, "
     "(SELECT count(*) FROM run) FROM run ORDER BY id DESC LIMIT 1",
        take_run},
};

static bool ask(sqlite3 *database, const char *sql, take_row *take, struct journal_report *report)
{
    sqlite3_stmt *statement = NULL;
    bool taken = sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK;
    while (taken && sqlite3_step(statement) == SQLITE_ROW)
        taken = take(report, statement);
    return sqlite3_finalize(statement) == SQLITE_OK && taken;
}

bool journal_report_read(const char *path, struct journal_report *report, struct error *error)
{
    *report = (struct journal_report){0};
    sqlite3 *database = open_to_read(path, error);
    if (database == NULL)
        return false;
    /* One transaction: a run may be writing meanwhile. */
    bool read = database_run(database, "BEGIN");
    for (size_t i = 0; read && i < sizeof questions / sizeof questions[0]; i++)
        read = ask(database, questions[i].sql, questions[i].take, report);
    if (!read)
        (void)database_fail(database, path, error);
    (void)sqlite3_close(database);
    return read;
}

void journal_report_free(struct journal_report *report)
{
    for (size_t i = 0; i < report->cause_count; i++) {
        free(report->causes[i].text);
        free(report->causes[i].reason);
        free(report->causes[i].first_path);
    }
    free(report->causes);
    free(report->last.started);
    free(report->last.ended);
    free(report->last.url);
    free(report->last.host);
    *report = (struct journal_report){0};
}
