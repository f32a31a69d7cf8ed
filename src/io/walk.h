/* The walk: yields the files of the paths given, one by one, in constant memory.
 *
 * It holds one folder open at a time; the folders still to visit are a list of names. It runs in
 * the source's thread (io/source.h) and shares nothing with other threads but walk_stop(). */
#ifndef SHOAL_IO_WALK_H
#define SHOAL_IO_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"
#include "io/root.h"
#include "text/ignore.h"

/* A file that was found: one allocation, for free(3). */
struct entry {
    const struct root *root; /* the walk's, valid until walk_free() */
    size_t relative;         /* offset in `path` of the part below the root */
    bool hidden;             /* a name in `path` begins with a dot */
    char path[];             /* {path}, NUL-terminated */
};

/* The path below the root, for root_openat(). It is part of the entry. */
const char *entry_relative(const struct entry *entry);

/* What to walk. The strings and the array are used by walk_new() only. */
struct walk_options {
    const char *const *operands; /* PATHs: folders, files, or "-" for a list of paths */
    size_t operand_count;        /* length of `operands` */
    const char *base;            /* --base: listed paths are opened from it and must be below it;
                                    NULL: the working directory */
    bool nul_separated;          /* -0: a NUL ends a listed path, not a newline */
    int list_descriptor;   /* where the list "-" is read from; the caller's, until walk_free() */
    enum root_links links; /* --follow: which symbolic links are followed */
    bool no_hidden;        /* --no-hidden: leaves out names that begin with a dot, folders too */
    const struct ignore *ignore; /* the caller's, until walk_free(); may be NULL */
    /* Whether the file with these numbers is one of the run's own, which is passed over with a
     * WALK_NOTICE; called by walk_next(). NULL: none is. */
    bool (*is_own)(const void *context, uint64_t device, uint64_t inode);
    /* Whether a file of that name may be one, so that it is worth looking at its numbers. */
    bool (*may_be_own)(const void *context, const char *name);
    const void *own_context; /* for the two, until walk_free() */
    bool tell_left_out;      /* yields a WALK_LEFT_OUT for all that is left out or passed over */
};

/* The kinds of item. */
enum walk_kind {
    WALK_FILE,     /* a file was found: `entry` */
    WALK_LOST,     /* a listed path does not exist or cannot be examined: `entry`, `text`, `code` */
    WALK_PROBLEM,  /* a folder cannot be read, or a link not be followed: `path`, `text`, `code` */
    WALK_REFUSED,  /* of a source that looks at all files first: none may be used; `text` */
    WALK_NOTICE,   /* something that a person should know: `path`, `text` */
    WALK_LEFT_OUT, /* the filters leave it out, or it is not a regular file: `path`, which ends in
                      a slash if it is a folder, and `text` */
    WALK_NOTHING,  /* nothing was found, because of the filters: `text`; the last but one */
    WALK_END,      /* there are no more items */
};

/* What a walk yields. Pointers that its kind does not name are NULL. */
struct walk_item {
    enum walk_kind kind; /* which of the fields below are set */
    struct entry *entry; /* owned by the item, for free(3) */
    char *path; /* owned by the item, for free(3); may contain bytes unsafe on a terminal */
    char *text; /* owned by the item, for free(3); one sentence: what is wrong, what to do */
    int code;   /* an errno, or 0 */
};

/* A walk under way. */
struct walk;

/* Makes a walk, for walk_free(): examines the operands and opens their folders. With several
 * operands every {path} begins with the operand's own name: its last component; `.` and `..` are
 * resolved to the real folder's name; "-" and "/" add nothing. An operand that is itself a link is
 * followed. NULL with `error`, which names the operand: it does not exist, cannot be read or is
 * neither a folder nor a regular file; two have one name; "-" is given twice; `base` is not a
 * folder; out of memory. */
MUST_USE struct walk *walk_new(const struct walk_options *options, struct error *error);

/* Frees the walk and the roots of its entries. NULL does nothing. */
void walk_free(struct walk *walk);

/* The next item, which the caller owns. After the end it is WALK_END every time. Out of memory is
 * never silent: a WALK_PROBLEM with ENOMEM, whose `path` and `text` may be NULL, and then
 * WALK_END. */
MUST_USE struct walk_item walk_next(struct walk *walk);

/* The number of links, FIFOs, sockets and devices that were left alone so far; what filters left
 * out is not counted. */
uint64_t walk_passed_over(const struct walk *walk);

/* Stops the walk, from any thread: a walk_next() under way, even one that waits for standard input,
 * and every later one return WALK_END as soon as they can. */
void walk_stop(struct walk *walk);

/* Whether the next walk_next() would read from the list's descriptor, and so might wait. */
bool walk_may_wait(const struct walk *walk);

#endif
