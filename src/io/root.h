/* A folder that was given, held by one descriptor: everything below it is opened beneath it, so
 * that no link and no race leads out of it (openat2(2) with RESOLVE_BENEATH; component by component
 * where a kernel lacks it). Paths may be longer than PATH_MAX. */
#ifndef SHOAL_IO_ROOT_H
#define SHOAL_IO_ROOT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

struct root {
    char *operand; /* the folder as it was given, without closing slashes (so "" for "/"): {file} is
                      this, a slash and the path beneath */
    int descriptor;   /* O_PATH or O_RDONLY, O_DIRECTORY; -1: not held (root_new_for_file()) */
    bool follow;      /* links are followed, as long as they stay beneath */
    bool by_steps;    /* the kernel has no openat2(2): always component by component */
    char *given_link; /* root_new_for_file(): the file's name where it is a link; else NULL */
};

/* Opens the folder `operand` (itself may be a link). NULL with `error`, which names it. */
struct root *root_open(const char *operand, bool follow, struct error *error);

/* The folder of a file that was given by itself. It is not held open but looked up for every
 * root_openat(), so that any number of files may be given. `operand` itself may be a link: it is
 * followed wherever it leads. NULL with `error`, which names it: no memory. */
struct root *root_new_for_file(const char *operand, struct error *error);

/* Releases either kind; NULL is fine. */
void root_close(struct root *root);

/* Opens what lies at `relative` beneath the root with open(2)'s `flags` (O_CLOEXEC, O_NOCTTY and
 * O_NONBLOCK are added). Gives a descriptor, or -1 with errno: ELOOP where a link is in the way
 * that is not followed, EXDEV where it would lead out. Safe from any thread. */
int root_openat(const struct root *root, const char *relative, int flags);

/* The same without openat2(2), for any POSIX system. `root` must hold its descriptor. */
int root_openat_by_steps(const struct root *root, const char *relative, int flags);

/* Looks at what lies at `relative` beneath the root: at a link itself unless `through`, else at
 * what it leads to (where root->follow; errno is ELOOP, EXDEV or ENOENT where it can't). Links in
 * the middle are as for root_openat(). 0, or -1 with errno. */
int root_stat(const struct root *root, const char *relative, bool through, struct stat *facts);

#endif
