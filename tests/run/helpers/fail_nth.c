/* For LD_PRELOAD: lets one call of the program fail, or all from one on. SHOAL_FAIL=FAMILY:N is the
 * Nth call of a family, FAMILY:N+ that one and all later ones, FAMILY:0 none. At the end, "FAMILY
 * COUNT" is written to the file that SHOAL_CALLS names, followed by " failed" if a call has failed.
 *
 * The families are memory, open, read, write, folder, thread and socket. In the first five, only
 * calls by the program itself count, not those by its libraries. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum family {
    MEMORY,
    OPEN,
    READ,
    WRITE,
    FOLDER,
    THREAD,
    SOCKET,
    FAMILIES
};

static const char *const names[FAMILIES] = {
    "memory", "open", "read", "write", "folder", "thread", "socket"};

static enum family chosen = FAMILIES;
static unsigned long wanted;
static bool all_later;
static atomic_ulong calls;
static atomic_bool failed;
static uintptr_t program_start;
static uintptr_t program_end;

/* The first object in the list is the program itself. */
static int note_program(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    program_start = UINTPTR_MAX;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD)
            continue;
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        uintptr_t end = start + info->dlpi_phdr[i].p_memsz;
        program_start = start < program_start ? start : program_start;
        program_end = end > program_end ? end : program_end;
    }
    return 1;
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("SHOAL_FAIL");
    const char *colon = text == NULL ? NULL : strchr(text, ':');
    if (colon == NULL)
        return;
    (void)dl_iterate_phdr(note_program, NULL);
    char *end;
    wanted = strtoul(colon + 1, &end, 10);
    all_later = *end == '+';
    for (int i = 0; i < FAMILIES; i++) {
        if (strncmp(names[i], text, (size_t)(colon - text)) == 0)
            chosen = (enum family)i;
    }
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("SHOAL_CALLS");
    if (path == NULL || chosen == FAMILIES)
        return;
    char text[64];
    int length = snprintf(text, sizeof text, "%s %lu%s\n", names[chosen], atomic_load(&calls),
        atomic_load(&failed) ? " failed" : "");
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    (void)!syscall(SYS_write, file, text, (size_t)length);
    (void)syscall(SYS_close, file);
}

/* Returns whether this call fails, and sets errno then. `error`: the errno. */
static bool hit(enum family family, const void *caller, int error)
{
    uintptr_t from = (uintptr_t)caller;
    if (family != chosen)
        return false;
    if (family < THREAD && (from < program_start || from >= program_end))
        return false;
    unsigned long number = atomic_fetch_add(&calls, 1) + 1;
    if (wanted == 0 || number < wanted || (number > wanted && !all_later))
        return false;
    atomic_store(&failed, true);
    errno = error;
    return true;
}

#define CALLER __builtin_return_address(0)

/* Declares `real`, the function of this name that would be called without this library. */
#define REAL(type, name, ...)                                                                      \
    static type (*real)(__VA_ARGS__);                                                              \
    if (real == NULL)                                                                              \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

/* --- memory. dlsym() may allocate memory while the first call looks up the real function: it gets
 * memory from here, which is never freed. */

static _Alignas(max_align_t) char early[8192];
static size_t early_used;
/* Volatile, because dlsym() is declared as a leaf function: one that never calls into this file. */
static _Thread_local volatile bool looking;

static void *early_memory(size_t size)
{
    void *memory = early + early_used;
    early_used += (size + 15) & ~(size_t)15;
    if (early_used > sizeof early)
        abort();
    return memory;
}

static bool is_early(const void *memory)
{
    return (const char *)memory >= early && (const char *)memory < early + sizeof early;
}

