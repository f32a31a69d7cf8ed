/* What the files of the walk share among themselves; nobody else includes it. */
#ifndef SHOAL_IO_WALK_PRIVATE_H
#define SHOAL_IO_WALK_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "io/walk.h"

#define WALK_PATH_MAX (16 * 1024 * 1024) /* bytes of a path: thousands of long names */

/* How the walk is told to stop while it waits for standard input. */
struct walk_stop {
    atomic_bool asked;
    int descriptors[2]; /* a pipe: readable once it was asked; -1: no list, so nothing to wait for
                         */
};

static inline bool walk_stop_asked(const struct walk_stop *stop)
{
    return atomic_load_explicit(&stop->asked, memory_order_relaxed);
}

/* What the operands of one walk have in common. */
struct walk_shared {
    const struct ignore *ignore; /* may be NULL */
    bool no_hidden;
    bool follow;
    uint64_t passed_over;
    struct walk_stop stop;
};

/* ---- item.c: items; without memory each gives a WALK_PROBLEM with ENOMEM and no texts */

/* A file at `path`, of which the part from `relative` on lies below `root`. */
struct walk_item walk_item_file(const struct root *root, const char *path, size_t relative);

/* A listed path with what is wrong with it; `format` as for printf(3). */
struct walk_item walk_item_lost(const struct root *root, const char *path, size_t relative,
    int code, const char *format, ...) __attribute__((format(printf, 5, 6)));

struct walk_item walk_item_problem(const char *path, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Is it the item of a walk that ran out of memory? */
bool walk_item_is_memory(const struct walk_item *item);

/* ---- filter.c: --include, --exclude, --no-hidden */

enum walk_filter {
    WALK_FILTER_OUT,     /* left out, and a folder is not entered */
    WALK_FILTER_PASSING, /* left out, but a folder is entered: a rule may include what lies in it */
    WALK_FILTER_IN,
};

/* What applies to the folder given itself. */
enum walk_filter walk_filter_begin(const struct walk_shared *shared);

/* What applies to `relative`, whose folder has `above`, which is not WALK_FILTER_OUT. */
enum walk_filter walk_filter_step(
    const struct walk_shared *shared, enum walk_filter above, const char *relative, bool is_folder);

/* Does a path pass, looked at from the top, component by component? `relative` is changed and
 * restored. */
bool walk_filter_takes(const struct walk_shared *shared, char *relative, bool is_folder);

/* ---- tree.c: what lies below one folder */

struct walk_tree;

/* `prefix` is what every path begins with ("" for nothing). NULL: no memory. `root` and `shared`
 * must outlive it. */
struct walk_tree *walk_tree_new(
    const struct root *root, const char *prefix, struct walk_shared *shared);
void walk_tree_free(struct walk_tree *tree);

/* The next item; false: nothing comes any more, or the walk was stopped. */
bool walk_tree_next(struct walk_tree *tree, struct walk_item *item);

/* ---- listed.c: paths from a list */

struct walk_listed;

/* `root` is the folder that they must lie below; it and `shared` must outlive it. NULL with
 * `error`. */
struct walk_listed *walk_listed_new(const struct root *root, const char *base, int descriptor,
    bool nul_separated, struct walk_shared *shared, struct error *error);
void walk_listed_free(struct walk_listed *listed);

/* As walk_tree_next(). */
bool walk_listed_next(struct walk_listed *listed, struct walk_item *item);

/* Is a path there without reading from the descriptor? */
bool walk_listed_has_path(const struct walk_listed *listed);

/* ---- operands.c: the PATHs */

enum walk_operand_kind {
    WALK_OPERAND_FOLDER,
    WALK_OPERAND_FILE,
    WALK_OPERAND_LIST,
};

struct walk_operand {
    enum walk_operand_kind kind;
    char *given;       /* as it was given */
    char *name;        /* its own name; "" for a list and for "/" */
    struct root *root; /* NULL for a list: that is its base's */
};

struct walk_operands {
    struct walk_operand *items;
    size_t count;
};

/* Looks at every operand, see walk_new(). False with `error`; walk_operands_free() is due then too.
 */
bool walk_operands_open(
    struct walk_operands *operands, const struct walk_options *options, struct error *error);
void walk_operands_free(struct walk_operands *operands);

#endif
