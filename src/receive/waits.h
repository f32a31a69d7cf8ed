/* Suspended connections: each is resumed at a set time, or as soon as its client closes it. */
#ifndef SHOAL_RECEIVE_WAITS_H
#define SHOAL_RECEIVE_WAITS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/must_use.h"

/* One wait, embedded in the object that waits. Timed, or indefinite: until the client closes. */
struct wait {
    struct heap_node timer; /* in `timers` while a timed wait is active */
    void *owner;            /* the object that waits */
    int descriptor;         /* the client's connection, polled during an indefinite wait */
    size_t slot;            /* index in `polled`, or WAIT_NO_SLOT */
};

/* The `slot` of a wait that is not polled. */
#define WAIT_NO_SLOT SIZE_MAX

/* The first entries of `polled`, which belong to the event loop. */
#define WAITS_RESERVED 2

/* All active waits. */
struct waits {
    struct heap timers;                /* timed waits by the time they end, in microseconds */
    struct pollfd *polled;             /* WAITS_RESERVED entries of the event loop, then one for
                                          each indefinite wait */
    struct wait **waiting;             /* the wait of each entry of `polled`; NULL: reserved */
    size_t count;                      /* entries of `polled` and `waiting`, reserved included */
    void (*resume)(struct wait *wait); /* called when a wait has ended and was removed */
};

/* Makes an empty set; reserved entries have descriptor -1, which poll(2) ignores. waits_free()
 * frees its memory, also after a failure. False: out of memory. */
MUST_USE bool waits_init(struct waits *waits, void (*resume)(struct wait *wait));

/* Frees the arrays, not the waits. */
void waits_free(struct waits *waits);

/* Makes `wait` inactive. `owner` and `descriptor` as in struct wait. */
void wait_init(struct wait *wait, void *owner, int descriptor);

/* Starts a wait until `due_us` by the event loop's clock, or an indefinite one (CLOCK_NEVER). The
 * set keeps the pointer until the wait is resumed or removed. False: out of memory. */
MUST_USE bool waits_add(struct waits *waits, struct wait *wait, int64_t due_us);

/* Removes the wait if it is active, without resuming it. */
void waits_remove(struct waits *waits, struct wait *wait);

/* Returns the milliseconds until the next timed wait ends, rounded up; -1: there is none. */
int waits_timeout_ms(const struct waits *waits, int64_t now_us);

/* Resumes each timed wait that has ended by `now_us`, and each indefinite one whose entry in
 * `polled` has an event. */
void waits_resume_due(struct waits *waits, int64_t now_us);

/* Resumes each indefinite wait. */
void waits_resume_indefinite(struct waits *waits);

/* Resumes every wait. */
void waits_resume_all(struct waits *waits);

#endif
