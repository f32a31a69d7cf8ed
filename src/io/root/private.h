/* The open(2) flags that root.c and steps.c share; where a system lacks one, the next best. */
#ifndef SHOAL_IO_ROOT_PRIVATE_H
#define SHOAL_IO_ROOT_PRIVATE_H

#include <fcntl.h>

/* To look at something, and to go through a folder: O_PATH needs no right to read and has no side
 * effect on a FIFO or device. */
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

#define ROOT_LOOK_FLAGS   (ROOT_LOOK | O_CLOEXEC)
#define ROOT_FOLDER_FLAGS (ROOT_SEARCH | O_DIRECTORY | O_CLOEXEC)

/* `flags` and what every open beneath a root adds: a terminal is not taken over, a FIFO without a
 * writer does not block. openat2(2) refuses both beside O_PATH. */
static inline int root_all_flags(int flags)
{
#ifdef O_PATH
    if ((flags & O_PATH) != 0)
        return flags | O_CLOEXEC;
#endif
    return flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
}

#endif
