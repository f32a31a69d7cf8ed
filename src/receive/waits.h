/* Connections that were suspended: each goes on at a moment, or as soon as its client has gone. */
#ifndef SHOAL_RECEIVE_WAITS_H
#define SHOAL_RECEIVE_WAITS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"

/* Inside the object that waits. */
struct wait {
    struct heap_node timer; /* first: a heap node is its wait */
    void *owner;            /* what goes on */
    int descriptor;         /* the client's connection, looked at while the wait has no end */
    size_t slot;            /* among `polled`, or WAIT_NO_SLOT */
};

#define WAIT_NO_SLOT SIZE_MAX

struct waits {
    struct heap timers;
    struct pollfd
        *polled; /* WAITS_RESERVED of the caller's, then one for each wait without an end */
    struct wait **waiting;             /* beside `polled` */
    size_t count;                      /* of both, the reserved ones too */
    void (*resume)(struct wait *wait); /* the wait is over; it is in the list no more */
};

/* The first entries of `polled` are the loop's own. */
#define WAITS_RESERVED 2

/* False: no memory. */
bool waits_init(struct waits *waits, void (*resume)(struct wait *wait));
void waits_free(struct waits *waits);

void wait_init(struct wait *wait, void *owner, int descriptor);

/* Begins a wait until `due_us` by the loop's clock, or until the client has gone (CLOCK_NEVER).
 * False: no memory. */
bool waits_add(struct waits *waits, struct wait *wait, int64_t due_us);

/* Takes it out if it is in, without resuming it. */
void waits_remove(struct waits *waits, struct wait *wait);

/* Milliseconds until the next wait is over, rounded up; -1: there is none that ends by time. */
int waits_timeout_ms(const struct waits *waits, int64_t now_us);

/* Resumes what is due, and whose client has gone according to `polled`. */
void waits_settle(struct waits *waits, int64_t now_us);

/* Resumes those that have no end; or all. */
void waits_end(struct waits *waits, bool all);

#endif
