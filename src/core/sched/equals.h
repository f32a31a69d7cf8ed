/* Files whose requests are equal, so that a server cannot tell them apart. */
#ifndef SHOAL_CORE_SCHED_EQUALS_H
#define SHOAL_CORE_SCHED_EQUALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/event.h"
#include "core/plan.h"

/* The requests so far. */
struct equals {
    bool impossible;    /* no two requests can be equal: nothing is kept */
    uint64_t *hashes;   /* a hash table with open addressing; 0: free; owned; NULL: empty */
    uint32_t *places;   /* of each hash: offset in `paths` plus 1; 0: there was no room; owned */
    size_t capacity;    /* length of `hashes` and `places`: 0 or a power of two */
    size_t count;       /* hashes in use */
    size_t count_most;  /* then requests are compared with those so far only */
    struct buf paths;   /* {path}s, each with a NUL, while there is room */
    struct buf text;    /* scratch: a sentence */
    uint64_t told_most; /* notices; further ones are counted */
    uint64_t found;     /* requests equal to an earlier one */
};

/* Initializes it. A dry run keeps every request and tells of each that equals an earlier one;
 * another run keeps 1,000,000, 8 MiB of paths, and tells of 10. Nothing is kept where each request
 * contains the file's {path}, unless a list of paths may name a file twice. */
void equals_init(struct equals *equals, const struct config *config);

/* Frees what it holds. */
void equals_free(struct equals *equals);

/* Notes the finished plan of `entry`, once per file, and tells of it if it equals an earlier one.
 * Without memory, or above the limits, nothing is kept. */
void equals_note(struct equals *equals, const struct entry *entry, const struct plan *plan,
    struct events *events);

/* At the end: tells how many equal requests were not told of. */
void equals_report(const struct equals *equals, struct events *events);

#endif
