/* How many files a walk is going to find, and how large they are: a second walk in a thread of its
 * own, which looks ahead of the one whose files are sent. Only for what people are shown: the files
 * may change meanwhile. It gives up on a file system of another machine, whose work it would
 * double. */
#ifndef SHOAL_IO_TALLY_H
#define SHOAL_IO_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"
#include "io/walk.h"

/* A tally under way. */
struct tally;

/* Starts to count what `walk` finds. Takes ownership of `walk`, also where it fails. The caller
 * stops and frees the tally. NULL: no thread or no memory. */
MUST_USE struct tally *tally_new(struct walk *walk);

/* What was counted so far: `*files`, and the bytes in them in `*bytes`. True: that is all. */
bool tally_read(const struct tally *tally, uint64_t *files, int64_t *bytes);

/* Ends the thread, for which it waits, but only for a moment. False: it hangs in a system call.
 * Then the tally, its walk and what that was made with must stay in place until the process ends.
 * NULL: true. */
bool tally_stop(struct tally *tally);

/* Frees the tally and the walk, after tally_stop() has returned true. NULL does nothing. */
void tally_free(struct tally *tally);

#endif
