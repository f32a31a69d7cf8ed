/* Compares a list of URLs with the files that were found, before anything is sent. */
#ifndef SHOAL_CORE_URL_CHECK_H
#define SHOAL_CORE_URL_CHECK_H

#include <stddef.h>

#include "base/must_use.h"
#include "core/selection.h"
#include "io/walk.h"

/* A gather_check_fn (io/gather.h); `context` is the struct selection of the run, whose
 * configuration has `urls`. The sentence names files of the run without a URL, and URLs without a
 * file, a few of each. */
MUST_USE char *url_check(void *context, const struct walk_item *items, size_t count);

#endif
