/* One run per journal: flock(2) on a file of its own beside the journal, which contains the number
 * of the process that holds it. Not on the database: closing a descriptor of that would drop the
 * POSIX locks that SQLite has on it (fcntl(2)). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "io/journal/private.h"

#define OWNER_SIZE 32 /* bytes of the number of a process, with its NUL */

static bool name_lock(const char *path, struct buf *name)
{
    buf_init(name, JOURNAL_PATH_MOST);
    return buf_printf(name, "%s-lock", path);
}

static int fail(const char *path, int code, struct error *error)
{
    (void)error_set(error, ERROR_SYSTEM, code, "--journal '%s': it can't be locked: %s", path,
        error_reason(code));
    return -1;
}

static int fail_held(const char *path, int descriptor, struct error *error)
{
    char owner[OWNER_SIZE] = "";
    ssize_t length = pread(descriptor, owner, sizeof owner - 1, 0);
    owner[length > 0 ? length : 0] = '\0';
    owner[strspn(owner, "0123456789")] = '\0';
    (void)error_set(error, ERROR_USAGE, 0,
        "--journal '%s': process %s holds it; wait until that run has ended", path,
        owner[0] == '\0' ? "(unknown)" : owner);
    return -1;
}

/* Is the file that was locked still the one of that name? Its last owner may have removed it. */
static bool is_current(const char *name, int descriptor)
{
    struct stat locked;
    struct stat named;
    return fstat(descriptor, &locked) == 0 && stat(name, &named) == 0 &&
           locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
}

static bool write_owner(int descriptor)
{
    char owner[OWNER_SIZE];
    int length = snprintf(owner, sizeof owner, "%ld\n", (long)getpid());
    /* On a full disk the message of another run lacks the number. */
    return ftruncate(descriptor, 0) == 0 && pwrite(descriptor, owner, (size_t)length, 0) == length;
}

static int lock_named(const char *path, const char *name, struct error *error)
{
    for (;;) {
        int descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
        if (descriptor < 0)
            return fail(path, errno, error);
        if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            int code = errno;
            int result =
                code == EWOULDBLOCK ? fail_held(path, descriptor, error) : fail(path, code, error);
            (void)close(descriptor);
            return result;
        }
        if (is_current(name, descriptor)) {
            (void)write_owner(descriptor);
            return descriptor;
        }
        (void)close(descriptor);
    }
}

int lock_take(const char *path, struct error *error)
{
    struct buf name;
    int descriptor = -1;
    if (name_lock(path, &name))
        descriptor = lock_named(path, buf_text(&name), error);
    else
        (void)error_set_memory(error);
    buf_free(&name);
    return descriptor;
}

void lock_release(const char *path, int descriptor)
{
    struct buf name;
    if (descriptor < 0)
        return;
    if (name_lock(path, &name))
        (void)unlink(buf_text(&name));
    buf_free(&name);
    (void)close(descriptor);
}
