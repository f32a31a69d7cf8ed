/* What the tests of the reader and of the body share: a folder with files, and a reader whose jobs
 * can be waited for. */
#ifndef SHOAL_TESTS_READER_FIXTURE_H
#define SHOAL_TESTS_READER_FIXTURE_H

#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io/reader.h"

struct fixture {
    char folder[64];              /* its path */
    struct root *root;            /* the folder */
    struct reader *reader;        /* NULL: the test has freed it */
    pthread_mutex_t lock;         /* guards `wakes` */
    pthread_cond_t woken;         /* `wakes` was incremented */
    unsigned wakes;               /* calls of wake() since the last wait */
    struct reader_job *collected; /* not yet returned to the test */
};

/* A job of up to two files. */
struct load {
    struct reader_file files[2];
    struct reader_job job;
};

/* The reader's wake(); `context` is the fixture. */
static inline void fixture_wake(void *context)
{
    struct fixture *fixture = context;
    pthread_mutex_lock(&fixture->lock);
    fixture->wakes++;
    pthread_cond_signal(&fixture->woken);
    pthread_mutex_unlock(&fixture->lock);
}

/* Makes an empty folder and a reader with `threads` threads. */
static inline struct fixture *fixture_new(unsigned threads)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct error error;
    assert_non_null(fixture);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/shoal-reader-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture->root = root_open(fixture->folder, false, &error);
    assert_non_null(fixture->root);
    pthread_mutex_init(&fixture->lock, NULL);
    pthread_cond_init(&fixture->woken, NULL);
    fixture->reader = reader_new(threads, fixture_wake, fixture, &error);
    assert_non_null(fixture->reader);
    return fixture;
}

/* Removes a file or an empty folder. */
static inline void fixture_remove(const struct fixture *fixture, const char *name)
{
    assert_true(unlinkat(fixture->root->descriptor, name, 0) == 0 ||
                unlinkat(fixture->root->descriptor, name, AT_REMOVEDIR) == 0);
}

/* Frees everything. `names`, which end with NULL, are the files that the test has left in the
 * folder. */
static inline void fixture_free(struct fixture *fixture, const char *const *names)
{
    if (fixture->reader != NULL) {
        assert_true(fixture->reader->ops->stop(fixture->reader));
        fixture->reader->ops->free(fixture->reader);
    }
    for (; *names != NULL; names++)
        fixture_remove(fixture, *names);
    root_close(fixture->root);
    assert_int_equal(rmdir(fixture->folder), 0);
    pthread_cond_destroy(&fixture->woken);
    pthread_mutex_destroy(&fixture->lock);
    free(fixture);
}

/* Writes a file; one that exists is truncated and written in place. */
static inline void fixture_write(
    const struct fixture *fixture, const char *name, const void *data, size_t length)
{
    int descriptor =
        openat(fixture->root->descriptor, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, data, length), (ssize_t)length);
    close(descriptor);
}

/* Writes a file of `length` bytes, each `byte`. */
static inline void fixture_fill(
    const struct fixture *fixture, const char *name, char byte, size_t length)
{
    char *data = malloc(length + 1);
    assert_non_null(data);
    memset(data, byte, length);
    fixture_write(fixture, name, data, length);
    free(data);
}

/* Waits for the next job that is done, in the order in which they ended. */
static inline struct reader_job *fixture_next(struct fixture *fixture)
{
    while (fixture->collected == NULL) {
        fixture->collected = fixture->reader->ops->collect(fixture->reader);
        if (fixture->collected != NULL)
            break;
        pthread_mutex_lock(&fixture->lock);
        while (fixture->wakes == 0)
            pthread_cond_wait(&fixture->woken, &fixture->lock);
        fixture->wakes = 0;
        pthread_mutex_unlock(&fixture->lock);
    }
    struct reader_job *job = fixture->collected;
    fixture->collected = job->next;
    return job;
}

/* A job that loads `name` and, unless it is NULL, `other`: whole up to 1 MiB, 10 bytes of headroom.
 */
