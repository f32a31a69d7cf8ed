/* For LD_PRELOAD: faults of the disk that a journal is on. Only files whose names contain
 * "journal.db" are concerned, and only calls by way of the C library.
 *
 *     SHOAL_SYNC=fail:N      the Nth fsync or fdatasync and all later ones fail with EIO
 *     SHOAL_SYNC=before:N    the process is killed before the Nth
 *     SHOAL_SYNC=after:N     the process is killed after the Nth
 *     SHOAL_WRITE=full:N     from the Nth write on, half of the bytes are written, then ENOSPC
 *     SHOAL_WRITE=short:N    every Nth write writes half of the bytes
 *     SHOAL_STATFS=MAGIC     every file system is of this type
 *     SHOAL_COUNT=FILE       at the end: the number of syncs and of writes */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

static atomic_long syncs;
static atomic_long writes;
static atomic_bool is_full;

static bool is_journal(int descriptor)
{
    char link[64];
    char path[4096] = "";
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    return length > 0 && strstr(path, "journal.db") != NULL;
}

/* The number after "NAME:" in the variable; 0: it has another name. */
static long number_of(const char *variable, const char *name)
{
    const char *text = getenv(variable);
    size_t length = strlen(name);
    if (text == NULL || strncmp(text, name, length) != 0 || text[length] != ':')
        return 0;
    return strtol(text + length + 1, NULL, 10);
}

static int sync_by(const char *function, int descriptor)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
    if (!is_journal(descriptor))
        return real(descriptor);
    long number = atomic_fetch_add(&syncs, 1) + 1;
    if (number == number_of("SHOAL_SYNC", "before"))
        (void)kill(getpid(), SIGKILL);
    long failing = number_of("SHOAL_SYNC", "fail");
    if (failing > 0 && number >= failing) {
        errno = EIO;
        return -1;
    }
    int result = real(descriptor);
    if (number == number_of("SHOAL_SYNC", "after"))
        (void)kill(getpid(), SIGKILL);
    return result;
}

int fsync(int descriptor)
{
    return sync_by("fsync", descriptor);
}

int fdatasync(int descriptor)
{
    return sync_by("fdatasync", descriptor);
}

/* How many bytes are written; -1: none, with ENOSPC. */
static ssize_t allowed(int descriptor, size_t length)
{
    if (!is_journal(descriptor))
        return (ssize_t)length;
    long number = atomic_fetch_add(&writes, 1) + 1;
    long full = number_of("SHOAL_WRITE", "full");
    long shorter = number_of("SHOAL_WRITE", "short");
    if (full > 0 && number >= full) {
        if (atomic_exchange(&is_full, true) || length < 2) {
            errno = ENOSPC;
            return -1;
        }
        return (ssize_t)(length / 2);
    }
    return shorter > 0 && number % shorter == 0 && length > 1 ? (ssize_t)(length / 2)
                                                              : (ssize_t)length;
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t at)
{
    ssize_t (*real)(int, const void *, size_t, off64_t) =
        (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    ssize_t most = allowed(descriptor, length);
    return most < 0 ? -1 : real(descriptor, data, (size_t)most, at);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t at)
{
    return pwrite64(descriptor, data, length, at);
}

static void set_type(struct statfs *facts)
{
    const char *type = getenv("SHOAL_STATFS");
    if (type != NULL)
        facts->f_type = (__fsword_t)strtoul(type, NULL, 16);
}

int statfs64(const char *path, struct statfs64 *facts)
{
    int (*real)(const char *, struct statfs64 *) =
        (int (*)(const char *, struct statfs64 *))dlsym(RTLD_NEXT, "statfs64");
    int result = real(path, facts);
    set_type((struct statfs *)facts);
    return result;
}

int statfs(const char *path, struct statfs *facts)
{
    return statfs64(path, (struct statfs64 *)facts);
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("SHOAL_COUNT");
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    if (file == NULL)
        return;
    (void)fprintf(file, "%ld %ld\n", atomic_load(&syncs), atomic_load(&writes));
    (void)fclose(file);
}
