/* Files that the run itself writes, such as its events: they are not uploaded where they lie under
 * a PATH. */
#ifndef SHOAL_CORE_OWN_FILES_H
#define SHOAL_CORE_OWN_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"

/* One file. */
struct own_file {
    uint64_t device; /* with `inode`, which file it is */
    uint64_t inode;  /* see `device` */
    char *name;      /* its only name; NULL: it may have several */
};

/* All zero: empty. It must not change while a walk uses it. */
struct own_files {
    struct own_file *files; /* `count` of them; owned */
    size_t count;           /* length of `files` */
};

/* Adds the regular file that is open at `descriptor`; anything else is ignored, and so is a file
 * that has no name any more. False: out of memory. */
MUST_USE bool own_files_add(struct own_files *own, int descriptor);

/* Adds the file at `path`, if there is one. False: out of memory. */
MUST_USE bool own_files_add_path(struct own_files *own, const char *path);

/* Whether a file of that name may be one of them: cheaper than own_files_have(), which must
 * decide. */
bool own_files_may_have(const struct own_files *own, const char *name);

/* Whether the file with these numbers is one of them. */
bool own_files_have(const struct own_files *own, uint64_t device, uint64_t inode);

/* Releases the memory. */
void own_files_free(struct own_files *own);

#endif
