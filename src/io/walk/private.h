/* What the files of the walk share. */
#ifndef SHOAL_IO_WALK_PRIVATE_H
#define SHOAL_IO_WALK_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "io/walk.h"
#include "text/ignore_suggest.h"

/* The most bytes of a path: thousands of long names. */
#define WALK_PATH_MAX (16 * 1024 * 1024)

/* How walk_stop() reaches the walk, which may be waiting for standard input. */
struct walk_stop {
    atomic_bool requested; /* walk_stop() was called */
    int descriptors[2]; /* a pipe, readable once a stop was requested; -1: no list, no need to wait
                         */
};

/* Whether walk_stop() was called. */
static inline bool walk_stop_requested(const struct walk_stop *stop)
{
    return atomic_load_explicit(&stop->requested, memory_order_relaxed);
}

/* What all operands of one walk share. */
struct walk_shared {
    const struct ignore *ignore; /* as in struct walk_options */
    bool no_hidden;              /* likewise */
    bool follow;                 /* likewise */
    bool (*is_own)(const void *context, uint64_t device, uint64_t inode); /* likewise */
    bool (*may_be_own)(const void *context, const char *name);            /* likewise */
    const void *own_context;                                              /* likewise */
    bool tell_left_out;             /* as in struct walk_options */
    uint64_t passed_over;           /* see walk_passed_over() */
    uint64_t found;                 /* files that were returned */
    uint64_t left_out;              /* files that the filters left out */
    uint64_t not_entered;           /* folders that the filters left out, with what is in them */
    struct ignore_suggest *suggest; /* for rules that match nothing; NULL: none, or no memory */
    struct walk_stop stop;          /* see walk_stop() */
};

/* Whether `name` is "." or "..". */
static inline bool walk_is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* ---- item.c: making items. Out of memory, each function returns walk_item_no_memory(). */

/* A WALK_FILE at `path`; the part from offset `relative` on is below `root`. */
struct walk_item walk_item_file(const struct root *root, const char *path, size_t relative);

