#include "io/source.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

#define QUEUE_BYTES ((size_t)8 * 1024 * 1024) /* of paths that may wait: they may be long */
#define INLINE_MOST 64                        /* items that one take() walks without a thread */

struct walk_source {
    struct source source;
    struct walk *walk; /* the thread's while there is one */
    void (*wake)(void *context);
    void *context;
    pthread_t thread;
    bool ended; /* WALK_END was taken; without a thread: also walked */

    pthread_mutex_t lock; /* for all that follows */
    pthread_cond_t room;
    struct walk_item *queue; /* SOURCE_QUEUE of them, a ring */
    size_t first;
    size_t count;
    size_t bytes;
    bool found_empty; /* wake() is due for the next item */
    bool stopping;
    uint64_t passed_over;
};

static size_t item_bytes(const struct walk_item *item)
{
    return item->entry == NULL ? 0 : strlen(item->entry->path);
}

static void item_free(struct walk_item *item)
{
    free(item->entry);
    free(item->path);
    free(item->text);
}

/* ---- the thread's side */

static bool is_full(const struct walk_source *self)
{
    return self->count == SOURCE_QUEUE || self->bytes >= QUEUE_BYTES;
}

/* Waits for room, adds the item and takes it over. False: the source is being freed. */
static bool add_item(struct walk_source *self, struct walk_item *item)
{
    (void)pthread_mutex_lock(&self->lock);
    while (!self->stopping && is_full(self))
        (void)pthread_cond_wait(&self->room, &self->lock);
    bool stopping = self->stopping;
    bool wake = false;
    if (!stopping) {
        self->queue[(self->first + self->count) % SOURCE_QUEUE] = *item;
        self->count++;
        self->bytes += item_bytes(item);
        self->passed_over = walk_passed_over(self->walk);
        wake = self->found_empty;
        self->found_empty = false;
    }
    (void)pthread_mutex_unlock(&self->lock);
    if (wake)
        self->wake(self->context);
    return !stopping;
}

static void *walk_all(void *context)
{
    struct walk_source *self = context;
    for (;;) {
        struct walk_item item = walk_next(self->walk);
        bool is_last = item.kind == WALK_END;
        if (!add_item(self, &item)) {
            item_free(&item);
            return NULL;
        }
        if (is_last)
            return NULL;
    }
}

/* ---- the loop's side */

static size_t take_queued(struct source *source, struct walk_item *items, size_t most)
{
    struct walk_source *self = (struct walk_source *)source;
    size_t taken = 0;
    (void)pthread_mutex_lock(&self->lock);
    for (; taken < most && self->count > 0; taken++) {
        struct walk_item *item = &self->queue[self->first];
        self->first = (self->first + 1) % SOURCE_QUEUE;
        self->count--;
        self->bytes -= item_bytes(item);
        items[taken] = *item;
    }
    if (self->count == 0)
        self->found_empty = true;
    /* Half empty first: else the two threads would wake each other for every item. */
    if (self->count <= SOURCE_QUEUE / 2 && self->bytes <= QUEUE_BYTES / 2)
        (void)pthread_cond_signal(&self->room);
    (void)pthread_mutex_unlock(&self->lock);
    return taken;
}

static uint64_t queued_passed_over(struct source *source)
{
    struct walk_source *self = (struct walk_source *)source;
    (void)pthread_mutex_lock(&self->lock);
    uint64_t passed_over = self->passed_over;
    (void)pthread_mutex_unlock(&self->lock);
    return passed_over;
}

static void release(struct walk_source *self)
{
    for (; self->count > 0; self->count--) {
        item_free(&self->queue[self->first]);
        self->first = (self->first + 1) % SOURCE_QUEUE;
    }
    (void)pthread_cond_destroy(&self->room);
    (void)pthread_mutex_destroy(&self->lock);
    free(self->queue);
    walk_free(self->walk);
    free(self);
}

static void free_queued(struct source *source)
{
    struct walk_source *self = (struct walk_source *)source;
    (void)pthread_mutex_lock(&self->lock);
    self->stopping = true;
    (void)pthread_cond_signal(&self->room);
    (void)pthread_mutex_unlock(&self->lock);
    walk_stop(self->walk);
    (void)pthread_join(self->thread, NULL);
    release(self);
}

static const struct source_ops queued_ops = {
    .take = take_queued,
    .passed_over = queued_passed_over,
    .free = free_queued,
};

/* ---- without a thread */

static size_t take_inline(struct source *source, struct walk_item *items, size_t most)
{
    struct walk_source *self = (struct walk_source *)source;
    size_t taken = 0;
    while (taken < most && taken < INLINE_MOST && !self->ended) {
        /* What was read of a list goes out before more of it is waited for. */
        if (taken > 0 && walk_may_wait(self->walk))
            break;
        items[taken] = walk_next(self->walk);
        self->ended = items[taken].kind == WALK_END;
        taken++;
    }
    return taken;
}

static uint64_t inline_passed_over(struct source *source)
{
    return walk_passed_over(((struct walk_source *)source)->walk);
}

static void free_inline(struct source *source)
{
    release((struct walk_source *)source);
}

static const struct source_ops inline_ops = {
    .take = take_inline,
    .passed_over = inline_passed_over,
    .free = free_inline,
};

/* ---- */

struct source *source_new(
    struct walk *walk, void (*wake)(void *context), void *context, struct error *error)
{
    struct walk_source *self = calloc(1, sizeof *self);
    struct walk_item *queue = calloc(SOURCE_QUEUE, sizeof *queue);
    if (self == NULL || queue == NULL) {
        free(self);
        free(queue);
        walk_free(walk);
        error_set_memory(error);
        return NULL;
    }
    self->source.ops = &queued_ops;
    self->walk = walk;
    self->wake = wake;
    self->context = context;
    self->queue = queue;
    self->found_empty = true;
    (void)pthread_mutex_init(&self->lock, NULL);
    (void)pthread_cond_init(&self->room, NULL);
    if (!thread_start(&self->thread, walk_all, self))
        self->source.ops = &inline_ops;
    return &self->source;
}
