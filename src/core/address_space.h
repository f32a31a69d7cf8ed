/* The limit of the address space (`ulimit -v`), and how many transfers fit under it. */
#ifndef SHOAL_CORE_ADDRESS_SPACE_H
#define SHOAL_CORE_ADDRESS_SPACE_H

#include "core/descriptors.h"

/* Returns how much of `wanted` fits under the limit of the address space (RLIMIT_AS), beside what
 * the process uses now: at least 1 of both. All of it where there is no limit. */
struct descriptors address_space_fit(struct descriptors wanted);

#endif
