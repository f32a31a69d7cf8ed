/* The journal of --journal: what earlier runs did with each file, in an SQLite database that
 * outlives kill -9 and a loss of power. docs/journal.md describes the database.
 *
 * One connection, in a thread of its own, so that no commit ever stalls the loop. The loop passes
 * notes to it and gets some of them back:
 *
 *     JOURNAL_RECALL  looks a file up                    comes back with the row
 *     JOURNAL_WRITE   writes a row, in the next batch    does not come back
 *     JOURNAL_INTEND  writes a row                       comes back once it is committed
 *
 * A batch is committed after JOURNAL_BATCH notes or JOURNAL_DELAY_US, whichever comes first, and at
 * once where an intent waits for it. After an error nothing more is written: journal_failed(). */
#ifndef SHOAL_IO_JOURNAL_H
#define SHOAL_IO_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"

#define JOURNAL_BATCH    1000   /* notes that are committed together, at most */
#define JOURNAL_DELAY_US 100000 /* how long a note waits for its batch, at most */

/* Notes that may wait to be written; the run pauses while there are more. Bounds memory. */
#define JOURNAL_PENDING_MOST 8192

#define JOURNAL_HASH 32 /* bytes of a SHA-256 */

/* What became of a file. */
enum journal_state {
    JOURNAL_STARTED, /* --at-most-once: its request was about to be sent */
    JOURNAL_SENT,    /* the server accepted it */
    JOURNAL_EXISTS,  /* the server has it already */
    JOURNAL_FAILED,  /* it failed, or was not attempted */
    JOURNAL_UNKNOWN, /* the server may have accepted it */
};

/* How many states there are. */
#define JOURNAL_STATES 5

/* The name of a state, as in the database: "started", "sent", ... */
const char *journal_state_name(enum journal_state state);

/* Which contents a row is about: the file's, and those of the other files of its request. */
struct journal_facts {
    int64_t size;                              /* of the file, bytes; -1: not known */
    int64_t mtime_seconds;                     /* of the file, since 1970 */
    int64_t mtime_nanoseconds;                 /* 0 to 999,999,999 */
    bool has_sha256;                           /* `sha256` and `others_sha256` are set */
    unsigned char sha256[JOURNAL_HASH];        /* of the file's content */
    bool has_others;                           /* the request has other files */
    unsigned char others[JOURNAL_HASH];        /* hash of their sizes and mtimes */
    unsigned char others_sha256[JOURNAL_HASH]; /* hash of their sizes and digests */
};

/* What a row says besides the path and the destination. */
struct journal_row {
    enum journal_state state;
    struct journal_facts facts;
    int64_t attempts;    /* requests begun for it in the run that wrote the row */
    int64_t status;      /* HTTP status of the last response; 0: none */
    bool temporary;      /* JOURNAL_FAILED: a later run can succeed */
    bool maybe_accepted; /* JOURNAL_FAILED: the server may have accepted it */
    int64_t at;          /* when it was written, seconds since 1970; set by the journal */
};

/* What is to be done with a note. */
enum journal_work {
    JOURNAL_RECALL, /* look the file up */
    JOURNAL_WRITE,  /* write the row */
    JOURNAL_INTEND, /* write the row and come back once it is committed */
};

/* A message to the journal: one allocation, freed with free(3) by who has it. */
struct journal_note {
    struct journal_note *next; /* in the list of journal_collect() */
    enum journal_work work;    /* what is to be done */
    void *owner; /* the submitter's; it may change it while the journal has the note */
    unsigned char destination[JOURNAL_HASH]; /* with the path: which file, sent where */
    bool done;              /* came back: RECALL: there is a row. INTEND: it is committed */
    struct journal_row row; /* RECALL: read; else written */
    const char *reason;     /* as in events, such as "too-large"; NULL: none; constant text */
    const char *cause;      /* the text that groups failures; within this note; NULL: none */
    char path[];            /* {path}, NUL-terminated; then the text of `cause` */
};

/* Makes a note for `path`; both texts are copied, `cause` may be NULL. The caller sets the rest.
 * NULL: out of memory. */
MUST_USE struct journal_note *journal_note_new(
    enum journal_work work, const char *path, const char *cause);

/* How to open a journal. All texts are the caller's. */
struct journal_settings {
    const char *path; /* the database; made with mode 0600 where there is none */
    const char *url;  /* where the run sends to, without secrets */
    bool read_only;   /* dry run: only JOURNAL_RECALL; nothing is made, changed or locked */
    bool keep_damage; /* a damaged journal is an error, not put aside */
    void (*wake)(void *context); /* called by the thread when a note is ready for collect */
    void *context;               /* for `wake` */
};

/* An open journal. */
struct journal;

/* Opens the journal and checks all of it. A damaged one is renamed, and a new one is made:
 * journal_notice(). `*journal` is NULL where a dry run finds none. False with `error`: another
 * process holds it, it is on a network file system, it is not a journal, it cannot be opened. If
 * its disk is full or fails, returns true and journal_failed() says so. */
MUST_USE bool journal_open(
    const struct journal_settings *settings, struct journal **journal, struct error *error);

/* Starts the thread. Without one, submit and collect do the work. Until then nothing may be
 * submitted. */
void journal_start(struct journal *journal);

/* What the user must know about what journal_open() found; NULL: nothing. */
const char *journal_notice(const struct journal *journal);

/* Does the journal know any file? If not, no JOURNAL_RECALL finds anything. */
bool journal_has_files(const struct journal *journal);

/* Passes the note to the journal, which owns it until journal_collect() returns it. Never waits for
 * a disk if there is a thread. */
void journal_submit(struct journal *journal, struct journal_note *note);

/* Returns the notes that came back, linked by `next`, for the caller to free; NULL: none. */
MUST_USE struct journal_note *journal_collect(struct journal *journal);

/* Notes that wait to be written. */
size_t journal_pending(struct journal *journal);

/* Whether the journal cannot be read or written any more; then `error` says why. */
MUST_USE bool journal_failed(struct journal *journal, struct error *error);

/* Writes all that was submitted, and ends the thread. False with `error`: as journal_failed(). */
MUST_USE bool journal_flush(struct journal *journal, struct error *error);

/* Notes the end of the run, closes and frees the journal, after journal_flush() unless the run is
 * abandoned. `exit_status`: of the run; -1: it did not take place. NULL does nothing. */
void journal_close(struct journal *journal, int exit_status);

/* Returns the path of one of the journal's own files, which are never uploaded, and need not exist:
 * `index` counts from 0. NULL: there are no more, or `journal` is NULL. Valid until
 * journal_close(). */
const char *journal_own_file(const struct journal *journal, size_t index);

#endif
