/* How a change of a file while it is read is noticed.
 *
 * A file system stamps a write before it copies the bytes, and two writes within one tick leave the
 * same stamp. So the times of a file that was written a moment ago cannot show the next write. Such
 * a file is hot, and left alone until its stamps are old enough (stamps.h). Every write that begins
 * after that changes a stamp. Then:
 *
 *     open, fstat, (old enough?), read, fstat: the same facts?
 *
 * Stamps do not show a write that began before the first fstat and still copies after that time (a
 * single write(2) of gigabytes), or a write through a shared mapping. */
#include "io/read/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static struct reader_facts facts_of(const struct stat *status)
{
    struct reader_facts facts = {
        .device = status->st_dev,
        .inode = status->st_ino,
        .size = status->st_size,
        .mode = status->st_mode,
        .links = status->st_nlink,
        .owner = status->st_uid,
        .group = status->st_gid,
#ifdef __APPLE__
        .mtime = status->st_mtimespec,
        .ctime = status->st_ctimespec,
#else
        .mtime = status->st_mtim,
        .ctime = status->st_ctim,
#endif
    };
    return facts;
}

static bool same_time(struct timespec one, struct timespec other)
{
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

/* Whether what was done to the file besides writing explains a new ctime. A file without a name was
 * replaced or removed. */
static bool has_other_attributes(const struct reader_facts *now, const struct reader_facts *then)
{
    return now->links > 0 && (now->mode != then->mode || now->links != then->links ||
                                 now->owner != then->owner || now->group != then->group);
}

bool reader_unchanged(const struct reader_file *file)
{
    struct stat status;
    if (fstat(file->descriptor, &status) != 0)
        return false;
    struct reader_facts now = facts_of(&status);
    const struct reader_facts *then = &file->facts;
    return now.size == then->size && same_time(now.mtime, then->mtime) &&
           now.inode == then->inode && now.device == then->device &&
           (same_time(now.ctime, then->ctime) || has_other_attributes(&now, then));
}

enum reader_result reader_file_why_other_size(const struct reader_file *file)
{
    return reader_unchanged(file) ? READER_SIZE_WRONG : READER_CHANGED;
}

bool reader_file_hides_size(const struct reader_file *file)
{
    char byte;
    struct stat status;
    ssize_t count = pread(file->descriptor, &byte, sizeof byte, 0);
    bool has_content =
        count > 0 || (count < 0 && errno == EAGAIN); /* EAGAIN: a log of the kernel's */
    return has_content && fstat(file->descriptor, &status) == 0 && status.st_size == 0;
}

void reader_file_close(struct reader_file *file)
{
    if (file->descriptor >= 0)
        (void)close(file->descriptor);
    file->descriptor = -1;
}

int64_t reader_file_try_cached(
    const struct reader_file *file, char *data, int64_t position, size_t length)
{
#ifdef RWF_NOWAIT
    struct iovec piece;
    piece.iov_base = data;
    piece.iov_len = length;
    return preadv2(file->descriptor, &piece, 1, position, RWF_NOWAIT);
#else
    (void)file;
    (void)data;
    (void)position;
    (void)length;
    return -1;
#endif
}

size_t reader_try_cached(
    const struct reader_file *file, char *data, int64_t position, size_t length)
{
    int64_t count = reader_file_try_cached(file, data, position, length);
    return count > 0 ? (size_t)count : 0;
}

static enum reader_result result_of_open(int code, bool optional)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return optional ? READER_ABSENT : READER_MISSING;
    case ELOOP:
    case EXDEV:
        return READER_LINK;
    case ENXIO: /* a socket, or a device that does not exist */
    case ENODEV:
        return READER_NOT_REGULAR;
    default:
        return READER_FAILED;
    }
}

static int open_descriptor(const struct reader_file *file)
{
    int descriptor;
    do {
        /* Without O_NONBLOCK, opening a FIFO that replaced the file would wait for ever. */
        descriptor = file->root != NULL
                         ? root_openat(file->root, file->path, O_RDONLY)
                         : open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

bool reader_file_refuse(struct reader_file *file, enum reader_result result, int code)
{
    file->result = result;
    file->code = code;
    return false;
}

/* Looks at the file that was opened: the second half of reader_file_open(). */
static bool examine(struct reader_file *file, struct stamps *stamps, struct stamps_hot *hot)
{
    /* The clock first: if this thread were suspended in between, a young stamp would seem old. */
    struct timespec now;
    struct stat status;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (fstat(file->descriptor, &status) != 0)
        return reader_file_refuse(file, READER_FAILED, errno);
    if (!S_ISREG(status.st_mode))
        return reader_file_refuse(file, READER_NOT_REGULAR, 0);
    file->facts = facts_of(&status);
    if (file->size_most > 0 && file->facts.size > file->size_most)
        return reader_file_refuse(file, READER_TOO_LARGE, 0);
    *hot = stamps_hot(stamps, &file->facts, &now);
    file->result = READER_OK;
    file->code = 0;
    return true;
}

bool reader_file_open(struct reader_file *file, struct stamps *stamps, struct stamps_hot *hot)
{
    file->descriptor = open_descriptor(file);
    if (file->descriptor >= 0)
        return examine(file, stamps, hot);
    int code = errno;
    return reader_file_refuse(file, result_of_open(code, file->optional), code);
}

bool reader_file_open_cached(struct reader_file *file, struct stamps *stamps)
{
    struct stamps_hot hot;
    if (file->root == NULL)
        return false;
    file->descriptor = root_openat_cached(file->root, file->path, O_RDONLY);
    if (file->descriptor >= 0 && examine(file, stamps, &hot) && hot.wait_us == 0)
        return true;
    reader_file_close(file);
    return false;
}

int64_t reader_file_read(
    const struct reader_file *file, char *data, size_t length, int64_t position)
{
    size_t done = 0;
    while (done < length) {
        ssize_t count =
            pread(file->descriptor, data + done, length - done, position + (int64_t)done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        done += (size_t)count;
    }
    return (int64_t)done;
}
