#include "core/sched/group.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/container_of.h"
#include "base/table.h"

struct group {
    struct table_node node;          /* in the table, by `key` */
    bool first_left;                 /* its first member has left */
    size_t active;                   /* members that went on and have not left */
    struct group_member *held_first; /* those that wait, in the order in which they entered */
    struct group_member *held_last;  /* meaningless where `held_first` is NULL */
    char key[];                      /* the group's name */
};

/* A set of hashes. Two keys of one hash, one pair in 2^64, would only lack one wait. */
struct seen {
    uint64_t *hashes; /* `room` of them, 0: a free place; owned */
    size_t room;      /* 0 or a power of two */
    size_t count;     /* places that are taken */
};

struct groups {
    bool serial;        /* one member of a group at a time */
    bool first_alone;   /* the others once the first has left */
    struct table table; /* the groups that have members, by their keys */
    struct seen seen;   /* first_alone: those that had members before */
};

struct groups *groups_new(bool serial, bool first_alone)
{
    struct groups *groups = calloc(1, sizeof *groups);
    if (groups == NULL)
        return NULL;
    groups->serial = serial;
    groups->first_alone = first_alone;
    return groups;
}

/* The place of the hash, or the free one where it belongs. There must be a free place. */
static uint64_t *find_place(const struct seen *seen, uint64_t hash)
{
    size_t at = hash & (seen->room - 1);
    while (seen->hashes[at] != 0 && seen->hashes[at] != hash)
        at = (at + 1) & (seen->room - 1);
    return &seen->hashes[at];
}

static bool has_seen(const struct seen *seen, uint64_t hash)
{
    return seen->room > 0 && *find_place(seen, hash) == hash;
}

/* Makes room for one more, with half of the places free. False: out of memory. */
static bool make_room(struct seen *seen)
{
    if (2 * (seen->count + 1) <= seen->room)
        return true;
    struct seen larger = {.room = seen->room == 0 ? 64 : 2 * seen->room, .count = seen->count};
    larger.hashes = calloc(larger.room, sizeof *larger.hashes);
    if (larger.hashes == NULL)
        return false;
    for (size_t i = 0; i < seen->room; i++) {
        if (seen->hashes[i] != 0)
            *find_place(&larger, seen->hashes[i]) = seen->hashes[i];
    }
    free(seen->hashes);
    *seen = larger;
    return true;
}

/* False: out of memory. */
static bool note_seen(struct seen *seen, uint64_t hash)
{
    if (!make_room(seen))
        return false;
    uint64_t *place = find_place(seen, hash);
    seen->count += *place == 0;
    *place = hash;
    return true;
}

/* The hash of a group's key; never 0. */
static uint64_t hash_of(const struct group *group)
{
    return group->node.hash == 0 ? 1 : group->node.hash;
}

static void free_group(struct table_node *node)
{
    free(container_of(node, struct group, node));
}

void groups_free(struct groups *groups)
{
    if (groups == NULL)
        return;
    table_free(&groups->table, free_group);
    free(groups->seen.hashes);
    free(groups);
}

static struct group *find_or_add(struct groups *groups, const char *key)
{
    struct table_node *found = table_find(&groups->table, key);
    if (found != NULL)
        return container_of(found, struct group, node);
    size_t length = strlen(key) + 1;
    struct group *group = calloc(1, sizeof *group + length);
    if (group == NULL)
        return NULL;
    memcpy(group->key, key, length);
    if (!table_add(&groups->table, &group->node, group->key)) {
        free(group);
        return NULL;
    }
    group->first_left = has_seen(&groups->seen, hash_of(group));
    return group;
}

/* Frees the group if it has no members. */
static void free_if_empty(struct groups *groups, struct group *group)
{
    if (group->active > 0 || group->held_first != NULL)
        return;
    if (groups->first_alone && !note_seen(&groups->seen, hash_of(group)))
        return; /* it stays, and knows that its first has left */
    table_remove(&groups->table, &group->node);
    free(group);
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
    free_if_empty(groups, group);
    return released;
}
