/* All origins of a run, by name. Those that have files stay; of those without, a bounded number is
 * kept, so that a run with any number of origins fits in memory. */
#ifndef SHOAL_CORE_SCHED_ORIGINS_H
#define SHOAL_CORE_SCHED_ORIGINS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/must_use.h"
#include "base/table.h"
#include "core/config.h"
#include "core/sched/origin.h"
#include "core/sched/shares.h"
#include "io/walk.h"

/* More origins without files are forgotten, the one that has been without for the longest first;
 * but not one that still pauses or was given up, as long as there are not too many of these. */
#define ORIGINS_IDLE_MOST    1024
#define ORIGINS_PAUSING_MOST 8192 /* see ORIGINS_IDLE_MOST */

struct origins {
    const struct config *config; /* the caller's */
    struct shares *shares;       /* the caller's; has the reviews and timers of all origins */
    unsigned jobs_most;          /* the most files in flight */
    struct table table;          /* every origin */
    uint64_t made;               /* origins made so far, also those that were forgotten */
    struct origin *only;         /* where origins do not differ: the one that there is, or NULL */
    struct list with_files;      /* those that have files */
    struct list without_files;   /* the others, by how long they have been without */
    struct buf path;             /* scratch: {file} in the name of an origin */
    struct buf url;              /* scratch: scheme and authority of a file's URL */
    struct buf name;             /* scratch: the name of an origin */
    struct buf key;              /* scratch: the same in lower case */
};

/* Prepares `origins`, the caller's. What it is given must outlive it. */
void origins_init(struct origins *origins, const struct config *config, struct shares *shares,
    unsigned jobs_most);

/* Frees all origins, which must have no files. */
void origins_free(struct origins *origins);

/* Does the URL's origin differ from file to file, in a way that is known before a file is read? If
 * not, all files count as files for one origin. So they do in a dry run, which has no use for
 * origins. */
bool origins_differ(const struct config *config);

/* The origin that the file of `entry` is for; makes it if there is none yet. NULL: out of memory.
 * It may be forgotten by the next call unless origins_add_file() is called before. */
MUST_USE struct origin *origins_of_entry(
    struct origins *origins, const struct entry *entry, int64_t now_us);

/* `origin` has a file, which is in its list `live` already. */
void origins_add_file(struct origins *origins, struct origin *origin);

/* `origin` has a file less. If it was the last, others may be forgotten, but not `origin`. */
void origins_remove_file(struct origins *origins, struct origin *origin, int64_t now_us);

#endif
