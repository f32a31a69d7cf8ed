#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define BUCKETS_FIRST 64

static uint64_t hash_of(const char *name)
{
    return hash_add(HASH_START, name, strlen(name));
}

void table_free(struct table *table, void (*release)(struct table_node *node))
{
    for (size_t i = 0; i < table->bucket_count; i++) {
        struct table_node *next;
        for (struct table_node *node = table->buckets[i]; node != NULL; node = next) {
            next = node->next;
            release(node);
        }
    }
    free(table->buckets);
    *table = (struct table){0};
}

static struct table_node **bucket_of(const struct table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->bucket_count - 1)];
}

struct table_node *table_find(const struct table *table, const char *name)
{
    if (table->count == 0)
        return NULL;
    uint64_t hash = hash_of(name);
    struct table_node *node = *bucket_of(table, hash);
    while (node != NULL && (node->hash != hash || strcmp(node->name, name) != 0))
        node = node->next;
    return node;
}

static void chain(struct table *table, struct table_node *node)
{
    struct table_node **bucket = bucket_of(table, node->hash);
    node->next = *bucket;
    *bucket = node;
}

/* Doubles the number of buckets. False: out of memory, and the table is unchanged. */
static bool grow(struct table *table)
{
    size_t count = table->bucket_count == 0 ? BUCKETS_FIRST : table->bucket_count * 2;
    struct table_node **buckets = calloc(count, sizeof *buckets);
    if (buckets == NULL)
        return false;
    struct table old = *table;
    table->buckets = buckets;
    table->bucket_count = count;
    for (size_t i = 0; i < old.bucket_count; i++) {
        struct table_node *next;
        for (struct table_node *node = old.buckets[i]; node != NULL; node = next) {
            next = node->next;
            chain(table, node);
        }
    }
    free(old.buckets);
    return true;
}

bool table_add(struct table *table, struct table_node *node, const char *name)
{
    /* Without memory for more buckets the chains only get longer. */
    if (table->count >= table->bucket_count && !grow(table) && table->bucket_count == 0)
        return false;
    node->name = name;
    node->hash = hash_of(name);
    chain(table, node);
    table->count++;
    return true;
}

void table_remove(struct table *table, struct table_node *node)
{
    struct table_node **at = bucket_of(table, node->hash);
    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
    table->count--;
}
