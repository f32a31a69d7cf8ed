#include "io/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "io/walk/private.h"

struct walk {
    struct walk_shared shared;
    struct walk_operands operands;
    size_t next;                /* index of the operand after the current one */
    struct walk_tree *tree;     /* the current operand's walk if it is a folder, otherwise NULL */
    struct walk_listed *listed; /* the list's walk, from the start; NULL: there is no list */
    bool in_list;               /* the current operand is the list */
    bool list_left;             /* there is a list, and it has not ended */
    struct root *base;          /* NULL: no base was given, and there is no list */
    size_t hint;                /* where walk_nothing_next() is */
    size_t hint_rule;           /* likewise */
    bool ended;                 /* the last item was returned */
};

/* Makes the pipe that walk_stop() writes to. False with `error`. */
static bool open_pipe(struct walk_stop *stop, struct error *error)
{
    if (pipe(stop->descriptors) != 0) {
        stop->descriptors[0] = stop->descriptors[1] = -1;
        return error_set(error, ERROR_SYSTEM, errno, "no pipe can be had: %s", error_reason(errno));
    }
    (void)fcntl(stop->descriptors[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(stop->descriptors[1], F_SETFD, FD_CLOEXEC);
    return true;
}

static void close_pipe(struct walk_stop *stop)
{
    for (size_t i = 0; i < 2; i++) {
        if (stop->descriptors[i] >= 0)
            (void)close(stop->descriptors[i]);
    }
}

static bool has_list(const struct walk_operands *operands)
{
    for (size_t i = 0; i < operands->count; i++) {
        if (operands->items[i].kind == WALK_OPERAND_LIST)
            return true;
    }
    return false;
}

/* Opens the base and begins the list, if there are any. False with `error`. */
static bool open_base(struct walk *walk, const struct walk_options *options, struct error *error)
{
    bool listed = has_list(&walk->operands);
    if (!listed && options->base == NULL)
        return true;
    const char *base = options->base == NULL ? "." : options->base;
    struct error why;
    walk->base = root_open(base, options->links, &why);
    if (walk->base == NULL)
        return error_set(error, why.class, why.code, "the base folder %s", why.text);
    if (!listed)
        return true;
    if (!open_pipe(&walk->shared.stop, error))
        return false;
    walk->listed = walk_listed_new(
        walk->base, base, options->list_descriptor, options->nul_separated, &walk->shared, error);
    walk->list_left = true;
    return walk->listed != NULL;
}

struct walk *walk_new(const struct walk_options *options, struct error *error)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    walk->shared = (struct walk_shared){
        .ignore = options->ignore,
        .no_hidden = options->no_hidden,
        .follow = options->links != ROOT_LINKS_NONE,
        .is_own = options->is_own,
        .may_be_own = options->may_be_own,
        .own_context = options->own_context,
        .tell_left_out = options->tell_left_out,
        .stop.descriptors = {-1, -1},
    };
    if (!walk_operands_open(&walk->operands, options, error) || !open_base(walk, options, error)) {
        walk_free(walk);
        return NULL;
    }
    walk_nothing_init(&walk->shared, &walk->operands);
    walk->hint_rule = IGNORE_NONE;
    return walk;
}

void walk_free(struct walk *walk)
{
    if (walk == NULL)
        return;
    walk_tree_free(walk->tree);
    walk_listed_free(walk->listed);
    close_pipe(&walk->shared.stop);
    root_close(walk->base);
    walk_operands_free(&walk->operands);
    ignore_suggest_free(walk->shared.suggest);
    free(walk);
}

/* A file that was given by itself. True: `item` is to be returned. --no-hidden does not apply to
 * its name. */
static bool yield_file(
    struct walk *walk, const struct walk_operand *operand, struct walk_item *item)
{
    struct walk_shared rules = {.ignore = walk->shared.ignore, .suggest = walk->shared.suggest};
    struct walk_decision decision = walk_filter_find(&rules, operand->name, false);
    if (decision.filter != WALK_FILTER_INCLUDED)
        return walk_filter_leave_out(&walk->shared, operand->name, S_IFREG, decision, item);
    *item = walk_item_file(operand->root, operand->name, 0);
    return true;
}

/* Begins the next operand. True: `item` is to be returned. */
static bool begin_operand(struct walk *walk, struct walk_item *item)
{
    const struct walk_operand *operand = &walk->operands.items[walk->next++];
    switch (operand->kind) {
    case WALK_OPERAND_FILE:
        return yield_file(walk, operand, item);
    case WALK_OPERAND_LIST:
        walk->in_list = true;
        return false;
    case WALK_OPERAND_FOLDER:
        break;
    }
    const char *prefix = walk->operands.count > 1 ? operand->name : "";
    walk->tree = walk_tree_new(operand->root, prefix, &walk->shared);
    if (walk->tree != NULL)
        return false;
    *item = walk_item_no_memory();
    return true;
}

/* Continues the current operand. True: `item` is to be returned. False: it has ended, or there is
 * none. */
static bool continue_operand(struct walk *walk, struct walk_item *item)
{
    if (walk->tree != NULL) {
        if (walk_tree_next(walk->tree, item))
            return true;
        walk_tree_free(walk->tree);
        walk->tree = NULL;
    }
    if (walk->in_list)
        walk->in_list = walk->list_left = walk_listed_next(walk->listed, item);
    return walk->in_list;
}

/* Is it one of the run's own files? A PATH may be a link to one. */
static bool is_own(const struct walk_shared *shared, const struct walk_item *item)
{
    struct stat facts;
    if (shared->is_own == NULL || item->kind != WALK_FILE)
        return false;
    const struct entry *entry = item->entry;
    if (!shared->may_be_own(shared->own_context, path_last_name(entry->path)))
        return false;
    bool through = shared->follow || entry->root->link_name != NULL;
    return root_stat(entry->root, entry_relative(entry), through, &facts) == 0 &&
           shared->is_own(shared->own_context, facts.st_dev, facts.st_ino);
}

/* There are no more operands. True: `item` is about rules that match nothing. */
static bool end(struct walk *walk, struct walk_item *item)
{
    bool more =
        walk_nothing_next(&walk->shared, &walk->operands, &walk->hint, &walk->hint_rule, item);
    walk->ended = !more;
    return more;
}

struct walk_item walk_next(struct walk *walk)
{
    struct walk_item item = {.kind = WALK_END};
    while (!walk->ended && !walk_stop_requested(&walk->shared.stop)) {
        bool has_item = continue_operand(walk, &item);
        if (!has_item && walk->next < walk->operands.count)
            has_item = begin_operand(walk, &item);
        else if (!has_item)
            has_item = end(walk, &item);
        if (has_item && is_own(&walk->shared, &item)) {
            struct entry *entry = item.entry;
            walk->shared.passed_over++;
            item = walk_item_own(entry->path);
            free(entry);
        }
        if (has_item) {
            walk->ended = walk->ended || walk_item_is_memory(&item);
            walk->shared.found += item.kind == WALK_FILE || item.kind == WALK_LOST;
            return item;
        }
    }
    return (struct walk_item){.kind = WALK_END};
}

uint64_t walk_passed_over(const struct walk *walk)
{
    return walk->shared.passed_over;
}

void walk_stop(struct walk *walk)
{
    struct walk_stop *stop = &walk->shared.stop;
    atomic_store(&stop->requested, true);
    if (stop->descriptors[1] >= 0)
        (void)!write(stop->descriptors[1], "", 1);
}

bool walk_may_wait(const struct walk *walk)
{
    return walk->list_left && !(walk->in_list && walk_listed_has_path(walk->listed));
}
