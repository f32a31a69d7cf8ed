/* The walk: yields the files of the paths given, one by one, in constant memory.
 *
 * It holds one folder open at a time; the folders still to visit are a list of names. It runs in
 * the source's thread (io/source.h) and touches nothing else. */
#ifndef SHOAL_IO_WALK_H
#define SHOAL_IO_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/root.h"
#include "text/ignore.h"

/* A file that was found. One allocation; freed with free(3). */
struct entry {
    const struct root *root; /* lives as long as the walk */
    size_t relative;         /* where in `path` the part below the root begins */
    bool hidden;             /* a name in `path` begins with a dot */
    char path[];             /* {path}, NUL-terminated */
};

/* The path below the root, for root_openat(). */
const char *entry_relative(const struct entry *entry);

struct walk_options {
    const char *const *operands; /* PATHs: folders, files, or "-" for a list on `list_descriptor` */
    size_t operand_count;
    const char *base;    /* --base, or NULL: the working folder; listed paths lie below it */
    bool nul_separated;  /* -0 */
    int list_descriptor; /* where "-" is read from (0) */
    bool follow;         /* --follow */
    bool no_hidden;      /* --no-hidden: names that begin with a dot are left out, folders too */
    const struct ignore *ignore; /* may be NULL; belongs to the caller, outlives the walk */
};

enum walk_kind {
    WALK_FILE,    /* `entry` was found; the caller owns it */
    WALK_LOST,    /* a listed path that is not there, or can't be looked at: `entry` and `text` */
    WALK_PROBLEM, /* a folder that can't be read, a link that may not be followed: `path`, `text` */
    WALK_END,     /* nothing comes any more */
};

struct walk_item {
    enum walk_kind kind;
    struct entry *entry; /* the caller frees it */
    char *path;          /* the caller frees both; unescaped bytes */
    char *text;          /* one sentence: what is wrong, and what to do */
    int code;            /* errno, or 0 */
};

struct walk;

/* Looks at the operands and opens their folders: a missing or unreadable one, two of one name, "-"
 * given twice, a `base` that is no folder is an error that names it (nothing was sent by then).
 * With several operands every {path} begins with the operand's own name (its last component;
 * `.` and `..` are resolved to the real folder's name; "-" and "/" add nothing). An operand that is
 * itself a link is followed. Texts are copied; NULL with `error`. */
struct walk *walk_new(const struct walk_options *options, struct error *error);
void walk_free(struct walk *walk);

/* The next item. WALK_END for ever after the end. No memory: a WALK_PROBLEM with ENOMEM (whose
 * `path` and `text` may then be NULL), then WALK_END: never a silent loss. */
struct walk_item walk_next(struct walk *walk);

/* Counted so far: links, FIFOs, sockets, devices that were left alone (not what filters left out).
 */
uint64_t walk_passed_over(const struct walk *walk);

/* From any thread: the walk_next() under way, one that waits for standard input too, and every
 * later one give WALK_END as soon as they can. */
void walk_stop(struct walk *walk);

/* Would the next walk_next() read from the list's descriptor, and so perhaps wait? */
bool walk_may_wait(const struct walk *walk);

#endif
