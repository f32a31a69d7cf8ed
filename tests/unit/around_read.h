/* Replaces read(2), so that a file changes or the disk fails at exactly that moment. Include it in
 * one file of a program only. */
#ifndef SHOAL_TESTS_AROUND_READ_H
#define SHOAL_TESTS_AROUND_READ_H

#include "reader_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <sys/syscall.h>

/* What read(2) does in addition, at every call. */
static struct {
    const struct fixture *fixture; /* the folder of `name` */
    const char *name;              /* the file that `before` and `after` change */
    const struct change *before;   /* made before the bytes are read; NULL: none */
    const struct change *after;    /* made after the bytes were read; NULL: none */
    size_t most;                   /* most bytes that a call returns; 0: no maximum */
    int error;                     /* errno with which it fails; 0: it does not fail */
    struct rewriter *rewriter;     /* rewrites the file at the same time; NULL: none */
} around_read;

/* read(2). */
ssize_t read(int descriptor, void *data, size_t length)
{
    if (around_read.error != 0) {
        errno = around_read.error;
        return -1;
    }
    if (around_read.before != NULL)
        around_read.before->make(around_read.fixture, around_read.name);
    if (around_read.rewriter != NULL)
        rewriter_poke(around_read.rewriter, descriptor);
    if (around_read.most != 0 && length > around_read.most)
        length = around_read.most;
    ssize_t count = syscall(SYS_read, descriptor, data, length);
    if (around_read.after != NULL)
        around_read.after->make(around_read.fixture, around_read.name);
    return count;
}

/* cmocka's setup: a fixture with two readers' threads. */
static inline int setup(void **state)
{
    memset(&around_read, 0, sizeof around_read);
    *state = fixture_new(2);
    return 0;
}

/* Ends a test: restores read(2), and frees the fixture with the files in `names`. */
static inline void finish(struct fixture *fixture, const char *const *names)
{
    memset(&around_read, 0, sizeof around_read);
    fixture_free(fixture, names);
}

/* finish() with the names as arguments, the last of which is NULL. */
#define FINISH(fixture, ...) finish(fixture, (const char *const[]){__VA_ARGS__})

/* Returns the number of open descriptors, including one for the count itself. */
static inline size_t count_descriptors(void)
{
    DIR *folder = opendir("/dev/fd");
    size_t count = 0;
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* Asserts that file `which` of a load was read whole into its content, and is closed. */
static inline void assert_content(const struct load *load, size_t which, const char *content)
{
    const struct reader_file *file = &load->files[which];
    assert_int_equal(load->job.result, READER_OK);
    assert_true(load->job.whole);
    assert_int_equal(file->facts.size, strlen(content));
    assert_memory_equal(load->job.content.data + file->offset, content, strlen(content));
    assert_int_equal(file->descriptor, -1);
}

#endif
