/* The reader: a few threads that open, look at and read files, so that a slow disk never stalls the
 * loop. A function table: jobs in, the same jobs out, done. A simulation puts its own disk behind
 * it.
 *
 * A file is never given out torn. Before it is read its times must lie far enough in the past that
 * any later write shows in them (file systems stamp in ticks), else the thread waits a little;
 * after the last byte its size, mtime, ctime and inode are compared with what they were before the
 * first. */
#ifndef SHOAL_IO_READER_H
#define SHOAL_IO_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/digest.h"
#include "io/root.h"

enum reader_result {
    READER_OK,
    READER_ABSENT,      /* an optional file that is not there: it is left out */
    READER_MISSING,     /* not there (any more) */
    READER_NOT_REGULAR, /* a folder, FIFO, socket or device stands there now */
    READER_LINK,        /* a link stands in the way, or would lead out of the folder given */
    READER_CHANGED,     /* it changed while it was read */
    READER_FAILED,      /* `code` is the errno */
};

/* What tells one state of a file from another. */
struct reader_facts {
    dev_t device;
    ino_t inode;
    int64_t size; /* bytes */
    struct timespec mtime;
    struct timespec ctime;
};

/* One file of a request. */
struct reader_file {
    const struct root *root; /* `path` is opened beneath it; NULL: `path` is opened as it stands */
    const char *path;        /* belongs to the one who submits; stays until the job is back */
    bool optional;
    enum reader_result result; /* from here on: what the reader found */
    int code;                  /* errno, 0 where it says nothing */
    struct reader_facts facts;
    int descriptor;              /* open for streaming where the job is not whole, else -1 */
    size_t offset;               /* of its content in the job's `content`, where whole */
    struct digest_texts digests; /* those asked for */
};

enum reader_work {
    READER_LOAD,  /* open all files, and read them whole if they are small together */
    READER_CHUNK, /* read a piece of an open one */
};

struct reader_job {
    enum reader_work work;
    void *context;           /* the submitter's */
    struct reader_job *next; /* the reader's while it has the job; then the list of collect() */
    enum reader_result
        result;        /* READER_LOAD: that of the first file that is neither OK nor ABSENT */
    int code;          /* errno, 0 where it says nothing */
    int64_t due_us;    /* the reader's: when a job that was put aside is looked at again */
    int64_t waited_us; /* the reader's: how long it was put aside so far */

    /* READER_LOAD */
    struct reader_file *files;
    size_t file_count;
    unsigned digests;   /* enum digest_kind bits: of files[0] only */
    size_t whole_most;  /* files of this many bytes together are read whole */
    size_t headroom;    /* bytes left free in `content` before the first file's */
    size_t tailroom;    /* room reserved behind the last one's */
    struct buf content; /* the submitter's, reused from job to job: headroom, then the contents;
                           its maximum allows for whole_most and both rooms */
    bool whole;         /* the contents are in `content` and every descriptor is closed again */

    /* READER_CHUNK */
    struct reader_file *file;
    char *data;       /* the submitter's; gets `length` bytes */
    int64_t position; /* in the file */
    size_t length;
    bool last; /* the file ends with it: check its facts again afterwards */
};

struct reader;

struct reader_ops {
    /* Takes over the job until collect() gives it back, and sets all results to their beginnings
     * (every descriptor to -1). Never fails, never blocks where there are threads. */
    void (*submit)(struct reader *reader, struct reader_job *job);
    /* The jobs that are done, as a list in the order they ended; NULL: none. */
    struct reader_job *(*collect)(struct reader *reader);
    /* Waits for what is being read, drops what is not begun (both are only forgotten: jobs belong
     * to the submitter), ends the threads. */
    void (*free)(struct reader *reader);
};

/* What every implementation begins with. */
struct reader {
    const struct reader_ops *ops;
};

/* Starts a thread at once, and up to `threads` as they are needed, fewer where they can't be had;
 * with none a job is done within submit(). `wake(context)` is called, from a thread or within
 * submit(), when the list of collect() was empty and is no longer: then call collect() soon, jobs
 * that wait may be begun by it. NULL with `error`: no memory. */
struct reader *reader_new(
    unsigned threads, void (*wake)(void *context), void *context, struct error *error);

/* Closes the descriptors of a job that stayed open. Not before the job was submitted once. */
void reader_job_close(struct reader_job *job);

/* Reads without waiting for the disk, in the loop's own thread: what is in the page cache now
 * (preadv2(2) with RWF_NOWAIT). Gives bytes read, 0 where it would have to wait or can't be told.
 */
size_t reader_try_cached(
    const struct reader_file *file, char *data, int64_t position, size_t length);

/* Are the open file's facts still those of `file->facts`? One fstat(2): for the loop's thread too.
 */
bool reader_unchanged(const struct reader_file *file);

#endif
