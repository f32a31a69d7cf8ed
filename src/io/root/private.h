/* What root.c and steps.c share: open(2) flags, and what to use where a system lacks one. */
#ifndef SHOAL_IO_ROOT_PRIVATE_H
#define SHOAL_IO_ROOT_PRIVATE_H

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* ROOT_LOOK opens something only to examine it, ROOT_SEARCH a folder only to go through it. O_PATH
 * is best: it needs no permission to read, and opening a FIFO or a device has no side effect. */
#if defined O_PATH
#define ROOT_LOOK   O_PATH
#define ROOT_SEARCH O_PATH
#elif defined O_SEARCH
#define ROOT_LOOK   O_RDONLY
#define ROOT_SEARCH O_SEARCH
#else
#define ROOT_LOOK   O_RDONLY
#define ROOT_SEARCH O_RDONLY
#endif

/* To examine what lies at a path. */
#define ROOT_LOOK_FLAGS (ROOT_LOOK | O_CLOEXEC)

/* To go through a folder. */
#define ROOT_FOLDER_FLAGS (ROOT_SEARCH | O_DIRECTORY | O_CLOEXEC)

/* `flags` and those that every open beneath a root adds: a terminal does not become the controlling
 * one, and a FIFO without a writer does not block. openat2(2) refuses these two beside O_PATH. */
static inline int root_all_flags(int flags)
{
#ifdef O_PATH
    if ((flags & O_PATH) != 0)
        return flags | O_CLOEXEC;
#endif
    return flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
}

/* Closes `descriptor` on a path that reports an error: errno stays as it is. */
static inline void root_close_keeping_errno(int descriptor)
{
    int code = errno;
    (void)close(descriptor);
    errno = code;
}

#endif
