#include "core/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIECE 4096 /* bytes read at a time */

static bool fail(const char *name, int code, struct error *error)
{
    return error_set(error, ERROR_USAGE, code, "'%s' can't be read: %s", name, strerror(code));
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
        if (got < 0)
            return fail(name, errno, error);
        if (!buf_add(into, piece, (size_t)got))
            return error_set(
                error, ERROR_USAGE, 0, "'%s' is too large: at most %zu bytes", name, into->maximum);
    }
}

bool read_file_path(const char *path, struct buf *into, struct error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return fail(path, errno, error);
    bool done = read_all(descriptor, path, into, error);
    (void)close(descriptor);
    return done;
}

bool read_file_descriptor(int descriptor, struct buf *into, struct error *error)
{
    char name[32];
    (void)snprintf(name, sizeof name, "descriptor %d", descriptor);
    return read_all(descriptor, name, into, error);
}
