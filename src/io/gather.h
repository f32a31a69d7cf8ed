/* A source that waits for the end of another one before it passes anything on, so that all files
 * can be looked at together first. They are kept in memory. */
#ifndef SHOAL_IO_GATHER_H
#define SHOAL_IO_GATHER_H

#include <stddef.h>

#include "base/err.h"
#include "base/must_use.h"
#include "io/source.h"

/* Looks at all items of a complete walk, of which there are `count`, without the last, a WALK_END.
 * Returns NULL, or a sentence, for free(3), that says why none of the files may be used. `context`
 * is the caller's. */
typedef char *gather_check_fn(void *context, const struct walk_item *items, size_t count);

/* Makes a source, for its free(), which takes ownership of `inner`. If `check` returns a sentence,
 * its items are those that are not files, then a WALK_REFUSED with the sentence, then the end. It
 * keeps at most `most` files; more are refused. NULL with `error`, after freeing `inner`: out of
 * memory. */
MUST_USE struct source *gather_new(
    struct source *inner, size_t most, gather_check_fn *check, void *context, struct error *error);

#endif
