/* A folder that was given, held by one descriptor. Everything below it is opened beneath it, so
 * that no link and no race leads out of it: openat2(2) with RESOLVE_BENEATH, or component by
 * component if the kernel lacks it. Paths may be longer than PATH_MAX. */
#ifndef SHOAL_IO_ROOT_H
#define SHOAL_IO_ROOT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/must_use.h"

/* A folder that was given, or the folder of a file that was given. */
struct root {
    char *operand;   /* the folder's path without closing slashes (so "" for "/"); {file} is this
                        path, a slash and the path beneath */
    int descriptor;  /* O_DIRECTORY with O_PATH or O_RDONLY; -1: root_new_for_file() */
    bool follow;     /* links are followed as long as they stay beneath */
    bool outside;    /* links are followed wherever they lead */
    bool remote;     /* its file system may wait for another machine or process */
    bool by_steps;   /* the kernel has no openat2(2): always component by component */
    char *link_name; /* root_new_for_file(): the file's name if it is a link; otherwise NULL */
};

/* Which links are followed. */
enum root_links {
    ROOT_LINKS_NONE,   /* none */
    ROOT_LINKS_INSIDE, /* those that stay beneath the root */
    ROOT_LINKS_ALL,    /* those that lead out of it, too */
};

/* Opens the folder `operand`, which may itself be a link, for root_close(). NULL with `error`,
 * which names it. */
MUST_USE struct root *root_open(const char *operand, enum root_links links, struct error *error);

/* Makes the root of a single file that was given, for root_close(). Its folder is not kept open but
 * opened for every root_openat(), so that any number of files may be given. `operand` may itself be
 * a link: it is followed wherever it leads. NULL with `error`: out of memory. */
MUST_USE struct root *root_new_for_file(const char *operand, struct error *error);

/* Frees a root of either kind and closes its descriptor. NULL does nothing. */
void root_close(struct root *root);

/* Opens `relative` beneath the root with open(2)'s `flags`; O_CLOEXEC, O_NOCTTY and O_NONBLOCK are
 * added. Returns a descriptor for the caller to close, or -1 with errno: ELOOP if a link is in the
 * way that is not followed, EXDEV if a link or `..` would lead out. Safe from any thread. */
MUST_USE int root_openat(const struct root *root, const char *relative, int flags);

/* As root_openat(), but never waits for a disk: -1 with an errno if something on the way is not in
 * the kernel's cache or on another file system, or with EAGAIN if this cannot be known here (a
 * remote file system, an old kernel, a root of a single file). */
MUST_USE int root_openat_cached(const struct root *root, const char *relative, int flags);

/* As root_openat(), but never uses openat2(2), so it works on any POSIX system. Not for
 * root_new_for_file(): `root` must have its descriptor. */
MUST_USE int root_openat_by_steps(const struct root *root, const char *relative, int flags);

/* Whether the file system of an open descriptor may wait for another machine or process at any
 * call, even at fstat(2): NFS, SMB, FUSE and the like. */
bool root_is_remote(int descriptor);

/* stat(2) of `relative` beneath the root. Without `through`, of a link itself; with it, of what the
 * link leads to (ELOOP unless root->follow, EXDEV if it leads out, ENOENT if it leads to nothing).
 * Links in the middle of the path are treated as by root_openat(). Returns 0, or -1 with errno. */
MUST_USE int root_stat(
    const struct root *root, const char *relative, bool through, struct stat *facts);

#endif
