/* Waits for descriptors to become ready. The only file that knows epoll(7) is poller.c: a port to
 * kqueue(2) replaces that one. */
#ifndef SHOAL_IO_HTTP_POLLER_H
#define SHOAL_IO_HTTP_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"

/* What a descriptor is ready for, as bits. */
enum poller_event {
    POLLER_READ = 1 << 0,   /* there is something to read, or the end */
    POLLER_WRITE = 1 << 1,  /* there is room to write */
    POLLER_CLOSED = 1 << 2, /* the peer has closed its side, or the connection broke; reported
                               whether it is asked for or not */
};

/* A descriptor that is watched. It is embedded in its owner's struct and stays in place while it is
 * watched. */
struct watch {
    int descriptor;
    /* Called from poller_wait() when the descriptor is ready; `events` are poller_event bits. It
     * may remove this watch and any other. */
    void (*ready)(struct watch *watch, unsigned events);
};

struct poller;

/* NULL with `error`: the system has no descriptor or memory for it. Freed with poller_free(), which
 * closes none of the descriptors watched. */
MUST_USE struct poller *poller_new(struct error *error);
void poller_free(struct poller *poller);

/* Watches `watch->descriptor` for both directions, each time that it becomes ready anew
 * (edge-triggered): read or write until there is no more before waiting again. False: out of memory
 * or over a limit of the system. */
MUST_USE bool poller_add_edges(struct poller *poller, struct watch *watch);

/* Watches it as long as it is ready for `events` (level-triggered). */
MUST_USE bool poller_add(struct poller *poller, struct watch *watch, unsigned events);

/* Changes the events of a watch that poller_add() added. */
MUST_USE bool poller_change(struct poller *poller, struct watch *watch, unsigned events);

/* Ends it; `watch->ready` is not called any more, not even for events that were collected already.
 * Call it before the descriptor is closed. */
void poller_remove(struct poller *poller, struct watch *watch);

/* Waits for at most `wait_us` microseconds (rounded up to milliseconds; 0: not at all), until
 * something is ready or poller_wake() is called, and calls `ready` for each watch that is. False
 * with `error`: the system's call failed. */
MUST_USE bool poller_wait(struct poller *poller, int64_t wait_us, struct error *error);

/* Ends the present or the next poller_wait(). May be called from any thread and from signal
 * handlers. */
void poller_wake(struct poller *poller);

#endif
