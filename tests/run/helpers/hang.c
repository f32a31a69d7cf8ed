/* For LD_PRELOAD: calls for a path that contains SHOAL_HANG never return, as on a file server that
 * does not respond: read(2) and pread(2) of a file, readdir(3) of a folder; with SHOAL_HANG_FROM,
 * only the function of that name. Nothing is cached. The first of them makes the file SHOAL_HUNG.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static void hang_if_meant(const char *function, int descriptor)
{
    char link[64];
    char path[4096];
    const char *meant = getenv("SHOAL_HANG");
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    const char *only = getenv("SHOAL_HANG_FROM");
    if (length < 0 || meant == NULL || (only != NULL && strcmp(only, function) != 0))
        return;
    path[length] = '\0';
    if (strstr(path, meant) == NULL)
        return;
    close(open(getenv("SHOAL_HUNG"), O_WRONLY | O_CREAT, 0666));
    for (;;)
        pause();
}

/* The names that the C library gives a function, with and without checks of the buffer. */
#define READS(name, ...) ssize_t name(int descriptor, void *data, size_t length __VA_ARGS__)

READS(read)
{
    ssize_t (*real)(int, void *, size_t);
    hang_if_meant("read", descriptor);
    *(void **)&real = dlsym(RTLD_NEXT, "read");
    return real(descriptor, data, length);
}

READS(__read_chk, , size_t room)
{
    (void)room;
    return read(descriptor, data, length);
}

READS(pread, , off_t position)
{
    ssize_t (*real)(int, void *, size_t, off_t);
    hang_if_meant("pread", descriptor);
    *(void **)&real = dlsym(RTLD_NEXT, "pread");
    return real(descriptor, data, length, position);
}

READS(pread64, , off_t position)
{
    return pread(descriptor, data, length, position);
}

READS(__pread_chk, , off_t position, size_t room)
{
    (void)room;
    return pread(descriptor, data, length, position);
}

READS(__pread64_chk, , off_t position, size_t room)
{
    (void)room;
    return pread(descriptor, data, length, position);
}

ssize_t preadv2(int descriptor, const struct iovec *pieces, int count, off_t position, int flags)
{
    (void)descriptor, (void)pieces, (void)count, (void)position, (void)flags;
    errno = EAGAIN;
    return -1;
}

ssize_t preadv64v2(int descriptor, const struct iovec *pieces, int count, off_t position, int flags)
{
    return preadv2(descriptor, pieces, count, position, flags);
}

struct dirent *readdir(DIR *stream)
{
    struct dirent *(*real)(DIR *);
    hang_if_meant("readdir", dirfd(stream));
    *(void **)&real = dlsym(RTLD_NEXT, "readdir");
    return real(stream);
}

struct dirent64 *readdir64(DIR *stream)
{
    struct dirent64 *(*real)(DIR *);
    hang_if_meant("readdir64", dirfd(stream));
    *(void **)&real = dlsym(RTLD_NEXT, "readdir64");
    return real(stream);
}
