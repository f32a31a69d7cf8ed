/* Where the scheduler gets its files from: a function table over a walk in a thread of its own, so
 * that a slow disk never stalls the loop. A simulation uses files of its own. */
#ifndef SHOAL_IO_SOURCE_H
#define SHOAL_IO_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"
#include "io/walk.h"

/* A source: see struct source_ops. */
struct source;

/* What an implementation does. */
struct source_ops {
    /* Moves up to `most` items that are ready to `items`, in the walk's order, and returns their
     * number; the caller owns what they point to. The very last item is a WALK_END. 0: none is
     * ready yet, and `wake` will be called. Never blocks if there is a thread. */
    size_t (*take)(struct source *source, struct walk_item *items, size_t most);
    /* As walk_passed_over(); exact once WALK_END was taken. */
    uint64_t (*passed_over)(struct source *source);
    /* Stops the walk, even in a blocking read of standard input, and ends its thread, for which it
     * waits, but only for a moment. False: it hangs in a system call. Then the source, its walk and
     * what that was made with must stay in place until the process ends. */
    bool (*stop)(struct source *source);
    /* Frees the source, the walk and the items that were not taken, after stop() has returned true.
     */
    void (*free)(struct source *source);
};

/* The first member of every implementation. */
struct source {
    const struct source_ops *ops; /* static, the implementation's */
};

/* The most items that wait to be taken; then the walk pauses. */
#define SOURCE_QUEUE 1024

/* Makes a source, for its free(), which takes ownership of `walk`. It starts a thread; if the
 * system cannot start one, take() walks by itself, a few items per call. `wake(context)` is called
 * by the thread each time it adds an item to a queue that was empty at the start or that take()
 * emptied. NULL with `error`, after freeing `walk`: out of memory. */
MUST_USE struct source *source_new(
    struct walk *walk, void (*wake)(void *context), void *context, struct error *error);

#endif
