/* Where the scheduler gets its files from: a function table over a walk in a thread of its own, so
 * that a slow disk never holds the loop up. A simulation puts its own files behind it. */
#ifndef SHOAL_IO_SOURCE_H
#define SHOAL_IO_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "io/walk.h"

struct source;

struct source_ops {
    /* Takes up to `most` items that are there now, in the walk's order; the last of all is a
     * WALK_END, after which nothing comes. 0: nothing there yet; `wake` is called when there is.
     * Never blocks where there is a thread. */
    size_t (*take)(struct source *source, struct walk_item *items, size_t most);
    /* As walk_passed_over(); exact once WALK_END was taken. */
    uint64_t (*passed_over)(struct source *source);
    /* Breaks the walk off (a blocking read of standard input too), waits for its thread, frees what
     * was not taken. */
    void (*free)(struct source *source);
};

/* What every implementation begins with. */
struct source {
    const struct source_ops *ops;
};

#define SOURCE_QUEUE 1024 /* items that may wait to be taken: the walk then pauses */

/* Takes over `walk` and starts its thread; where no thread can be had, take() walks by itself, a
 * few items a call. `wake(context)` is called from the thread, once for each time the queue was
 * empty (at the start, or left so by take()) and is no longer. NULL with `error` (and `walk` is
 * freed): no memory. */
struct source *source_new(
    struct walk *walk, void (*wake)(void *context), void *context, struct error *error);

#endif