/* A WALK_LOST at `path`, likewise, with an errno and a sentence formatted as by printf(3). */
struct walk_item walk_item_lost(const struct root *root, const char *path, size_t relative,
    int code, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A WALK_PROBLEM with `path`, with an errno and a sentence formatted as by printf(3). */
struct walk_item walk_item_problem(const char *path, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A WALK_NOTICE: the file at `path` is passed over, because it is one of the run's own. */
struct walk_item walk_item_own(const char *path);

/* A WALK_LEFT_OUT: the filters left out `path`, or it is not a regular file. `why` is copied. */
struct walk_item walk_item_left_out(const char *path, bool is_folder, const char *why);

/* The WALK_PROBLEM that says that memory ran out; it has no path and no text. */
struct walk_item walk_item_no_memory(void);

/* Whether the item says that memory ran out, so that the walk must end. */
bool walk_item_is_memory(const struct walk_item *item);

/* ---- filter.c: --include, --exclude, --no-hidden */

/* What the filters say about a file or a folder. */
enum walk_filter {
    WALK_FILTER_EXCLUDED, /* left out; a folder is not entered */
    WALK_FILTER_SEARCHED, /* left out, but a folder is entered: a rule may include what is in it */
    WALK_FILTER_INCLUDED, /* not left out */
};

/* What applies to the folder that was given. */
enum walk_filter walk_filter_begin(const struct walk_shared *shared);

/* What applies to a path, and why. */
struct walk_decision {
    enum walk_filter filter; /* what the filters say */
    size_t rule;             /* the rule that decided; IGNORE_NONE: no rule did */
};

/* What applies to `relative`, the path below the root, whose folder has `above` (which is not
 * WALK_FILTER_EXCLUDED). */
struct walk_decision walk_filter_step(
    const struct walk_shared *shared, enum walk_filter above, const char *relative, bool is_folder);

/* What applies to `relative`, judged from the top, component by component. `relative` is changed
 * and restored. */
struct walk_decision walk_filter_find(
    const struct walk_shared *shared, char *relative, bool is_folder);

/* Counts what the filters left out. `type` as in st_mode. True: `item`, which says so, is to be
 * returned; `path` is what it shows. */
MUST_USE bool walk_filter_leave_out(struct walk_shared *shared, const char *path, mode_t type,
    struct walk_decision decision, struct walk_item *item);

/* Counts what is not a regular file. True as walk_filter_leave_out(). */
MUST_USE bool walk_filter_pass_over(
    struct walk_shared *shared, const char *path, mode_t type, struct walk_item *item);

/* ---- tree.c: what is below one folder */

/* A walk of one folder. */
struct walk_tree;

/* Makes a walk of `root`, for walk_tree_free(). Every path begins with `prefix` and a slash, unless
 * `prefix` is "". `root` and `shared` must outlive it. NULL: out of memory. */
MUST_USE struct walk_tree *walk_tree_new(
    const struct root *root, const char *prefix, struct walk_shared *shared);

/* Frees it. NULL does nothing. */
void walk_tree_free(struct walk_tree *tree);

/* Sets `item` to the next item. False: there are no more, or the walk was stopped. */
MUST_USE bool walk_tree_next(struct walk_tree *tree, struct walk_item *item);

/* ---- listed.c: paths from a list */

/* A walk of a list. */
struct walk_listed;

/* Makes a walk of the list on `descriptor`, for walk_listed_free(). The paths must be below `root`,
 * which is the folder `base`. `root` and `shared` must outlive it. NULL with `error`: the working
 * directory cannot be determined, or out of memory. */
MUST_USE struct walk_listed *walk_listed_new(const struct root *root, const char *base,
    int descriptor, bool nul_separated, struct walk_shared *shared, struct error *error);

/* Frees it; the descriptor stays open. NULL does nothing. */
void walk_listed_free(struct walk_listed *listed);

/* As walk_tree_next(). */
MUST_USE bool walk_listed_next(struct walk_listed *listed, struct walk_item *item);

/* Whether a path is in memory, so that walk_listed_next() need not read. */
bool walk_listed_has_path(const struct walk_listed *listed);

/* ---- operands.c: the PATHs */

/* The kinds of PATH. */
enum walk_operand_kind {
    WALK_OPERAND_FOLDER, /* a folder, or a link to one */
    WALK_OPERAND_FILE,   /* a regular file, or a link to one */
    WALK_OPERAND_LIST,   /* "-" */
};

/* One PATH. */
struct walk_operand {
    enum walk_operand_kind kind; /* what it is */
    char *argument;              /* as it was given */
    char *name;                  /* its own name; "" for a list and for "/" */
    struct root *root;           /* its own; NULL for a list, whose root is the base */
};

/* All PATHs, in the order in which they were given. */
struct walk_operands {
    struct walk_operand *items; /* `count` of them */
    size_t count;               /* length of `items` */
};

/* Examines every operand: see walk_new(). walk_operands_free() must follow even if it fails. False
 * with `error`. */
MUST_USE bool walk_operands_open(
    struct walk_operands *operands, const struct walk_options *options, struct error *error);

/* Closes the roots and releases the memory. */
void walk_operands_free(struct walk_operands *operands);

/* ---- nothing.c: rules that match nothing */

/* Prepares suggestions. Without memory there are none. */
void walk_nothing_init(struct walk_shared *shared, const struct walk_operands *operands);

/* The walk has ended. `at` is 0 and `rule` IGNORE_NONE at first; both are kept between the calls.
 * True: `item` is to be returned: a WALK_NOTHING if nothing was found because of the filters,
 * otherwise WALK_NOTICEs of rules that were meant to match something. */
MUST_USE bool walk_nothing_next(const struct walk_shared *shared,
    const struct walk_operands *operands, size_t *at, size_t *rule, struct walk_item *item);

#endif
