/* Paths from a list. Each is taken from the base, made absolute and normal, without "." and "..",
 * by its text alone, and what is below the base is examined beneath the base's descriptor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "io/walk/path_list.h"
#include "io/walk/private.h"

#define LIST_SHOWN_AS "-" /* the path of a problem with the list itself */

struct walk_listed {
    const struct root *root;
    struct walk_shared *shared;
    struct buf working;  /* the working directory in normal form: "" for "/", otherwise "/a/b" */
    struct buf base;     /* the base, likewise, by its text */
    bool base_given;     /* the base is not just the working directory */
    char *real_base;     /* the base, likewise, as realpath(3) resolves it; NULL: it cannot */
    struct buf absolute; /* the current path, likewise */
    struct path_list list;
};

/* Removes the last name of the normal form in `out`; "/" stays. */
static void drop_name(struct buf *out)
{
    if (out->length == 0)
        return;
    while (out->data[--out->length] != '/')
        ;
    out->data[out->length] = '\0';
}

/* Whether `name` (`length` bytes) is `what`. */
static bool names_this(const char *name, size_t length, const char *what)
{
    return length == strlen(what) && memcmp(name, what, length) == 0;
}

/* Applies the names of `path` to the normal form in `out`. False: out of memory. */
static bool add_normal(struct buf *out, const char *path)
{
    for (;;) {
        path += strspn(path, "/");
        size_t length = strcspn(path, "/");
        if (length == 0)
            return true;
        if (names_this(path, length, ".."))
            drop_name(out);
        else if (!names_this(path, length, ".") &&
                 !(buf_add_byte(out, '/') && buf_add(out, path, length)))
            return false;
        path += length;
    }
}

/* Sets `out` to the normal form of `path`, which starts from `working`. False: out of memory. */
static bool make_absolute(struct buf *out, const struct buf *working, const char *path)
{
    buf_clear(out);
    if (path[0] != '/' && !buf_add_text(out, buf_text(working)))
        return false;
    return add_normal(out, path);
}

/* The part of `path` below `folder`, "" if they are the same; NULL if it is not below. */
static const char *part_below(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    if (strncmp(folder, path, length) != 0)
        return NULL;
    if (path[length] == '\0')
        return path + length;
    return path[length] == '/' ? path + length + 1 : NULL;
}

/* A path may be outside the base by its text and inside it once links in it or in the working
 * directory are resolved. Changes `absolute` to the real path; returns its part below the base, or
 * NULL. */
static const char *find_below_real_base(struct walk_listed *listed)
{
    struct buf *absolute = &listed->absolute;
    const char *slash = strrchr(buf_text(absolute), '/');
    if (slash == NULL || listed->real_base == NULL)
        return NULL;
    char *name = strdup(slash);
    absolute->data[slash - absolute->data] = '\0';
    char *folder = realpath(absolute->data[0] == '\0' ? "/" : absolute->data, NULL);
    bool made = false;
    if (name != NULL && folder != NULL) {
        buf_clear(absolute);
        made = add_normal(absolute, folder) && buf_add_text(absolute, name);
    }
    free(folder);
    free(name);
    return made ? part_below(listed->real_base, buf_text(absolute)) : NULL;
}

/* The part of `absolute` below the base; NULL: it is outside. */
static const char *find_below_base(struct walk_listed *listed)
{
    const char *absolute = buf_text(&listed->absolute);
    const char *below = part_below(buf_text(&listed->base), absolute);
    if (below == NULL && listed->real_base != NULL)
        below = part_below(listed->real_base, absolute);
    return below != NULL ? below : find_below_real_base(listed);
}

/* The item for a listed path that cannot be examined, because of the errno `code`. */
static struct walk_item lost(const struct walk_listed *listed, const char *relative,
    const struct path_record *record, bool is_link, int code)
{
    const struct root *root = listed->root;
    if (!record->complete && (code == ENOENT || code == ENOTDIR))
        return walk_item_lost(root, relative, 0, code,
            "standard input ended in the middle of a path, or the file does not exist");
    if (is_link && code == ENOENT)
        return walk_item_lost(root, relative, 0, code, "this link leads to nothing");
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return walk_item_lost(root, relative, 0, code,
            listed->base_given ? "no such file in the folder that --base names, from which "
                                 "listed paths are opened"
                               : "no such file");
    case EXDEV:
        return walk_item_lost(root, relative, 0, code,
            "a link in this path is absolute or leads out of the base: it is not followed");
    case ELOOP:
        return walk_item_lost(root, relative, 0, code,
            root->follow ? "there are too many links in this path, or one that leads to itself"
                         : "a folder in this path is a link: give --follow, or its real path");
    default:
        return walk_item_lost(
            root, relative, 0, code, "this can't be looked at: %s", error_reason(code));
    }
}

/* The facts of what a listed path names, after following a link if that is wanted. False with
 * errno. */
static bool look(
    const struct walk_listed *listed, const char *relative, struct stat *facts, bool *is_link)
{
    *is_link = false;
    if (root_stat(listed->root, relative, false, facts) != 0)
        return false;
    if (!S_ISLNK(facts->st_mode) || !listed->shared->follow)
        return true;
    *is_link = true;
    return root_stat(listed->root, relative, true, facts) == 0;
}

