/* A temporary folder for one test, and functions that fill it. A failure ends the test. */
#ifndef SHOAL_TESTS_SCRATCH_H
#define SHOAL_TESTS_SCRATCH_H

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct scratch {
    char *path;     /* absolute, without links */
    int descriptor; /* of the folder */
    int before;     /* of the working directory before the test */
};

/* A test's setup: makes the folder and makes it the working directory, so that every path below is
 * relative to it. `*state` receives the struct scratch. */
static inline int scratch_setup(void **state)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);
    char pattern[] = "/tmp/shoal-unit-XXXXXX";
    assert_non_null(scratch);
    scratch->before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_non_null(mkdtemp(pattern));
    assert_int_equal(chdir(pattern), 0);
    assert_int_equal(chmod(".", 0755), 0);
    scratch->path = getcwd(NULL, 0);
    scratch->descriptor = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(scratch->descriptor >= 0);
    *state = scratch;
    return 0;
}

/* Empties the folder `descriptor`, however deep: what is in a folder that is not empty is moved up
 * beside it, so no recursion is needed. */
static inline void scratch_empty(int descriptor)
{
    unsigned moved = 0;
    for (bool again = true; again;) {
        again = false;
        DIR *stream = fdopendir(openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        assert_non_null(stream);
        for (struct dirent *found; (found = readdir(stream)) != NULL;) {
            const char *name = found->d_name;
            if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                continue;
            again = true;
            if (unlinkat(descriptor, name, 0) == 0 || unlinkat(descriptor, name, AT_REMOVEDIR) == 0)
                continue;
            (void)fchmodat(descriptor, name, 0700, 0);
            DIR *inner = fdopendir(openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            assert_non_null(inner);
            for (struct dirent *deep; (deep = readdir(inner)) != NULL;) {
                char other[64];
                (void)snprintf(other, sizeof other, "moved-%u-%d", moved++, (int)getpid());
                if (strcmp(deep->d_name, ".") != 0 && strcmp(deep->d_name, "..") != 0 &&
                    unlinkat(dirfd(inner), deep->d_name, 0) != 0)
                    (void)renameat(dirfd(inner), deep->d_name, descriptor, other);
            }
            (void)closedir(inner);
        }
        (void)closedir(stream);
    }
}

/* A test's teardown: removes the folder. */
static inline int scratch_teardown(void **state)
{
    struct scratch *scratch = *state;
    scratch_empty(scratch->descriptor);
    assert_int_equal(fchdir(scratch->before), 0);
    assert_int_equal(rmdir(scratch->path), 0);
    (void)close(scratch->before);
    (void)close(scratch->descriptor);
    free(scratch->path);
    free(scratch);
    return 0;
}

/* Makes the folder `path` and those above it. */
static inline void make_folder(const char *path)
{
    char *copy = strdup(path);
    assert_non_null(copy);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(copy, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    assert_true(mkdir(copy, 0755) == 0 || errno == EEXIST);
    free(copy);
}

/* Makes a file with this content, and the folders above it. */
static inline void make_file(const char *path, const char *content)
{
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        char *folder = strndup(path, (size_t)(slash - path));
        make_folder(folder);
        free(folder);
    }
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, content, strlen(content)), strlen(content));
    assert_int_equal(close(descriptor), 0);
}

/* Makes a symbolic link at `path`. */
static inline void make_link(const char *target, const char *path)
{
    assert_int_equal(symlink(target, path), 0);
}

/* Makes a FIFO. */
static inline void make_fifo(const char *path)
{
    assert_int_equal(mkfifo(path, 0644), 0);
}

/* Makes a Unix domain socket. */
static inline void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(descriptor);
}

/* Makes `depth` nested folders, each called `name`, below `top`, and in the last one a file `file`
 * with the content "deep". The path may be longer than PATH_MAX. */
static inline void make_deep_file(
    const char *top, const char *name, unsigned depth, const char *file)
{
    make_folder(top);
    int folder = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (unsigned i = 0; i < depth; i++) {
        assert_int_equal(mkdirat(folder, name, 0755), 0);
        int next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        (void)close(folder);
        folder = next;
    }
    int descriptor = openat(folder, file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "deep", 4), 4);
    (void)close(descriptor);
    (void)close(folder);
}

/* "name/name/.../file" with `depth` names, for free(3). */
static inline char *deep_path(const char *name, unsigned depth, const char *file)
{
    size_t step = strlen(name) + 1;
    char *path = malloc(step * depth + strlen(file) + 1);
    assert_non_null(path);
    for (unsigned i = 0; i < depth; i++) {
        memcpy(path + i * step, name, step - 1);
        path[i * step + step - 1] = '/';
    }
    memcpy(path + step * depth, file, strlen(file) + 1);
    return path;
}

/* How often to try a race: SHOAL_RACES if it is set, for long runs, otherwise `otherwise`. */
static inline unsigned long race_count(unsigned long otherwise)
{
    const char *given = getenv("SHOAL_RACES");
    return given == NULL ? otherwise : strtoul(given, NULL, 10);
}

#endif
