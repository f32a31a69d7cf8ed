#include "core/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define PIECE 4096 /* bytes read at a time */

static bool fail(const char *name, int code, struct error *error)
{
    return error_set(error, ERROR_USAGE, code, "'%s' can't be read: %s", name, error_reason(code));
}

/* Waits until there is something to read, where the descriptor is not a blocking one. */
static void wait_for_input(int descriptor)
{
    struct pollfd input = {.fd = descriptor, .events = POLLIN};
    (void)poll(&input, 1, -1);
}

static bool read_all(int descriptor, const char *name, struct buf *into, struct error *error)
{
    for (;;) {
        char piece[PIECE];
        ssize_t got = read(descriptor, piece, sizeof piece);
        if (got == 0)
            return true;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN) {
            wait_for_input(descriptor);
            continue;
        }
        if (got < 0)
            return fail(name, errno, error);
        if (!buf_add(into, piece, (size_t)got))
            return error_set(
                error, ERROR_USAGE, 0, "'%s' is too large: at most %zu bytes", name, into->maximum);
    }
}

static bool is_named_pipe(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0 && S_ISFIFO(facts.st_mode);
}

bool read_file_path(const char *path, struct buf *into, struct error *error)
{
    /* Without O_NONBLOCK, opening a pipe waits for a writer. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return fail(path, errno, error);
    size_t before = into->length;
    bool done = read_all(descriptor, path, into, error);
    (void)close(descriptor);
    if (done && into->length == before && is_named_pipe(path))
        return error_set(error, ERROR_USAGE, 0,
            "'%s' is a pipe (FIFO) that no process writes to: nothing can be read from it", path);
    return done;
}

bool read_file_descriptor(int descriptor, struct buf *into, struct error *error)
{
    char name[32];
    (void)snprintf(name, sizeof name, "descriptor %d", descriptor);
    return read_all(descriptor, name, into, error);
}