/* True: `item` is to be returned. `relative` is part of `absolute`. */
static bool examine_path(struct walk_listed *listed, char *relative,
    const struct path_record *record, struct walk_item *item)
{
    if (relative[0] == '\0') {
        *item = walk_item_problem(
            record->data, EISDIR, "this is the base itself: list files, or give it as a PATH");
        return true;
    }
    struct stat facts;
    bool is_link;
    bool found = look(listed, relative, &facts, &is_link);
    int code = errno;
    bool is_folder = found && S_ISDIR(facts.st_mode);
    struct walk_decision decision = walk_filter_find(listed->shared, relative, is_folder);
    if (decision.filter != WALK_FILTER_INCLUDED)
        return walk_filter_leave_out(
            listed->shared, relative, found ? facts.st_mode : S_IFREG, decision, item);
    if (!found)
        *item = lost(listed, relative, record, is_link, code);
    else if (S_ISREG(facts.st_mode))
        *item = walk_item_file(listed->root, relative, 0);
    else if (S_ISDIR(facts.st_mode))
        *item = walk_item_problem(
            relative, EISDIR, "this is a folder: list its files, or give it as a PATH");
    else
        return walk_filter_pass_over(listed->shared, relative, facts.st_mode, item);
    return true;
}

/* Examines the path of a record. True: `item` is to be returned. */
static bool examine_record(
    struct walk_listed *listed, const struct path_record *record, struct walk_item *item)
{
    if (strlen(record->data) != record->length) {
        *item = walk_item_problem(record->data, EINVAL,
            "a line on standard input holds a NUL byte; with -0 that is what ends a path");
        return true;
    }
    if (!make_absolute(&listed->absolute, &listed->base, record->data)) {
        *item = walk_item_no_memory();
        return true;
    }
    const char *below = find_below_base(listed);
    if (below == NULL) {
        *item = walk_item_lost(listed->root, record->data, 0, EXDEV,
            "this path lies outside the base folder: give --base with a folder above it");
        return true;
    }
    return examine_path(
        listed, listed->absolute.data + (below - listed->absolute.data), record, item);
}

static struct walk_item list_problem(int code)
{
    return walk_item_problem(LIST_SHOWN_AS, code,
        "standard input can't be read, so the list is not whole: %s", error_reason(code));
}

bool walk_listed_next(struct walk_listed *listed, struct walk_item *item)
{
    while (!walk_stop_requested(&listed->shared->stop)) {
        struct path_record record;
        switch (path_list_next(&listed->list, &record)) {
        case PATH_LIST_RECORD:
            if (examine_record(listed, &record, item))
                return true;
            break;
        case PATH_LIST_TOO_LONG:
            *item = walk_item_problem(LIST_SHOWN_AS, ENAMETOOLONG,
                "a path on standard input is longer than 1 MiB, and was passed over; "
                "paths end with %s",
                listed->list.separator == '\0' ? "a NUL byte, as -0 says"
                                               : "a newline, or with -0 a NUL byte");
            return true;
        case PATH_LIST_FAILED:
            *item = list_problem(errno);
            return true;
        case PATH_LIST_END:
            return false;
        }
    }
    return false;
}

bool walk_listed_has_path(const struct walk_listed *listed)
{
    return path_list_has_record(&listed->list);
}

/* Determines the folders that paths are compared with. False with `error`. */
static bool find_folders(struct walk_listed *listed, const char *base, struct error *error)
{
    char *working = getcwd(NULL, 0);
    if (working == NULL)
        return error_set(error, ERROR_SYSTEM, errno,
            "the working folder, which listed paths start from, can't be told: %s",
            error_reason(errno));
    bool made = add_normal(&listed->working, working) &&
                make_absolute(&listed->base, &listed->working, base);
    free(working);
    if (!made)
        return error_set_memory(error);
    listed->real_base = realpath(base, NULL);
    if (listed->real_base != NULL && strcmp(listed->real_base, "/") == 0)
        listed->real_base[0] = '\0';
    return true;
}

struct walk_listed *walk_listed_new(const struct root *root, const char *base, int descriptor,
    bool nul_separated, struct walk_shared *shared, struct error *error)
{
    struct walk_listed *listed = calloc(1, sizeof *listed);
    if (listed == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    listed->root = root;
    listed->shared = shared;
    listed->base_given = strcmp(base, ".") != 0;
    buf_init(&listed->working, WALK_PATH_MAX);
    buf_init(&listed->base, WALK_PATH_MAX);
    buf_init(&listed->absolute, WALK_PATH_MAX);
    path_list_init(
        &listed->list, descriptor, shared->stop.descriptors[0], nul_separated ? '\0' : '\n');
    if (!find_folders(listed, base, error)) {
        walk_listed_free(listed);
        return NULL;
    }
    return listed;
}

void walk_listed_free(struct walk_listed *listed)
{
    if (listed == NULL)
        return;
    path_list_free(&listed->list);
    buf_free(&listed->absolute);
    free(listed->real_base);
    buf_free(&listed->base);
    buf_free(&listed->working);
    free(listed);
}
