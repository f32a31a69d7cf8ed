/* Text on the way to one descriptor, which a thread of its own writes: the caller does not wait for
 * whoever reads it.
 *
 * What is added is passed to write(2) within OUTBOX_DELAY_US, as long as the descriptor takes it.
 * Up to OUTBOX_MOST bytes wait; when they do, outbox_add() waits for room. Nothing is lost and the
 * order stays. Without a thread, outbox_add() writes by itself. The descriptor's flags are not
 * changed: a pipe may be shared with other processes, which do not expect O_NONBLOCK. */
#ifndef SHOAL_APP_OUTBOX_H
#define SHOAL_APP_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"

/* The most bytes that wait; one addition alone may be longer. */
#define OUTBOX_MOST ((size_t)16 << 20)

/* The longest time that bytes wait for more to be written with them, in microseconds. */
#define OUTBOX_DELAY_US 5000

/* One destination. One thread uses it: the one that made it. */
struct outbox;

/* Makes an outbox for `descriptor`, which stays open until outbox_free(). Starts no thread before
 * the first addition. The caller frees it with outbox_free(). NULL: out of memory. */
MUST_USE struct outbox *outbox_new(int descriptor);

/* Adds `length` bytes of whole lines, which are written with no other text between them where the
 * system writes them at once. May wait for room; the second signal of a run ends that. False: the
 * outbox has failed. */
bool outbox_add(struct outbox *outbox, const char *data, size_t length);

/* Waits until everything is written; the second signal of a run ends that. False: the outbox has
 * failed. */
bool outbox_finish(struct outbox *outbox);

/* Bytes that wait or are being written. */
size_t outbox_waiting(struct outbox *outbox);

/* The errno of the first write that failed, after which nothing is written; 0: none. NULL: 0. */
int outbox_failure(struct outbox *outbox);

/* Ends the thread and frees the outbox without writing what waits. A thread that is held in
 * write(2) after the second signal is left alone, with its memory, for the end of the process.
 * NULL does nothing. */
void outbox_free(struct outbox *outbox);

#endif