#define REAL_MEMORY(type, name, ...)                                                               \
    static type (*real)(__VA_ARGS__);                                                              \
    if (real == NULL && !looking) {                                                                \
        looking = true;                                                                            \
        *(void **)&real = dlsym(RTLD_NEXT, #name);                                                 \
        looking = false;                                                                           \
    }

void *malloc(size_t size)
{
    REAL_MEMORY(void *, malloc, size_t);
    if (real == NULL)
        return early_memory(size);
    return hit(MEMORY, CALLER, ENOMEM) ? NULL : real(size);
}

void *calloc(size_t count, size_t size)
{
    REAL_MEMORY(void *, calloc, size_t, size_t);
    if (real == NULL)
        return early_memory(count * size);
    return hit(MEMORY, CALLER, ENOMEM) ? NULL : real(count, size);
}

void *realloc(void *old, size_t size)
{
    REAL_MEMORY(void *, realloc, void *, size_t);
    if (real == NULL || is_early(old))
        abort();
    return hit(MEMORY, CALLER, ENOMEM) ? NULL : real(old, size);
}

void free(void *memory)
{
    REAL_MEMORY(void, free, void *);
    if (real != NULL && !is_early(memory))
        real(memory);
}

char *strdup(const char *text)
{
    REAL(char *, strdup, const char *);
    return hit(MEMORY, CALLER, ENOMEM) ? NULL : real(text);
}

char *strndup(const char *text, size_t length)
{
    REAL(char *, strndup, const char *, size_t);
    return hit(MEMORY, CALLER, ENOMEM) ? NULL : real(text, length);
}

int vasprintf(char **text, const char *format, va_list arguments)
{
    REAL(int, vasprintf, char **, const char *, va_list);
    return hit(MEMORY, CALLER, ENOMEM) ? -1 : real(text, format, arguments);
}

char *realpath(const char *path, char *resolved)
{
    REAL(char *, realpath, const char *, char *);
    return hit(MEMORY, CALLER, ENOMEM) ? NULL : real(path, resolved);
}

/* --- files */

#define MODE_ARGUMENT(flags)                                                                       \
    va_list arguments;                                                                             \
    va_start(arguments, flags);                                                                    \
    mode_t mode = (flags) & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;                 \
    va_end(arguments)

int open64(const char *path, int flags, ...)
{
    REAL(int, open64, const char *, int, ...);
    MODE_ARGUMENT(flags);
    return hit(OPEN, CALLER, EMFILE) ? -1 : real(path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    REAL(int, openat64, int, const char *, int, ...);
    MODE_ARGUMENT(flags);
    return hit(OPEN, CALLER, EMFILE) ? -1 : real(folder, path, flags, mode);
}

long syscall(long number, ...)
{
    REAL(long, syscall, long, ...);
    va_list arguments;
    long given[6];
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        given[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_openat2 && hit(OPEN, CALLER, EMFILE))
        return -1;
    return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

DIR *opendir(const char *path)
{
    REAL(DIR *, opendir, const char *);
    return hit(FOLDER, CALLER, EMFILE) ? NULL : real(path);
}

DIR *fdopendir(int descriptor)
{
    REAL(DIR *, fdopendir, int);
    return hit(FOLDER, CALLER, ENOMEM) ? NULL : real(descriptor);
}

struct dirent64 *readdir64(DIR *folder)
{
    REAL(struct dirent64 *, readdir64, DIR *);
    return hit(FOLDER, CALLER, EIO) ? NULL : real(folder);
}

ssize_t read(int descriptor, void *data, size_t length)
{
    REAL(ssize_t, read, int, void *, size_t);
    return hit(READ, CALLER, EIO) ? -1 : real(descriptor, data, length);
}

ssize_t pread64(int descriptor, void *data, size_t length, off64_t offset)
{
    REAL(ssize_t, pread64, int, void *, size_t, off64_t);
    return hit(READ, CALLER, EIO) ? -1 : real(descriptor, data, length, offset);
}

ssize_t preadv64v2(int descriptor, const struct iovec *parts, int count, off64_t offset, int flags)
{
    REAL(ssize_t, preadv64v2, int, const struct iovec *, int, off64_t, int);
    return hit(READ, CALLER, EIO) ? -1 : real(descriptor, parts, count, offset, flags);
}

ssize_t write(int descriptor, const void *data, size_t length)
{
    REAL(ssize_t, write, int, const void *, size_t);
    return hit(WRITE, CALLER, ENOSPC) ? -1 : real(descriptor, data, length);
}

/* --- threads and sockets, also those of libraries */

int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    REAL(int, pthread_create, pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    return hit(THREAD, CALLER, EAGAIN) ? EAGAIN : real(thread, attributes, start, argument);
}

int socket(int domain, int type, int protocol)
{
    REAL(int, socket, int, int, int);
    return hit(SOCKET, CALLER, EMFILE) ? -1 : real(domain, type, protocol);
}
