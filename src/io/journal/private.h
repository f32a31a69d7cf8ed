/* What the files of the journal share. */
#ifndef SHOAL_IO_JOURNAL_PRIVATE_H
#define SHOAL_IO_JOURNAL_PRIVATE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/must_use.h"
#include "io/journal.h"

#define JOURNAL_PATH_MOST ((size_t)64 * 1024) /* bytes of a path of the journal's own files */

/* The most files that belong to one journal: the database, -wal, -shm, -lock, and a damaged one. */
#define JOURNAL_OWN_MOST 6

/* A list of notes, first in, first out. */
struct note_list {
    struct journal_note *first; /* NULL: empty */
    struct journal_note *last;  /* meaningless where it is empty */
    size_t count;               /* length */
};

struct journal {
    struct buf path;             /* the real path of the database */
    struct buf notice;           /* see journal_notice() */
    int lock;                    /* see lock_take(); -1: none */
    bool read_only;              /* see struct journal_settings */
    bool has_files;              /* see journal_has_files() */
    char *own[JOURNAL_OWN_MOST]; /* see journal_own_file(); owned */
    size_t own_count;            /* length of `own` */

    /* From journal_start() to journal_flush() only the thread uses these, if there is one. */
    sqlite3 *database;   /* the only connection */
    sqlite3_stmt *find;  /* looks a row up */
    sqlite3_stmt *write; /* writes a row */
    int64_t run;         /* the key of this run in the table `run` */
    struct clock clock;  /* for batches, and the time of each row */
    void (*wake)(void *context);
    void *context; /* for `wake` */

    pthread_t thread; /* if `threaded` */
    bool threaded;    /* there is a thread; the caller's */

    pthread_mutex_t lock_of_queues; /* guards the fields below */
    pthread_cond_t changed;         /* there is work, or the journal ends */
    struct note_list recalls;       /* to be looked up */
    struct note_list writes;        /* to be written, in order */
    size_t intents;                 /* notes of JOURNAL_INTEND in `writes` */
    size_t writing;                 /* notes that the thread is writing now */
    int64_t due_us;                 /* when `writes` are committed at the latest; by `clock` */
    struct note_list done;          /* to be collected */
    bool ending;                    /* journal_flush() was called */
    bool failed;                    /* see journal_failed() */
    struct error failure;           /* if `failed` */
};

/* --- work.c: what the thread does with notes --- */

/* Prepares the statements and writes the row of the run. False: see database_fail(). */
MUST_USE bool work_begin(struct journal *journal, const char *url);

/* Looks up what `note` asks for. False: see database_fail(). */
MUST_USE bool work_recall(struct journal *journal, struct journal_note *note);

/* Writes the notes, and commits them together. False, with nothing written: see database_fail(). */
MUST_USE bool work_write(struct journal *journal, const struct note_list *notes);

/* Writes the end of the run to its row, or removes the row if `exit_status` is -1, as far as that
 * is possible. */
void work_end(struct journal *journal, int exit_status);

/* Frees the statements. */
void work_free(struct journal *journal);

/* --- queue.c --- */

/* Frees the notes of the list. */
void notes_free(struct note_list *list);

/* --- place.c: where a journal may be --- */

/* Writes the path of the journal with its folder's real path, so that each journal has one name.
 * False with `error`: there is no such folder. */
MUST_USE bool place_resolve(const char *given, struct buf *path, struct error *error);

/* False with `error`: the folder of `path` is on a network file system, where the shared memory of
 * SQLite's WAL mode does not work. */
MUST_USE bool place_is_local(const char *path, struct error *error);

/* --- lock.c: one run per journal --- */

/* Takes the lock of the journal `path`. Returns its descriptor, which holds it until it is closed,
 * or -1 with `error`, which names the process that holds it. */
MUST_USE int lock_take(const char *path, struct error *error);

/* Gives the lock back and removes its file. */
void lock_release(const char *path, int descriptor);

/* --- database.c: the file, its schema and its checks --- */

/* What became of an attempt to open a database. */
enum database_result {
    DATABASE_OPEN,    /* it is open, and all of it was checked */
    DATABASE_DAMAGED, /* it is a journal, or was one, and cannot be believed */
    DATABASE_REFUSED, /* it is something else, or cannot be opened */
};

/* Opens the database at `path`, makes its schema where it is empty (unless `read_only`), and checks
 * every page and row. `*has_rows`: it knows files. Anything but DATABASE_OPEN with `error`, and
 * `*database` NULL. */
MUST_USE enum database_result database_open(
    const char *path, bool read_only, sqlite3 **database, bool *has_rows, struct error *error);

/* Sets `error` to what SQLite says of `database`; `path` names it. Always false. */
bool database_fail(sqlite3 *database, const char *path, struct error *error);

/* Runs SQL without results. False: see database_fail(). */
MUST_USE bool database_run(sqlite3 *database, const char *sql);

/* --- damage.c --- */

/* Does the file begin as a journal does, but for a few bits? Then what is wrong with it is damage;
 * otherwise it is another file, which must not be touched. */
bool damage_was_journal(const char *path);

/* Renames the journal and its -wal to a name that is free, and writes it to `aside`. False with
 * `error`. */
MUST_USE bool damage_put_aside(const char *path, struct buf *aside, struct error *error);

/* --- row.c: rows and their checksums --- */

#define ROW_COLUMNS                                                                                \
    "path, destination, state, size, mtime, mtime_ns, sha256, others, others_sha256, attempts, "   \
    "status, temporary, maybe_accepted, reason, cause, run, at, checksum"
#define ROW_COLUMN_COUNT 18

/* The columns of a result by their order in ROW_COLUMNS. */
enum row_column {
    ROW_PATH,
    ROW_DESTINATION,
    ROW_STATE,
    ROW_SIZE,
    ROW_MTIME,
    ROW_MTIME_NS,
    ROW_SHA256,
    ROW_OTHERS,
    ROW_OTHERS_SHA256,
    ROW_ATTEMPTS,
    ROW_STATUS,
    ROW_TEMPORARY,
    ROW_MAYBE_ACCEPTED,
    ROW_REASON,
    ROW_CAUSE,
    ROW_RUN,
    ROW_AT,
    ROW_CHECKSUM,
};

/* Binds the path as parameter `index`: text where it is valid UTF-8, otherwise a blob. */
MUST_USE bool row_bind_path(sqlite3_stmt *statement, int index, const char *path);

/* Binds all columns of a note's row, in the order of ROW_COLUMNS, with its checksum. */
MUST_USE bool row_bind(sqlite3_stmt *statement, const struct journal_note *note, int64_t run);

/* Reads the row that `statement` is at, whose columns are ROW_COLUMNS. False: its checksum is
 * wrong, or a column is not what it must be. */
MUST_USE bool row_read(sqlite3_stmt *statement, struct journal_row *row);

#endif
