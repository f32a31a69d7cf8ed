/* The walk that a configuration asks for. */
#ifndef SHOAL_CORE_WALK_SETUP_H
#define SHOAL_CORE_WALK_SETUP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"
#include "core/config.h"
#include "io/walk.h"

/* Which files are the run's own: see struct walk_options. */
struct walk_setup_own {
    bool (*is_own)(const void *context, uint64_t device, uint64_t inode);
    bool (*may_be_own)(const void *context, const char *name);
    const void *context;
};

/* Returns a new walk, for walk_free(). `config` and what `own` refers to must outlive it. NULL with
 * `error`, as walk_new(). */
MUST_USE struct walk *walk_setup(
    const struct config *config, const struct walk_setup_own *own, struct error *error);

/* Whether a second walk would find all files of the run, and only these: none is listed on standard
 * input, and nothing but filters chooses among them. */
bool walk_setup_repeats(const struct config *config);

#endif
