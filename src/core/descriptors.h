/* The limit of open files, and how many transfers fit under it. */
#ifndef SHOAL_CORE_DESCRIPTORS_H
#define SHOAL_CORE_DESCRIPTORS_H

/* Numbers of files that are processed at the same time. */
struct descriptors {
    unsigned jobs;  /* files in flight */
    unsigned ahead; /* files loaded ahead of those in flight */
};

/* Returns how much of `wanted` fits under the limit of open files (RLIMIT_NOFILE), where each
 * request opens `files` files: at least 1 of both. Raises the soft limit of the process as far as
 * needed and allowed. */
struct descriptors descriptors_fit(struct descriptors wanted, unsigned files);

#endif
