/* The limit of open files, and how many transfers fit under it. */
#ifndef SHOAL_CORE_DESCRIPTORS_H
#define SHOAL_CORE_DESCRIPTORS_H

struct descriptors {
    unsigned jobs;  /* files in flight */
    unsigned ahead; /* files loaded ahead of them */
};

/* What fits of the two in `wanted`, where each request opens `files` files: at least 1 of both.
 * Raises the process's soft limit towards the hard one where that is needed. */
struct descriptors descriptors_fit(struct descriptors wanted, unsigned files);

#endif
