/* slow_disk: for LD_PRELOAD, makes the files below one folder slow: each open and each read takes
 * SLOW_DISK_MS milliseconds (5) longer, and nothing of them is cached.
 *
 *     SLOW_DISK=/folder LD_PRELOAD=slow_disk.so COMMAND */
/* Otherwise the headers would give open() and open64() the same name. */
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 65536
#define EXPORT      __attribute__((visibility("default")))

/* Whether a descriptor is a file below the folder. Set when it is opened, so before any read. */
static bool slow[DESCRIPTORS];

static void *next_of(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    return found;
}

static void wait_for_disk(void)
{
    const char *text = getenv("SLOW_DISK_MS");
    long ms = text == NULL ? 5 : strtol(text, NULL, 10);
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&span, NULL);
}

static bool is_slow(int descriptor)
{
    return descriptor >= 0 && descriptor < DESCRIPTORS && slow[descriptor];
}

/* Finds out which file a new descriptor is. */
static int note(int descriptor)
{
    const char *folder = getenv("SLOW_DISK");
    if (descriptor < 0 || descriptor >= DESCRIPTORS || folder == NULL)
        return descriptor;
    int before = errno;
    char link[64];
    char path[4096];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    size_t wanted = strlen(folder);
    slow[descriptor] = length >= (ssize_t)wanted && memcmp(path, folder, wanted) == 0;
    if (slow[descriptor])
        wait_for_disk();
    errno = before;
    return descriptor;
}

static mode_t mode_of(int flags, va_list arguments)
{
    return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

#define DEFINE_OPEN(name)                                                                          \
    EXPORT int name(const char *path, int flags, ...)                                              \
    {                                                                                              \
        static int (*next)(const char *, int, ...);                                                \
        if (next == NULL)                                                                          \
            *(void **)&next = next_of(#name);                                                      \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = mode_of(flags, arguments);                                                   \
        va_end(arguments);                                                                         \
        return note(next(path, flags, mode));                                                      \
    }

#define DEFINE_OPENAT(name)                                                                        \
    EXPORT int name(int folder, const char *path, int flags, ...)                                  \
    {                                                                                              \
        static int (*next)(int, const char *, int, ...);                                           \
        if (next == NULL)                                                                          \
            *(void **)&next = next_of(#name);                                                      \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = mode_of(flags, arguments);                                                   \
        va_end(arguments);                                                                         \
        return note(next(folder, path, flags, mode));                                              \
    }

#define DEFINE_PREAD(name)                                                                         \
    EXPORT ssize_t name(int descriptor, void *data, size_t length, off_t position)                 \
    {                                                                                              \
        static ssize_t (*next)(int, void *, size_t, off_t);                                        \
        if (next == NULL)                                                                          \
            *(void **)&next = next_of(#name);                                                      \
        if (is_slow(descriptor))                                                                   \
            wait_for_disk();                                                                       \
        return next(descriptor, data, length, position);                                           \
    }

/* A read that must not block finds nothing, because nothing is cached. */
#define DEFINE_PREADV2(name)                                                                       \
    EXPORT ssize_t name(                                                                           \
        int descriptor, const struct iovec *pieces, int count, off_t position, int flags)          \
    {                                                                                              \
        static ssize_t (*next)(int, const struct iovec *, int, off_t, int);                        \
        if (next == NULL)                                                                          \
            *(void **)&next = next_of(#name);                                                      \
        if (is_slow(descriptor) && (flags & RWF_NOWAIT) != 0) {                                    \
            errno = EAGAIN;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        if (is_slow(descriptor))                                                                   \
            wait_for_disk();                                                                       \
        return next(descriptor, pieces, count, position, flags);                                   \
    }

DEFINE_OPEN(open)
DEFINE_OPEN(open64)
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)
DEFINE_PREAD(pread)
DEFINE_PREAD(pread64)
DEFINE_PREADV2(preadv2)
DEFINE_PREADV2(preadv64v2)

EXPORT ssize_t read(int descriptor, void *data, size_t length)
{
    static ssize_t (*next)(int, void *, size_t);
    if (next == NULL)
        *(void **)&next = next_of("read");
    if (is_slow(descriptor))
        wait_for_disk();
    return next(descriptor, data, length);
}

/* openat2(2) has no wrapper in the C library. */
EXPORT long syscall(long number, ...)
{
    static long (*next)(long, ...);
    if (next == NULL)
        *(void **)&next = next_of("syscall");
    va_list list;
    va_start(list, number);
    long given[6];
    for (int i = 0; i < 6; i++)
        given[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_openat2 && getenv("SLOW_DISK") != NULL &&
        (((const struct open_how *)given[2])->resolve & RESOLVE_CACHED) != 0) {
        errno = EAGAIN;
        return -1;
    }
    long result = next(number, given[0], given[1], given[2], given[3], given[4], given[5]);
    return number == SYS_openat2 ? note((int)result) : result;
}
