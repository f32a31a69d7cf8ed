/* Selection: which of the files that were found are this run's (--shard, --only-failed). The others
 * count as left out, as by a filter. */
#ifndef SHOAL_CORE_SELECTION_H
#define SHOAL_CORE_SELECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "core/config.h"
#include "core/only_failed.h"
#include "io/walk.h"

/* What a selection works with. */
struct selection {
    const struct config *config; /* the caller's */
    struct only_failed *known;   /* --only-failed; the caller's; NULL: not given */
    bool by_pair;                /* requests have other files that differ from file to file */
    uint64_t left_out;           /* files that were not taken so far */
    struct buf path;             /* scratch: {file} in the key of a shard */
    struct buf key;              /* scratch: what the hash of a shard is of */
};

/* Prepares `selection`, the caller's; `config` must outlive it. */
void selection_init(struct selection *selection, const struct config *config);

/* Frees the scratch memory. */
void selection_free(struct selection *selection);

/* Is a file with this {path} in this run's shard, as far as the path alone shows? */
bool selection_may_have(struct selection *selection, const char *path);

/* Is the file one of this run's? Without memory, every file is. */
MUST_USE bool selection_has(struct selection *selection, const struct entry *entry);

/* As selection_has(), and counts the file if not. */
MUST_USE bool selection_takes(struct selection *selection, const struct entry *entry);

#endif
