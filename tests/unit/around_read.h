/* A read(2) that the test controls, so that a file can change, or the disk fail, at exactly that
 * moment. To be included in one file of a program. */
#ifndef SHOAL_TESTS_AROUND_READ_H
#define SHOAL_TESTS_AROUND_READ_H

#include "reader_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <sys/syscall.h>

/* What read(2) does differently. All zero: nothing. */
static struct {
    const struct fixture *fixture;
    const char *name;            /* the file that `before` and `after` change */
    const struct change *before; /* made before the read, or NULL */
    const struct change *after;  /* made after the read, or NULL */
    size_t most;                 /* the most bytes per call; 0: as many as requested */
    int error;                   /* the errno it fails with; 0: it does not fail */
    struct rewriter *rewriter;   /* is poked at each call; NULL: none */
} around_read;

/* Replaces the C library's. */
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

/* A test's setup: makes the fixture. */
static inline int setup(void **state)
{
    memset(&around_read, 0, sizeof around_read);
    *state = fixture_new(2);
    return 0;
}

/* A test's end: frees the fixture; `names` as for fixture_free(). */
static inline void finish(struct fixture *fixture, const char *const *names)
{
    memset(&around_read, 0, sizeof around_read);
    fixture_free(fixture, names);
}

/* finish() with the names as arguments, the last one NULL. */
#define FINISH(fixture, ...) finish(fixture, (const char *const[]){__VA_ARGS__})

/* A number that is the same again when as many descriptors are open. */
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

/* The file `which` of the job was read whole and has this content. */
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
