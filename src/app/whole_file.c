#include "app/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

#define PATH_SIZE_MAX 65536

static bool fail(const char *path, int code, struct error *error)
{
    return error_set(
        error, ERROR_SYSTEM, code, "'%s' can't be written: %s", path, error_reason(code));
}

bool whole_file_open(struct whole_file *file, const char *path, struct error *error)
{
    struct buf part;
    struct stat facts;
    *file = (struct whole_file){.path = path, .descriptor = -1};
    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
        return fail(path, EISDIR, error);
    buf_init(&part, PATH_SIZE_MAX);
    (void)buf_printf(&part, "%s.%ld.part", path, (long)getpid());
    file->part = part.failed ? NULL : buf_detach(&part);
    buf_free(&part);
    if (file->part == NULL)
        return error_set_memory(error);
    file->descriptor =
        open(file->part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0666);
    if (file->descriptor >= 0)
        return true;
    int code = errno;
    free(file->part);
    file->part = NULL;
    return fail(path, code, error);
}

static bool write_to(void *context, const char *data, size_t length)
{
    struct whole_file *file = context;
    while (length > 0 && file->failure == 0) {
        ssize_t written = write(file->descriptor, data, length);
        if (written < 0 && errno != EINTR)
            file->failure = errno;
        if (written > 0) {
            data += written;
            length -= (size_t)written;
        }
    }
    return file->failure == 0;
}

struct writer whole_file_writer(struct whole_file *file)
{
    return (struct writer){.write = write_to, .context = file};
}

bool whole_file_finish(struct whole_file *file, struct error *error)
{
    int descriptor = file->descriptor;
    file->descriptor = -1;
    if (close(descriptor) != 0 && file->failure == 0)
        file->failure = errno;
    if (file->failure == 0 && rename(file->part, file->path) != 0)
        file->failure = errno;
    if (file->failure != 0)
        return fail(file->path, file->failure, error);
    free(file->part);
    file->part = NULL;
    return true;
}

void whole_file_discard(struct whole_file *file)
{
    if (file->part == NULL)
        return;
    if (file->descriptor >= 0)
        (void)close(file->descriptor);
    (void)unlink(file->part);
    free(file->part);
    file->part = NULL;
}
