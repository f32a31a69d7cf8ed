/* --only-failed: what an earlier run says of each file, from its events or its journal. */
#ifndef SHOAL_CORE_ONLY_FAILED_H
#define SHOAL_CORE_ONLY_FAILED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "core/config.h"
#include "core/identity.h"
#include "io/walk.h"

/* What one earlier run, or all runs of a journal, say. */
struct only_failed;

/* Reads all of the file that the option names. The caller frees the result; `config` must outlive
 * it. NULL with `error`: it cannot be read, is damaged, or is neither events nor a journal. */
MUST_USE struct only_failed *only_failed_new(const struct config *config, struct error *error);

/* Frees it; NULL does nothing. */
void only_failed_free(struct only_failed *known);

/* What the user must know about the file; NULL: nothing. */
const char *only_failed_notice(const struct only_failed *known);

/* Whether the file is to be sent: it is not shown as sent, exists or skipped, or as unknown where
 * --at-most-once is given. Notes that it was found. */
MUST_USE bool only_failed_takes(struct only_failed *known, const struct entry *entry);

/* Calls `gone` for each file that is to be sent and was neither found nor is on the disk. */
void only_failed_each_gone(
    struct only_failed *known, void (*gone)(void *context, const char *path), void *context);

#endif
