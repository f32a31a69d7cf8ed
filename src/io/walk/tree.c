/* Walks one folder, deepest first: a folder is read to its end, its files are given out as they
 * come and its folders' names are put on a stack, then the name on top is next. So one folder is
 * open at a time, and the stack holds no more than the folders beside the way down. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/walk/chain.h"
#include "io/walk/private.h"

#define STACK_MOST ((size_t)1024 * 1024 * 1024)

/* When transfers hold every descriptor there is, one is free again soon. */
#define DESCRIPTOR_TRIES   200
#define DESCRIPTOR_WAIT_MS 10

/* Behind each name on the stack. */
struct pending {
    uint32_t above; /* length of the path of its folder */
    uint32_t length;
    enum walk_filter filter;
};

struct walk_tree {
    const struct root *root;
    struct walk_shared *shared;
    size_t below;    /* where in `path` the part below the root begins */
    struct buf path; /* of the folder that is open; with its name while an entry is looked at */
    DIR *stream;     /* the folder that is open, or NULL */
    enum walk_filter filter; /* what applies to it */
    struct buf stack;        /* names of folders, a struct pending behind each */
    struct walk_chain chain; /* --follow: the folders from the root down to the open one */
};

static struct walk_item no_memory(void)
{
    return (struct walk_item){.kind = WALK_PROBLEM, .code = ENOMEM};
}

static void cut(struct buf *buf, size_t length)
{
    if (buf->data == NULL)
        return;
    buf->length = length;
    buf->data[length] = '\0';
}

static const char *relative_path(const struct walk_tree *tree)
{
    return tree->path.length <= tree->below ? "." : tree->path.data + tree->below;
}

/* The path that a problem is told with: the root itself goes by what the user called it. */
static const char *shown_path(const struct walk_tree *tree)
{
    if (tree->path.length > tree->below)
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

/* Makes the folder on top of the stack the one that `path` names. False: no memory. */
static bool pop(struct walk_tree *tree)
{
    struct buf *stack = &tree->stack;
    struct pending pending;
    memcpy(&pending, stack->data + stack->length - sizeof pending, sizeof pending);
    size_t begin = stack->length - sizeof pending - pending.length;
    cut(&tree->path, pending.above);
    walk_chain_cut(&tree->chain, pending.above);
    tree->filter = pending.filter;
    bool added = pending.length == 0 || add_name(tree, stack->data + begin, pending.length);
    cut(stack, begin);
    return added;
}

static int open_folder(const struct walk_tree *tree)
{
    int descriptor = -1;
    for (unsigned tries = 0; tries < DESCRIPTOR_TRIES; tries++) {
        descriptor = root_openat(tree->root, relative_path(tree), O_RDONLY | O_DIRECTORY);
        if (descriptor >= 0 || (errno != EMFILE && errno != ENFILE))
            break;
        if (walk_stop_asked(&tree->shared->stop))
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
            "this folder can't be read, and what lies in it is not sent: %s", strerror(code));
    }
}

enum entered {
    ENTERED,
    ENTERED_NO_MEMORY,
    ENTERED_LOOP,
};

static enum entered note_in_chain(struct walk_tree *tree, int descriptor)
{
    struct stat facts;
    if (!tree->shared->follow || fstat(descriptor, &facts) != 0)
        return ENTERED;
    if (walk_chain_has(&tree->chain, &facts))
        return ENTERED_LOOP;
    return walk_chain_add(&tree->chain, tree->path.length, &facts) ? ENTERED : ENTERED_NO_MEMORY;
}

/* Opens the folder that `path` names. False: `item` says why not. */
static bool enter(struct walk_tree *tree, struct walk_item *item)
{
    int descriptor = open_folder(tree);
    if (descriptor < 0) {
        *item = folder_problem(tree, errno);
        return false;
    }
    switch (note_in_chain(tree, descriptor)) {
    case ENTERED_NO_MEMORY:
        *item = no_memory();
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
            "give what it leads to as a PATH of its own");
    case ELOOP:
        return walk_item_problem(
            path, code, "this link leads to too many links, or to itself: it is not followed");
    default:
        return walk_item_problem(
            path, code, "this link can't be followed, and is not sent: %s", strerror(code));
    }
}

/* The file type bits of an entry, as in st_mode; 0 with errno where they can't be had. */
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

static enum walk_filter filter_entry(const struct walk_tree *tree, bool is_folder)
{
    return walk_filter_step(tree->shared, tree->filter, relative_path(tree), is_folder);
}

/* Looks at something of a known type that is no link any more. True: `item` is to be given out. */
static bool look_at(
    struct walk_tree *tree, const char *name, size_t above, mode_t type, struct walk_item *item)
{
    enum walk_filter filter = filter_entry(tree, S_ISDIR(type));
    if (S_ISDIR(type)) {
        if (filter == WALK_FILTER_OUT || push(tree, name, above, filter))
            return false;
        *item = no_memory();
        return true;
    }
    if (filter != WALK_FILTER_IN)
        return false;
    if (!S_ISREG(type)) {
        tree->shared->passed_over++;
        return false;
    }
    *item = walk_item_file(tree->root, tree->path.data, tree->below);
    return true;
}

static bool look_at_link(
    struct walk_tree *tree, const char *name, size_t above, struct walk_item *item)
{
    struct stat facts;
    if (!tree->shared->follow)
        return look_at(tree, name, above, S_IFLNK, item);
    if (root_stat(tree->root, relative_path(tree), true, &facts) == 0)
        return look_at(tree, name, above, facts.st_mode & S_IFMT, item);
    int code = errno;
    if (filter_entry(tree, false) != WALK_FILTER_IN)
        return false;
    *item = link_problem(tree, code);
    return true;
}

static bool look_at_found(
    struct walk_tree *tree, const struct dirent *found, size_t above, struct walk_item *item)
{
    mode_t type = entry_type(tree, found);
    if (type == 0) {
        int code = errno;
        *item = walk_item_problem(
            shown_path(tree), code, "this can't be looked at, and is not sent: %s", strerror(code));
        return true;
    }
    if (S_ISLNK(type))
        return look_at_link(tree, found->d_name, above, item);
    return look_at(tree, found->d_name, above, type, item);
}

/* How the folder that was read to its end ended: 0, or an errno. A folder that was removed
 * meanwhile reads as if it were empty. */
static int end_of_folder(const struct walk_tree *tree, int code)
{
    struct stat facts;
    if (code == 0 && fstat(dirfd(tree->stream), &facts) == 0 && facts.st_nlink == 0)
        return ENOENT;
    return code;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Goes one entry on in the open folder. True: `item` is to be given out. */
static bool read_on(struct walk_tree *tree, struct walk_item *item)
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
    if (is_dots(found->d_name))
        return false;
    size_t above = tree->path.length;
    bool has_item = true;
    if (add_name(tree, found->d_name, strlen(found->d_name)))
        has_item = look_at_found(tree, found, above, item);
    else
        *item = no_memory();
    cut(&tree->path, above);
    return has_item;
}

bool walk_tree_next(struct walk_tree *tree, struct walk_item *item)
{
    while (!walk_stop_asked(&tree->shared->stop)) {
        if (tree->stream != NULL) {
            if (read_on(tree, item))
                return true;
            continue;
        }
        if (tree->stack.length == 0)
            return false;
        if (!pop(tree)) {
            *item = no_memory();
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
    buf_init(&tree->stack, STACK_MOST);
    bool has_prefix = prefix[0] != '\0';
    tree->below = has_prefix ? strlen(prefix) + 1 : 0;
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
