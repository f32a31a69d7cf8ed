#include "io/gather.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/container_of.h"

#define TAKEN_AT_ONCE 64

struct gather {
    struct source source;    /* the interface */
    struct source *inner;    /* owned */
    gather_check_fn *check;  /* the caller's */
    void *context;           /* for `check` */
    size_t most;             /* files */
    struct walk_item *items; /* what `inner` has given, without its end; owned */
    size_t count;            /* length of `items` */
    size_t given;            /* of `items`, already passed on */
    size_t files;            /* of `items`; counted beyond `most` too */
    bool complete;           /* `inner` has ended */
    bool lost;               /* there was no memory for an item */
    bool refused;            /* a WALK_REFUSED is still to be passed on */
    char *refusal;           /* its text; NULL: no memory for it */
    bool ended;              /* the WALK_END was passed on */
};

static struct gather *gather_of(struct source *source)
{
    return container_of(source, struct gather, source);
}

static void free_item(struct walk_item *item)
{
    free(item->entry);
    free(item->path);
    free(item->text);
    *item = (struct walk_item){0};
}

static bool is_file(const struct walk_item *item)
{
    return item->kind == WALK_FILE || item->kind == WALK_LOST;
}

/* Keeps the item. A file above the limit is only counted. */
static void keep(struct gather *gather, struct walk_item *item)
{
    struct walk_item *items = NULL;
    gather->files += is_file(item);
    if (!is_file(item) || gather->files <= gather->most) {
        items = array_grow(gather->items, gather->count, sizeof *items);
        gather->lost = gather->lost || items == NULL;
    }
    if (items == NULL) {
        free_item(item);
        return;
    }
    gather->items = items;
    items[gather->count++] = *item;
}

/* Removes the files: `text`, which may be NULL for lack of memory, says what is wrong with them. */
static void refuse(struct gather *gather, char *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < gather->count; i++) {
        if (is_file(&gather->items[i]))
            free_item(&gather->items[i]);
        else
            gather->items[kept++] = gather->items[i];
    }
    gather->count = kept;
    gather->refused = true;
    gather->refusal = text;
}

static void check(struct gather *gather)
{
    char *text = NULL;
    if (gather->lost) {
        refuse(gather, NULL);
    } else if (gather->files > gather->most) {
        if (asprintf(&text, "%zu files are more than are possible here (%zu)", gather->files,
                gather->most) < 0)
            text = NULL;
        refuse(gather, text);
    } else {
        text = gather->check(gather->context, gather->items, gather->count);
        if (text != NULL)
            refuse(gather, text);
    }
}

/* Takes what `inner` has. Returns whether that was all. */
static bool complete(struct gather *gather)
{
    while (!gather->complete) {
        struct walk_item taken[TAKEN_AT_ONCE];
        size_t count = gather->inner->ops->take(gather->inner, taken, TAKEN_AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            if (taken[i].kind == WALK_END)
                gather->complete = true;
            else
                keep(gather, &taken[i]);
        }
        if (gather->complete)
            check(gather);
        else if (count == 0)
            return false;
    }
    return true;
}

static size_t take(struct source *source, struct walk_item *items, size_t most)
{
    struct gather *gather = gather_of(source);
    size_t passed = 0;
    if (!complete(gather))
        return 0;
    while (passed < most && gather->given < gather->count)
        items[passed++] = gather->items[gather->given++];
    if (passed < most && gather->refused) {
        items[passed++] = (struct walk_item){.kind = WALK_REFUSED, .text = gather->refusal};
        gather->refused = false;
        gather->refusal = NULL;
    }
    if (passed < most && !gather->ended) {
        items[passed++] = (struct walk_item){.kind = WALK_END};
        gather->ended = true;
    }
    return passed;
}

static uint64_t passed_over(struct source *source)
{
    struct source *inner = gather_of(source)->inner;
    return inner->ops->passed_over(inner);
}

static bool stop(struct source *source)
{
    struct source *inner = gather_of(source)->inner;
    return inner->ops->stop(inner);
}

static void release(struct source *source)
{
    struct gather *gather = gather_of(source);
    for (size_t i = gather->given; i < gather->count; i++)
        free_item(&gather->items[i]);
    free(gather->items);
    free(gather->refusal);
    gather->inner->ops->free(gather->inner);
    free(gather);
}

struct source *gather_new(struct source *inner, size_t most, gather_check_fn *check_files,
    void *context, struct error *error)
{
    static const struct source_ops ops = {
        .take = take, .passed_over = passed_over, .stop = stop, .free = release};
    struct gather *gather = calloc(1, sizeof *gather);
    if (gather == NULL) {
        if (inner->ops->stop(inner))
            inner->ops->free(inner);
        (void)error_set_memory(error);
        return NULL;
    }
    *gather = (struct gather){
        .source.ops = &ops, .inner = inner, .check = check_files, .context = context, .most = most};
    return &gather->source;
}