static inline struct load *load_new(
    const struct fixture *fixture, const char *name, const char *other)
{
    struct load *load = calloc(1, sizeof *load);
    assert_non_null(load);
    load->files[0] = (struct reader_file){.root = fixture->root, .path = name};
    load->files[1] = (struct reader_file){.root = fixture->root, .path = other};
    load->job.work = READER_LOAD;
    load->job.load_owner = load;
    load->job.files = load->files;
    load->job.file_count = other == NULL ? 1 : 2;
    load->job.whole_most = 1024 * 1024;
    load->job.headroom = 10;
    buf_init(&load->job.content, 2 * 1024 * 1024);
    return load;
}

/* Submits the job. */
static inline void load_submit(struct fixture *fixture, struct load *load)
{
    fixture->reader->ops->submit(fixture->reader, &load->job);
}

/* Submits the job and waits for it. The reader must have no other job. */
static inline void load_do(struct fixture *fixture, struct load *load)
{
    load_submit(fixture, load);
    assert_ptr_equal(fixture_next(fixture), &load->job);
    assert_null(fixture->collected);
}

/* Closes what the job left open and frees it. */
static inline void load_free(struct load *load)
{
    reader_job_close(&load->job);
    buf_free(&load->job.content);
    free(load);
}

/* One way in which a file can change. */
struct change {
    const char *name; /* what became of the file, for messages */
    void (*make)(const struct fixture *fixture, const char *name);
};

/* Appends bytes. */
static inline void change_grow(const struct fixture *fixture, const char *name)
{
    int descriptor = openat(fixture->root->descriptor, name, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(descriptor, "more", 4), 4);
    close(descriptor);
}

/* Truncates the file to half its size. */
static inline void change_shrink(const struct fixture *fixture, const char *name)
{
    int descriptor = openat(fixture->root->descriptor, name, O_WRONLY | O_CLOEXEC);
    struct stat status;
    assert_int_equal(fstat(descriptor, &status), 0);
    assert_int_equal(ftruncate(descriptor, status.st_size / 2), 0);
    close(descriptor);
}

/* Truncates the file to nothing. */
static inline void change_truncate(const struct fixture *fixture, const char *name)
{
    fixture_write(fixture, name, "", 0);
}

/* Writes its first byte. */
static inline void change_rewrite(const struct fixture *fixture, const char *name)
{
    int descriptor = openat(fixture->root->descriptor, name, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(descriptor, "#", 1, 0), 1);
    close(descriptor);
}

/* Renames another file to its name. */
static inline void change_replace(const struct fixture *fixture, const char *name)
{
    fixture_write(fixture, "replacement", "another", 7);
    int folder = fixture->root->descriptor;
    assert_int_equal(renameat(folder, "replacement", folder, name), 0);
}

/* Removes the file. */
static inline void change_delete(const struct fixture *fixture, const char *name)
{
    fixture_remove(fixture, name);
}

/* Sets its times to now. */
static inline void change_touch(const struct fixture *fixture, const char *name)
{
    assert_int_equal(utimensat(fixture->root->descriptor, name, NULL, 0), 0);
}

/* Writes its first byte and sets the modification time back. */
static inline void change_secretly(const struct fixture *fixture, const char *name)
{
    int folder = fixture->root->descriptor;
    struct stat status;
    assert_int_equal(fstatat(folder, name, &status, 0), 0);
    change_rewrite(fixture, name);
    const struct timespec times[] = {status.st_atim, status.st_mtim};
    assert_int_equal(utimensat(folder, name, times, 0), 0);
}

/* Everything that can happen to a file's content. */
static const struct change changes[] = {
    {"grown", change_grow},
    {"shrunk", change_shrink},
    {"truncated", change_truncate},
    {"rewritten in place", change_rewrite},
    {"replaced by rename", change_replace},
    {"deleted", change_delete},
    {"touched", change_touch},
    {"rewritten, with its time set back", change_secretly},
};

#define CHANGES COUNT_OF(changes)

/* Gives the file other permissions. */
static inline void change_mode(const struct fixture *fixture, const char *name)
{
    struct stat status;
    int folder = fixture->root->descriptor;
    assert_int_equal(fstatat(folder, name, &status, 0), 0);
    assert_int_equal(fchmodat(folder, name, status.st_mode ^ S_IROTH, 0), 0);
}

