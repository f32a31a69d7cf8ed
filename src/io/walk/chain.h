/* The folders from the root down to the one that the walk is in, by device and inode. A link that
 * leads to one of them would make the walk go round for ever. */
#ifndef SHOAL_IO_WALK_CHAIN_H
#define SHOAL_IO_WALK_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/must_use.h"

/* One folder. */
struct walk_chain_link {
    size_t path_length; /* of its path, bytes */
    dev_t device;       /* with `inode`, which folder it is */
    ino_t inode;        /* see `device` */
};

/* The folders, the root first. All zero is an empty chain. */
struct walk_chain {
    struct walk_chain_link *links; /* `count` of them, owned by the chain */
    size_t count;                  /* length of `links` */
};

/* Removes the folders whose path is longer than `path_length` bytes. */
void walk_chain_cut(struct walk_chain *chain, size_t path_length);

/* Whether the folder with these facts is in the chain. */
bool walk_chain_has(const struct walk_chain *chain, const struct stat *facts);

/* Adds a folder, whose path has `path_length` bytes, at the end. False: out of memory. */
MUST_USE bool walk_chain_add(
    struct walk_chain *chain, size_t path_length, const struct stat *facts);

/* Releases the memory; the chain is empty and may be used again. */
void walk_chain_free(struct walk_chain *chain);

#endif
