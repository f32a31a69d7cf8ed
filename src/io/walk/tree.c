/* Walks one folder, depth first. A folder is read to its end: files are yielded as they come, names
 * of folders are pushed on a stack; then the folder on top of the stack is next. So one folder is
 * open at a time, and the stack contains no more than the siblings along the way down. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "io/walk/chain.h"
#include "io/walk/private.h"

#define STACK_MAX ((size_t)1024 * 1024 * 1024) /* bytes */

/* How often, and after how long, to try again if transfers use all descriptors: one is free soon.
 */
#define DESCRIPTOR_TRIES   200
#define DESCRIPTOR_WAIT_MS 10

/* Follows each name on the stack. */
struct pending {
    uint32_t above;          /* length of the path of the folder that contains it */
    uint32_t length;         /* of the name */
    enum walk_filter filter; /* what applies to the folder */
};

struct walk_tree {
    const struct root *root;
    struct walk_shared *shared;
    size_t relative;         /* offset in `path` of the part below the root */
    struct buf path;         /* of the open folder; while an entry is examined, of the entry */
    DIR *stream;             /* the open folder, or NULL */
    enum walk_filter filter; /* what applies to the open folder */
    struct buf stack;        /* names of folders, each followed by a struct pending */
    struct walk_chain chain; /* --follow: the folders from the root down to the open one */
};

/* Shortens the content to `length` bytes. */
static void truncate_buf(struct buf *buf, size_t length)
{
    if (buf->data == NULL)
        return;
    buf->length = length;
    buf->data[length] = '\0';
}

static const char *relative_path(const struct walk_tree *tree)
{
    return tree->path.length <= tree->relative ? "." : tree->path.data + tree->relative;
}

/* The path that a problem shows: for the root itself, the operand. */
static const char *shown_path(const struct walk_tree *tree)
{
    if (tree->path.length > tree->relative)
        return tree->path.data;
    return tree->root->operand[0] == '\0' ? "/" : tree->root->operand;
}

static bool push(struct walk_tree *tree, const char *name, size_t above, enum walk_filter filter)
{
    size_t length = strlen(name);
    struct pending pending = {(uint32_t)above, (uint32_t)length, filter};
    struct buf *stack = &tree->stack;
    return buf_reserve(stack, length + sizeof pending) && buf_add(stack, name, length) &&
           buf_add(stack, &pending, sizeof pending);
}

static bool add_name(struct walk_tree *tree, const char *name, size_t length)
{
    if (tree->path.length > 0 && !buf_add_byte(&tree->path, '/'))
        return false;
    return buf_add(&tree->path, name, length);
}

/* Takes the folder on top of the stack and makes `path` its path. False: out of memory. */
static bool pop(struct walk_tree *tree)
{
    struct buf *stack = &tree->stack;
    struct pending pending;
    memcpy(&pending, stack->data + stack->length - sizeof pending, sizeof pending);
    size_t begin = stack->length - sizeof pending - pending.length;
    truncate_buf(&tree->path, pending.above);
    walk_chain_cut(&tree->chain, pending.above);
    tree->filter = pending.filter;
    bool added = pending.length == 0 || add_name(tree, stack->data + begin, pending.length);
    truncate_buf(stack, begin);
    return added;
}

/* Opens the folder that `path` names. Returns a descriptor, or -1 with errno. */
static int open_folder(const struct walk_tree *tree)
{
    int descriptor = -1;
    for (unsigned tries = 0; tries < DESCRIPTOR_TRIES; tries++) {
        descriptor = root_openat(tree->root, relative_path(tree), O_RDONLY | O_DIRECTORY);
        if (descriptor >= 0 || (errno != EMFILE && errno != ENFILE))
            break;
        if (walk_stop_requested(&tree->shared->stop))
            break;
        (void)poll(NULL, 0, DESCRIPTOR_WAIT_MS);
        errno = EMFILE;
    }
    return descriptor;
}

