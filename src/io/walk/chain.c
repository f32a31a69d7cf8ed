#include "io/walk/chain.h"

#include <stdlib.h>

#include "base/array.h"

void walk_chain_cut(struct walk_chain *chain, size_t path_length)
{
    while (chain->count > 0 && chain->links[chain->count - 1].path_length > path_length)
        chain->count--;
}

bool walk_chain_has(const struct walk_chain *chain, const struct stat *facts)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct walk_chain_link *link = &chain->links[i];
        if (link->inode == facts->st_ino && link->device == facts->st_dev)
            return true;
    }
    return false;
}

bool walk_chain_add(struct walk_chain *chain, size_t path_length, const struct stat *facts)
{
    struct walk_chain_link *links = array_grow(chain->links, chain->count, sizeof *links);
    if (links == NULL)
        return false;
    chain->links = links;
    chain->links[chain->count++] =
        (struct walk_chain_link){path_length, facts->st_dev, facts->st_ino};
    return true;
}

void walk_chain_free(struct walk_chain *chain)
{
    free(chain->links);
    *chain = (struct walk_chain){0};
}
