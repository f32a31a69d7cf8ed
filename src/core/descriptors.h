/* The limit of open files, and how many transfers fit under it. */
#ifndef SHOAL_CORE_DESCRIPTORS_H
#define SHOAL_CORE_DESCRIPTORS_H

/* How many of `wanted` files may be in flight, where each request opens `files` files: at least 1.
 * Raises the process's soft limit to the hard one where that is needed. */
unsigned descriptors_jobs(unsigned wanted, unsigned files);

#endif