static struct walk_item folder_problem(const struct walk_tree *tree, int code)
{
    const char *path = shown_path(tree);
    switch (code) {
    case ENOENT:
        return walk_item_problem(path, code,
            "this folder was there and is gone: what lay in it can't be sent; "
            "run it again when nothing changes there");
    case ELOOP:
    case ENOTDIR:
    case EXDEV:
        return walk_item_problem(path, code,
            "this was a folder and is replaced by something else: what lay in it can't be sent; "
            "run it again when nothing changes there");
    default:
        return walk_item_problem(path, code,
            "this folder can't be read, and what lies in it is not sent: %s", error_reason(code));
    }
}

enum entered {
    ENTERED,           /* added, or links are not followed */
    ENTERED_NO_MEMORY, /* out of memory */
    ENTERED_LOOP,      /* the folder is in the chain already */
};

/* Adds the folder to the chain. */
static enum entered add_to_chain(struct walk_tree *tree, int descriptor)
{
    struct stat facts;
    if (!tree->shared->follow || fstat(descriptor, &facts) != 0)
        return ENTERED;
    if (walk_chain_has(&tree->chain, &facts))
        return ENTERED_LOOP;
    return walk_chain_add(&tree->chain, tree->path.length, &facts) ? ENTERED : ENTERED_NO_MEMORY;
}

/* Enters the folder that `path` names. False: it cannot, and `item` says why. */
static bool enter(struct walk_tree *tree, struct walk_item *item)
{
    int descriptor = open_folder(tree);
    if (descriptor < 0) {
        *item = folder_problem(tree, errno);
        return false;
    }
    switch (add_to_chain(tree, descriptor)) {
    case ENTERED_NO_MEMORY:
        *item = walk_item_no_memory();
        break;
    case ENTERED_LOOP:
        *item = walk_item_problem(shown_path(tree), ELOOP,
            "this link leads back to a folder that it lies in: it is not followed");
        break;
    case ENTERED:
        tree->stream = fdopendir(descriptor);
        if (tree->stream != NULL)
            return true;
        *item = folder_problem(tree, errno);
        break;
    }
    (void)close(descriptor);
    return false;
}

static void leave(struct walk_tree *tree)
{
    (void)closedir(tree->stream);
    tree->stream = NULL;
}

static struct walk_item link_problem(const struct walk_tree *tree, int code)
{
    const char *path = shown_path(tree);
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return walk_item_problem(path, code, "this link leads to nothing: it is not sent");
    case EXDEV:
        return walk_item_problem(path, code,
            "this link is absolute or leads out of the folder given: it is not followed; "
            "give --follow=outside, or what it leads to as a PATH of its own");
    case ELOOP:
        return walk_item_problem(
            path, code, "this link leads to too many links, or to itself: it is not followed");
    default:
        return walk_item_problem(
            path, code, "this link can't be followed, and is not sent: %s", error_reason(code));
    }
}

