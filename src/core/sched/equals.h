/* Files whose requests are equal, so that a server cannot tell them apart. */
#ifndef SHOAL_CORE_SCHED_EQUALS_H
#define SHOAL_CORE_SCHED_EQUALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/event.h"
#include "core/plan.h"

/* A request that was made. */
struct equals_entry;

/* The requests so far. */
struct equals {
    struct equals_entry *entries; /* a hash table with open addressing; owned; NULL: empty */
    size_t capacity;              /* length of `entries`: 0 or a power of two */
    size_t count;                 /* entries in use */
    size_t count_most;            /* then requests are compared with those so far only */
    struct buf paths;             /* {path} of the entries, each with a NUL, while there is room */
    struct buf text;              /* scratch: a sentence */
    uint64_t told_most;           /* notices; further ones are counted */
    uint64_t found;               /* requests equal to an earlier one */
};

/* Initializes it. A dry run keeps every request and tells of each that equals an earlier one;
 * another run keeps 1,000,000, 16 MiB of paths, and tells of 10. */
void equals_init(struct equals *equals, bool dry_run);

/* Frees what it holds. */
void equals_free(struct equals *equals);

/* Notes the finished plan of `entry`, once per file, and tells of it if it equals an earlier one.
 * Without memory, or above the limits, nothing is kept. */
void equals_note(struct equals *equals, const struct entry *entry, const struct plan *plan,
    struct events *events);

/* At the end: tells how many equal requests were not told of. */
void equals_report(const struct equals *equals, struct events *events);

#endif
