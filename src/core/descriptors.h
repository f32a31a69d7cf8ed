/* The limit of open files, and how many transfers fit under it. */
#ifndef SHOAL_CORE_DESCRIPTORS_H
#define SHOAL_CORE_DESCRIPTORS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"

/* Numbers of files that are processed at the same time. */
struct descriptors {
    unsigned jobs;  /* files in flight */
    unsigned ahead; /* files loaded ahead of those in flight */
};

/* Returns how much of `wanted` fits under the limit of open files (RLIMIT_NOFILE), where each
 * request opens `files` files: at least 1 of both. Raises the soft limit of the process as far as
 * needed and allowed. */
struct descriptors descriptors_fit(struct descriptors wanted, unsigned files);

/* Whether a run is possible under that limit, where each request opens `files` files, with one file
 * in flight. Raises the soft limit as far as needed and allowed. False with `error`. */
MUST_USE bool descriptors_suffice(unsigned files, struct error *error);

#endif
