/* A hash table of objects by name. Nodes live inside the caller's objects, as those of a heap do.
 * It does not resist names that were chosen to collide, which could only cost time. */
#ifndef SHOAL_BASE_TABLE_H
#define SHOAL_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must_use.h"

/* An object's place in a table. */
struct table_node {
    const char *name; /* the object's; stays in place and unchanged while it is in the table */
    struct table_node *next; /* in its bucket */
    uint64_t hash;           /* of `name` */
};

/* A table. All zero: empty. */
struct table {
    struct table_node **buckets; /* chains; owned; NULL: none yet */
    size_t bucket_count;         /* 0 or a power of two */
    size_t count;                /* objects in it */
};

/* Calls `release` for each object, which may free it, and frees the table's own memory. The table
 * is empty afterwards. */
void table_free(struct table *table, void (*release)(struct table_node *node));

/* The node with that name, or NULL. */
struct table_node *table_find(const struct table *table, const char *name);

/* Adds `node` under `name`, which must not be in the table. False: out of memory. */
MUST_USE bool table_add(struct table *table, struct table_node *node, const char *name);

/* Removes a node that is in the table. */
void table_remove(struct table *table, struct table_node *node);

#endif