/* Gives the file one more name, or takes it away again. */
static inline void change_links(const struct fixture *fixture, const char *name)
{
    int folder = fixture->root->descriptor;
    if (unlinkat(folder, "another name", 0) != 0)
        assert_int_equal(linkat(folder, name, folder, "another name", 0), 0);
}

/* What changes the file but not its content. */
static const struct change harmless[] = {
    {"with other permissions", change_mode},
    {"with another link", change_links},
};

/* A thread that rewrites files in place, each time with another byte all over. */
struct rewriter {
    int descriptors[32]; /* of the files */
    ino_t inodes[32];    /* of the files */
    size_t count;        /* files */
    size_t length;       /* bytes to write */
    bool for_ever;       /* rewrite the first file all the time, not when rewriter_poke() says */
    pthread_t thread;
    pthread_mutex_t lock; /* guards the fields below */
    pthread_cond_t poked; /* a field below has changed */
    unsigned pokes[32];   /* > 0: the file is to be rewritten */
    bool ending;
};

/* With the lock held: waits for the next file to rewrite. Returns its index; -1: the thread ends.
 */
static inline int rewriter_next(struct rewriter *rewriter)
{
    while (!rewriter->ending) {
        if (rewriter->for_ever)
            return 0;
        for (size_t i = 0; i < rewriter->count; i++) {
            if (rewriter->pokes[i] > 0) {
                rewriter->pokes[i] = 0;
                return (int)i;
            }
        }
        pthread_cond_wait(&rewriter->poked, &rewriter->lock);
    }
    return -1;
}

/* The thread's start routine; `context` is the rewriter. */
static inline void *rewriter_run(void *context)
{
    struct rewriter *rewriter = context;
    char *data = malloc(rewriter->length);
    int which;
    pthread_mutex_lock(&rewriter->lock);
    for (unsigned round = 0; data != NULL && (which = rewriter_next(rewriter)) >= 0; round++) {
        pthread_mutex_unlock(&rewriter->lock);
        memset(data, 'a' + (int)(round % 26), rewriter->length);
        (void)!pwrite(rewriter->descriptors[which], data, rewriter->length, 0);
        pthread_mutex_lock(&rewriter->lock);
    }
    pthread_mutex_unlock(&rewriter->lock);
    free(data);
    return NULL;
}

/* Adds a file, before the thread is started. */
static inline void rewriter_add(
    struct rewriter *rewriter, const struct fixture *fixture, const char *name)
{
    struct stat status;
    int descriptor = openat(fixture->root->descriptor, name, O_WRONLY | O_CLOEXEC);
    assert_int_equal(fstat(descriptor, &status), 0);
    rewriter->descriptors[rewriter->count] = descriptor;
    rewriter->inodes[rewriter->count++] = status.st_ino;
}

/* Starts the thread. */
static inline void rewriter_start(struct rewriter *rewriter)
{
    pthread_mutex_init(&rewriter->lock, NULL);
    pthread_cond_init(&rewriter->poked, NULL);
    assert_int_equal(pthread_create(&rewriter->thread, NULL, rewriter_run, rewriter), 0);
}

/* Has the file of `descriptor` rewritten now, while the caller continues. */
static inline void rewriter_poke(struct rewriter *rewriter, int descriptor)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return;
    pthread_mutex_lock(&rewriter->lock);
    for (size_t i = 0; i < rewriter->count; i++)
        rewriter->pokes[i] += rewriter->inodes[i] == status.st_ino;
    pthread_cond_signal(&rewriter->poked);
    pthread_mutex_unlock(&rewriter->lock);
}

/* Ends the thread and closes the files. */
static inline void rewriter_end(struct rewriter *rewriter)
{
    pthread_mutex_lock(&rewriter->lock);
    rewriter->ending = true;
    pthread_cond_signal(&rewriter->poked);
    pthread_mutex_unlock(&rewriter->lock);
    pthread_join(rewriter->thread, NULL);
    pthread_cond_destroy(&rewriter->poked);
    pthread_mutex_destroy(&rewriter->lock);
    for (size_t i = 0; i < rewriter->count; i++)
        close(rewriter->descriptors[i]);
}

/* Whether all bytes are the same. */
static inline bool is_uniform(const char *data, size_t length)
{
    return length < 2 || memcmp(data, data + 1, length - 1) == 0;
}

#endif