/* The file type bits of an entry, as in st_mode; 0 with errno: they cannot be determined. */
static mode_t entry_type(const struct walk_tree *tree, const struct dirent *found)
{
#ifdef DT_UNKNOWN
    if (found->d_type != DT_UNKNOWN)
        return DTTOIF(found->d_type);
#endif
    struct stat facts;
    if (fstatat(dirfd(tree->stream), found->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return facts.st_mode & S_IFMT;
}

static struct walk_decision filter_entry(const struct walk_tree *tree, bool is_folder)
{
    return walk_filter_step(tree->shared, tree->filter, relative_path(tree), is_folder);
}

/* Examines an entry of type `type`, links followed if that is wanted. True: `item` is to be
 * returned. */
static bool examine(
    struct walk_tree *tree, const char *name, size_t above, mode_t type, struct walk_item *item)
{
    struct walk_decision decision = filter_entry(tree, S_ISDIR(type));
    if (S_ISDIR(type)) {
        if (decision.filter == WALK_FILTER_EXCLUDED)
            return walk_filter_leave_out(tree->shared, tree->path.data, type, decision, item);
        if (push(tree, name, above, decision.filter))
            return false;
        *item = walk_item_no_memory();
        return true;
    }
    if (decision.filter != WALK_FILTER_INCLUDED)
        return walk_filter_leave_out(tree->shared, tree->path.data, type, decision, item);
    if (!S_ISREG(type))
        return walk_filter_pass_over(tree->shared, tree->path.data, type, item);
    *item = walk_item_file(tree->root, tree->path.data, tree->relative);
    return true;
}

static bool examine_link(
    struct walk_tree *tree, const char *name, size_t above, struct walk_item *item)
{
    struct stat facts;
    if (!tree->shared->follow)
        return examine(tree, name, above, S_IFLNK, item);
    if (root_stat(tree->root, relative_path(tree), true, &facts) == 0)
        return examine(tree, name, above, facts.st_mode & S_IFMT, item);
    int code = errno;
    struct walk_decision decision = filter_entry(tree, false);
    if (decision.filter != WALK_FILTER_INCLUDED)
        return walk_filter_leave_out(tree->shared, tree->path.data, S_IFLNK, decision, item);
    *item = link_problem(tree, code);
    return true;
}

static bool examine_found(
    struct walk_tree *tree, const struct dirent *found, size_t above, struct walk_item *item)
{
    mode_t type = entry_type(tree, found);
    if (type == 0) {
        int code = errno;
        *item = walk_item_problem(shown_path(tree), code,
            "this can't be looked at, and is not sent: %s", error_reason(code));
        return true;
    }
    if (S_ISLNK(type))
        return examine_link(tree, found->d_name, above, item);
    return examine(tree, found->d_name, above, type, item);
}

/* The errno with which reading the folder ended, or 0; `code` is readdir(3)'s. A folder that was
 * removed meanwhile reads as if it were empty. */
static int end_of_folder(const struct walk_tree *tree, int code)
{
    struct stat facts;
    if (code == 0 && fstat(dirfd(tree->stream), &facts) == 0 && facts.st_nlink == 0)
        return ENOENT;
    return code;
}

/* Reads one entry of the open folder. True: `item` is to be returned. */
static bool read_entry(struct walk_tree *tree, struct walk_item *item)
{
    errno = 0;
    const struct dirent *found = readdir(tree->stream);
    if (found == NULL) {
        int code = end_of_folder(tree, errno);
        leave(tree);
        if (code != 0)
            *item = folder_problem(tree, code);
        return code != 0;
    }
    if (walk_is_dots(found->d_name))
        return false;
    size_t above = tree->path.length;
    bool has_item = true;
    if (add_name(tree, found->d_name, strlen(found->d_name)))
        has_item = examine_found(tree, found, above, item);
    else
        *item = walk_item_no_memory();
    truncate_buf(&tree->path, above);
    return has_item;
}

bool walk_tree_next(struct walk_tree *tree, struct walk_item *item)
{
    while (!walk_stop_requested(&tree->shared->stop)) {
        if (tree->stream != NULL) {
            if (read_entry(tree, item))
                return true;
            continue;
        }
        if (tree->stack.length == 0)
            return false;
        if (!pop(tree)) {
            *item = walk_item_no_memory();
            return true;
        }
        if (!enter(tree, item))
            return true;
    }
    return false;
}

struct walk_tree *walk_tree_new(
    const struct root *root, const char *prefix, struct walk_shared *shared)
{
    struct walk_tree *tree = calloc(1, sizeof *tree);
    if (tree == NULL)
        return NULL;
    tree->root = root;
    tree->shared = shared;
    buf_init(&tree->path, WALK_PATH_MAX);
    buf_init(&tree->stack, STACK_MAX);
    bool has_prefix = prefix[0] != '\0';
    tree->relative = has_prefix ? strlen(prefix) + 1 : 0;
    if ((has_prefix && !buf_add_text(&tree->path, prefix)) ||
        !push(tree, "", tree->path.length, walk_filter_begin(shared))) {
        walk_tree_free(tree);
        return NULL;
    }
    return tree;
}

void walk_tree_free(struct walk_tree *tree)
{
    if (tree == NULL)
        return;
    if (tree->stream != NULL)
        leave(tree);
    walk_chain_free(&tree->chain);
    buf_free(&tree->stack);
    buf_free(&tree->path);
    free(tree);
}
