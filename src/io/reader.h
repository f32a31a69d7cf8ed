/* The reader: a few threads that open and read files, so that a slow disk never stalls the loop. A
 * function table: jobs are submitted, and come back when they are done. A simulation uses a disk of
 * its own.
 *
 * A file that changes while it is read is never returned. Before the first byte is read, the file's
 * times must be so far in the past that any later write changes them (file systems stamp in ticks,
 * some in whole seconds); a file written a moment ago is postponed. After the last byte, its facts
 * are compared with those before the first: see reader_unchanged(). */
#ifndef SHOAL_IO_READER_H
#define SHOAL_IO_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "io/digest.h"
#include "io/root.h"

/* See io/body.h. */
struct body;

/* What became of a file or a job. */
enum reader_result {
    READER_OK,          /* opened, or read */
    READER_ABSENT,      /* an optional file does not exist: it is left out */
    READER_MISSING,     /* does not exist (any more) */
    READER_NOT_REGULAR, /* is a directory, FIFO, socket or device */
    READER_LINK,        /* its path has a symbolic link that is not followed or leads out */
    READER_TOO_LARGE,   /* larger than `size_most` of its struct reader_file */
    READER_CHANGED,     /* changed while it was read */
    READER_SIZE_WRONG,  /* has more or less content than its size says, as in /proc and /sys */
    READER_FAILED,      /* a system call failed; `code` is its errno */
};

/* What distinguishes one state of a file from another. */
struct reader_facts {
    dev_t device;          /* with `inode`, which file it is */
    ino_t inode;           /* see `device` */
    int64_t size;          /* bytes */
    struct timespec mtime; /* the last write */
    struct timespec ctime; /* the last change of content or attributes */
    mode_t mode;           /* permissions; with the next three, what explains a new ctime */
    nlink_t links;         /* hard links */
    uid_t owner;           /* user */
    gid_t group;           /* group */
};

/* One file of a job. The submitter sets the first four fields, the reader the others. */
struct reader_file {
    const struct root *root; /* `path` is opened beneath it; NULL: `path` is opened as it is */
    const char *path;        /* the submitter's; unchanged until the job comes back */
    int64_t size_most;       /* bytes; a larger file is READER_TOO_LARGE; 0: any size */
    bool optional;           /* if it does not exist, it is READER_ABSENT */

    enum reader_result result; /* what became of the file */
    int code;                  /* an errno, or 0 */
    struct reader_facts facts; /* as they were before it was read */
    int descriptor;            /* open if the job is not `whole` or is `keep_open`; otherwise -1 */
    bool remote;               /* open on a file system at which only threads may wait */
    size_t offset;             /* of its content in the job's `content`, if the job is `whole` */
    struct digest_texts digests; /* those that the job asked for */
    char sent_sha256[65];        /* of what a body handed to the transport; "": not all was */
};

/* The kinds of job. */
enum reader_work {
    READER_LOAD,    /* open all files, and read them whole if they are small together */
    READER_LOOK,    /* open all files, take down their facts, and close them */
    READER_CHUNK,   /* read a part of an open file */
    READER_COMPARE, /* read the files of a READER_LOAD job again, and compare them with what was
                       sent: `content`, or `sent_sha256` of each; READER_CHANGED: they differ */
};

/* One job. The submitter owns it; it stays in place until collect() returns it. */
struct reader_job {
    /* For every kind of work. */
    enum reader_work work;     /* which of the two groups below is used */
    enum reader_result result; /* READER_LOAD: of the first file that is neither OK nor ABSENT */
    int code;                  /* an errno, or 0 */
    struct reader_job *next;   /* the reader's while it has the job; then the list of collect() */
    int64_t due_us;            /* the reader's: when a postponed job is tried again, its clock */
    int64_t waited_us;         /* the reader's: how long the job was postponed so far */
    bool abandoned;            /* stop() left it to a thread that hangs: it must stay in place */

    /* READER_LOAD and READER_COMPARE; the first three for READER_LOOK */
    void *load_owner;          /* the submitter's own, for when the job comes back */
    struct reader_file *files; /* `file_count` of them, the submitter's */
    size_t file_count;         /* length of `files` */
    unsigned digests;          /* of files[0]: OR of enum digest_kind */
    unsigned other_digests;    /* of the other files, likewise */
    size_t whole_most;         /* files of at most this many bytes together are read whole */
    size_t headroom;           /* bytes left free in `content` before the first file's content */
    struct buf content;        /* the submitter's, reused from job to job: headroom, then the files;
                                  its maximum must allow for whole_most and headroom */
    bool keep_open;            /* the files stay open, for READER_COMPARE */
    bool whole;                /* the files are in `content`, and closed unless `keep_open` */

    /* READER_CHUNK */
    struct body *body;        /* the submitter: see body_chunk_done() */
    struct reader_file *file; /* an open one, left by a READER_LOAD job */
    char *data;               /* the submitter's; receives `length` bytes */
    int64_t position;         /* offset of the chunk in the file, bytes */
    size_t length;            /* of the chunk, bytes */
    bool last;                /* the file ends with it: its facts are compared again afterwards */
};

/* A reader: see struct reader_ops. */
struct reader;

/* What an implementation does. */
struct reader_ops {
    /* Passes the job to the reader until collect() returns it, and resets all its results (for
     * READER_LOAD every descriptor to -1). Never fails; never waits for a disk if there are
     * threads. A job may be done when it returns, without a call of wake(): call collect() after
     * submitting. */
    void (*submit)(struct reader *reader, struct reader_job *job);
    /* Returns the jobs that are done, linked by `next` in the order in which they ended; NULL:
     * none. */
    struct reader_job *(*collect)(struct reader *reader);
    /* Ends the threads. Jobs that the reader still has do not come back; they belong to the
     * submitter. Waits for jobs under way, but only for a moment. False: a thread hangs in a system
     * call. Then the reader, and every job that is `abandoned` now, with all that it points to,
     * must stay in place until the process ends. */
    bool (*stop)(struct reader *reader);
    /* Frees the reader, after stop() has returned true. */
    void (*free)(struct reader *reader);
};

/* The first member of every implementation. */
struct reader {
    const struct reader_ops *ops; /* static, the implementation's */
};

/* Makes a reader, for its free(). It starts one thread at once and more as they are needed, up to
 * `threads`, or as many as the system allows; without any, submit() does the job itself.
 * `wake(context)` is called, by a thread, or within submit() if there is none, when the first job
 * is ready for collect(); collect() must follow soon, because it may start jobs that wait. NULL
 * with `error`: out of memory. */
MUST_USE struct reader *reader_new(
    unsigned threads, void (*wake)(void *context), void *context, struct error *error);

/* Closes the descriptors that a READER_LOAD job left open. Only for a job that was submitted. */
void reader_job_close(struct reader_job *job);

/* Reads up to `length` bytes at `position` of an open file without waiting for the disk: what is in
 * the page cache (preadv2(2) with RWF_NOWAIT). For the loop's thread, unless the file is `remote`.
 * Returns the number of bytes;
 * 0: it would have to wait, or the system cannot tell. */
MUST_USE size_t reader_try_cached(
    const struct reader_file *file, char *data, int64_t position, size_t length);

/* Whether the open file's content is still that of `file->facts`: device, inode, size and mtime are
 * the same. So must be ctime, because mtime can be set back after a write, unless new permissions,
 * another owner or another number of links, but not 0, explain it. Calls fstat(2), which does not
 * wait for the disk, so the loop's thread may call it too, unless the file is `remote`. */
bool reader_unchanged(const struct reader_file *file);

#endif
