/* What a journal holds, read without a run: for `shoal status` and --only-failed. */
#ifndef SHOAL_IO_JOURNAL_REPORT_H
#define SHOAL_IO_JOURNAL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"
#include "io/journal.h"

/* Whether the file begins as an SQLite database does. */
bool journal_report_is_one(const char *path);

/* One row. */
struct journal_report_row {
    const char *path;                 /* {path}, NUL-terminated; valid during the callback */
    const unsigned char *destination; /* JOURNAL_HASH bytes; likewise */
    struct journal_row row;           /* the rest of it */
};

/* Calls `each` for every row, until it returns false. False with `error`: there is no such journal,
 * it is damaged, it cannot be read, or `each` returned false, having set `error`. */
MUST_USE bool journal_report_rows(const char *path,
    bool (*each)(void *context, const struct journal_report_row *row, struct error *error),
    void *context, struct error *error);

/* What failed or unknown files have in common. */
struct journal_report_cause {
    char *text;         /* as in events; "": not known */
    char *reason;       /* as in events, of the first file; "": none */
    char *first_path;   /* of the file whose path sorts first */
    uint64_t count;     /* files */
    uint64_t temporary; /* those for which a later run can succeed */
};

/* The last run. */
struct journal_report_run {
    char *started;       /* UTC, YYYY-MM-DD HH:MM:SS; owned, as the other texts */
    char *ended;         /* likewise; NULL: it goes on, or was killed */
    char *url;           /* where it sent to, without secrets */
    char *host;          /* of its machine */
    int64_t pid;         /* of its process on that machine */
    int64_t exit_status; /* meaningless unless it ended */
};

/* The most causes in a report. */
#define JOURNAL_REPORT_CAUSES 1000

/* A report. */
struct journal_report {
    uint64_t states[JOURNAL_STATES];     /* files in each state */
    uint64_t not_attempted;              /* failed files that were never attempted */
    uint64_t temporary;                  /* failed files for which a later run can succeed */
    int64_t bytes;                       /* of the files that were sent */
    uint64_t runs;                       /* runs that were begun */
    struct journal_report_run last;      /* meaningless where `runs` is 0 */
    struct journal_report_cause *causes; /* the most frequent first */
    size_t cause_count;                  /* length of `causes` */
};

/* Reads the report of a journal, which may be in use by a run. Free it in any case. False with
 * `error`: as journal_report_rows(). */
MUST_USE bool journal_report_read(
    const char *path, struct journal_report *report, struct error *error);

/* Frees what the report holds. */
void journal_report_free(struct journal_report *report);

#endif
