#include "core/sched/group.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_FIRST 64

struct group {
    struct group *next;              /* in its bucket */
    uint64_t hash;                   /* of `key` */
    bool first_left;                 /* its first member has left */
    size_t active;                   /* members that went on and have not left */
    struct group_member *held_first; /* those that wait, in the order in which they entered */
    struct group_member *held_last;  /* meaningless where `held_first` is NULL */
    char key[];                      /* the group's name */
};

struct groups {
    bool serial;            /* one member of a group at a time */
    bool first_alone;       /* the others once the first has left */
    struct group **buckets; /* hash table with chaining */
    size_t bucket_count;    /* a power of two */
    size_t count;           /* groups; they stay until the end of the run */
};

/* FNV-1a. It does not resist chosen keys, which could only cost time. */
static uint64_t hash_of(const char *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return hash;
}

struct groups *groups_new(bool serial, bool first_alone)
{
    struct groups *groups = calloc(1, sizeof *groups);
    if (groups == NULL)
        return NULL;
    groups->serial = serial;
    groups->first_alone = first_alone;
    groups->bucket_count = BUCKETS_FIRST;
    groups->buckets = calloc(groups->bucket_count, sizeof *groups->buckets);
    if (groups->buckets == NULL) {
        free(groups);
        return NULL;
    }
    return groups;
}

void groups_free(struct groups *groups)
{
    if (groups == NULL)
        return;
    for (size_t i = 0; i < groups->bucket_count; i++) {
        while (groups->buckets[i] != NULL) {
            struct group *next = groups->buckets[i]->next;
            free(groups->buckets[i]);
            groups->buckets[i] = next;
        }
    }
    free(groups->buckets);
    free(groups);
}

static struct group **bucket_of(struct group **buckets, size_t count, uint64_t hash)
{
    return &buckets[hash & (count - 1)];
}

/* Doubles the number of buckets. For lack of memory the chains just get longer. */
static void add_buckets(struct groups *groups)
{
    size_t count = groups->bucket_count * 2;
    struct group **buckets = calloc(count, sizeof *buckets);
    if (buckets == NULL)
        return;
    for (size_t i = 0; i < groups->bucket_count; i++) {
        struct group *next;
        for (struct group *group = groups->buckets[i]; group != NULL; group = next) {
            next = group->next;
            struct group **bucket = bucket_of(buckets, count, group->hash);
            group->next = *bucket;
            *bucket = group;
        }
    }
    free(groups->buckets);
    groups->buckets = buckets;
    groups->bucket_count = count;
}

static struct group *find_or_add(struct groups *groups, const char *key)
{
    uint64_t hash = hash_of(key);
    struct group **bucket = bucket_of(groups->buckets, groups->bucket_count, hash);
    for (struct group *group = *bucket; group != NULL; group = group->next) {
        if (group->hash == hash && strcmp(group->key, key) == 0)
            return group;
    }
    size_t length = strlen(key) + 1;
    struct group *group = calloc(1, sizeof *group + length);
    if (group == NULL)
        return NULL;
    group->hash = hash;
    memcpy(group->key, key, length);
    if (groups->count++ == groups->bucket_count) {
        add_buckets(groups);
        bucket = bucket_of(groups->buckets, groups->bucket_count, hash);
    }
    group->next = *bucket;
    *bucket = group;
    return group;
}

static void hold(struct group *group, struct group_member *member)
{
    member->held = true;
    member->next = NULL;
    if (group->held_first == NULL)
        group->held_first = member;
    else
        group->held_last->next = member;
    group->held_last = member;
}

static bool may_go_on(const struct groups *groups, const struct group *group)
{
    if (group->active == 0)
        return true;
    return !groups->serial && (!groups->first_alone || group->first_left);
}

enum group_entry groups_enter(struct groups *groups, struct group_member *member, const char *key)
{
    struct group *group = find_or_add(groups, key);
    if (group == NULL)
        return GROUP_NO_MEMORY;
    member->group = group;
    if (!may_go_on(groups, group)) {
        hold(group, member);
        return GROUP_HELD;
    }
    group->active++;
    return GROUP_GOES_ON;
}

/* Lets the first member that is held go on. */
static struct group_member *release_one(struct group *group)
{
    struct group_member *member = group->held_first;
    group->held_first = member->next;
    member->next = NULL;
    member->held = false;
    group->active++;
    return member;
}

static void unhold(struct group *group, struct group_member *member)
{
    struct group_member *before = NULL;
    struct group_member *at = group->held_first;
    while (at != member) {
        before = at;
        at = at->next;
    }
    if (before == NULL)
        group->held_first = member->next;
    else
        before->next = member->next;
    if (group->held_last == member)
        group->held_last = before;
    member->held = false;
}

struct group_member *groups_leave(struct groups *groups, struct group_member *member)
{
    struct group *group = member->group;
    struct group_member *released = NULL;
    struct group_member **tail = &released;
    if (group == NULL)
        return NULL;
    member->group = NULL;
    if (member->held) {
        unhold(group, member);
        return NULL;
    }
    group->active--;
    group->first_left = true;
    while (group->held_first != NULL && may_go_on(groups, group)) {
        *tail = release_one(group);
        tail = &(*tail)->next;
    }
    return released;
}
