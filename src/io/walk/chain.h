/* The folders on the way down to where the walk stands, by device and inode: what tells a link that
 * leads back up. */
#ifndef SHOAL_IO_WALK_CHAIN_H
#define SHOAL_IO_WALK_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct walk_chain_link {
    size_t path_length;
    dev_t device;
    ino_t inode;
};

/* All zero is an empty one. */
struct walk_chain {
    struct walk_chain_link *links;
    size_t count;
};

/* Forgets the folders whose path is longer than `path_length` bytes. */
void walk_chain_cut(struct walk_chain *chain, size_t path_length);

bool walk_chain_has(const struct walk_chain *chain, const struct stat *facts);

/* Adds the folder that was entered. False: no memory. */
bool walk_chain_add(struct walk_chain *chain, size_t path_length, const struct stat *facts);

void walk_chain_free(struct walk_chain *chain);

#endif
