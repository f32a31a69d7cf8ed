#include "io/source.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/container_of.h"
#include "base/thread.h"

/* The most bytes of paths that wait in the queue: a path may be long. */
#define QUEUE_BYTES ((size_t)8 * 1024 * 1024)

/* The most items per take() if there is no thread. */
#define INLINE_MAX 64

struct walk_source {
    struct source source;
    struct walk *walk; /* used by the thread alone if there is one, but for walk_stop() */
    void (*wake)(void *context);
    void *context; /* the argument of wake() */
    pthread_t thread;
    bool ended; /* without a thread: WALK_END was taken */

    pthread_mutex_t lock;    /* guards the fields below */
    pthread_cond_t room;     /* the queue has room, or the source is being stopped */
    pthread_cond_t over;     /* `walked` is true */
    struct walk_item *queue; /* a ring of SOURCE_QUEUE items */
    size_t first;            /* index of the first item in the queue */
    size_t count;            /* items in the queue */
    size_t bytes;            /* of the paths in the queue */
    bool wake_due;           /* the next item is announced by wake() */
    bool stopping;           /* the source is being stopped */
    bool walked;             /* the thread does not touch the source any more */
    uint64_t passed_over;    /* as of the last item added */
};

static struct walk_source *walk_source_of(struct source *source)
{
    return container_of(source, struct walk_source, source);
}

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

/* ---- called by the thread */

static bool is_full(const struct walk_source *self)
{
    return self->count == SOURCE_QUEUE || self->bytes >= QUEUE_BYTES;
}

/* Waits for room and adds the item, which the queue then owns. False: the source is being stopped,
 * and the item is still the caller's. */
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
        wake = self->wake_due;
        self->wake_due = false;
    }
    (void)pthread_mutex_unlock(&self->lock);
    if (wake)
        self->wake(self->context);
    return !stopping;
}

static void *walk_all(void *context)
{
    struct walk_source *self = context;
    bool is_last = false;
    while (!is_last) {
        struct walk_item item = walk_next(self->walk);
        is_last = item.kind == WALK_END;
        if (!add_item(self, &item)) {
            item_free(&item);
            is_last = true;
        }
    }
    (void)pthread_mutex_lock(&self->lock);
    self->walked = true;
    (void)pthread_cond_signal(&self->over);
    (void)pthread_mutex_unlock(&self->lock);
    return NULL;
}

/* ---- called by the loop */

static size_t take_queued(struct source *source, struct walk_item *items, size_t most)
{
    struct walk_source *self = walk_source_of(source);
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
        self->wake_due = true;
    /* Not before half of the queue is free: the two threads would wake each other for every item.
     */
    if (self->count <= SOURCE_QUEUE / 2 && self->bytes <= QUEUE_BYTES / 2)
        (void)pthread_cond_signal(&self->room);
    (void)pthread_mutex_unlock(&self->lock);
    return taken;
}

static uint64_t queued_passed_over(struct source *source)
{
    struct walk_source *self = walk_source_of(source);
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
    (void)pthread_cond_destroy(&self->over);
    (void)pthread_cond_destroy(&self->room);
    (void)pthread_mutex_destroy(&self->lock);
    free(self->queue);
    walk_free(self->walk);
    free(self);
}

static bool stop_queued(struct source *source)
{
    struct walk_source *self = walk_source_of(source);
    struct clock clock = clock_system();
    int64_t until_us = clock_now_us(&clock) + THREAD_LINGER_US;
    walk_stop(self->walk);
    (void)pthread_mutex_lock(&self->lock);
    self->stopping = true;
    (void)pthread_cond_signal(&self->room);
    while (!self->walked && clock_now_us(&clock) < until_us)
        thread_wait_until(&self->over, &self->lock, until_us);
    bool walked = self->walked;
    (void)pthread_mutex_unlock(&self->lock);
    if (walked)
        (void)pthread_join(self->thread, NULL);
    else
        (void)pthread_detach(self->thread);
    return walked;
}

static void free_stopped(struct source *source)
{
    release(walk_source_of(source));
}

static const struct source_ops queued_ops = {
    .take = take_queued,
    .passed_over = queued_passed_over,
    .stop = stop_queued,
    .free = free_stopped,
};

/* ---- without a thread */

static size_t take_inline(struct source *source, struct walk_item *items, size_t most)
{
    struct walk_source *self = walk_source_of(source);
    size_t taken = 0;
    while (taken < most && taken < INLINE_MAX && !self->ended) {
        /* Items of a list are returned before the walk waits for more of it. */
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
    return walk_passed_over(walk_source_of(source)->walk);
}

static bool stop_inline(struct source *source)
{
    (void)source;
    return true;
}

static const struct source_ops inline_ops = {
    .take = take_inline,
    .passed_over = inline_passed_over,
    .stop = stop_inline,
    .free = free_stopped,
};

/* ---- with or without a thread */

struct source *source_new(
    struct walk *walk, void (*wake)(void *context), void *context, struct error *error)
{
    struct walk_source *self = calloc(1, sizeof *self);
    struct walk_item *queue = calloc(SOURCE_QUEUE, sizeof *queue);
    if (self == NULL || queue == NULL) {
        free(self);
        free(queue);
        walk_free(walk);
        (void)error_set_memory(error);
        return NULL;
    }
    self->source.ops = &queued_ops;
    self->walk = walk;
    self->wake = wake;
    self->context = context;
    self->queue = queue;
    self->wake_due = true;
    (void)pthread_mutex_init(&self->lock, NULL);
    (void)pthread_cond_init(&self->room, NULL);
    bool timed = thread_condition_init(&self->over);
    if (!timed)
        (void)pthread_cond_init(&self->over, NULL);
    if (!timed || !thread_start(&self->thread, walk_all, self))
        self->source.ops = &inline_ops;
    return &self->source;
}
