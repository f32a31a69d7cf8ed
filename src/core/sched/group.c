#include "core/sched/group.h"

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

struct groups {
    bool serial;        /* one member of a group at a time */
    bool first_alone;   /* the others once the first has left */
    struct table table; /* every group, by its key; they stay until the end of the run */
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

static void free_group(struct table_node *node)
{
    free(container_of(node, struct group, node));
}

void groups_free(struct groups *groups)
{
    if (groups == NULL)
        return;
    table_free(&groups->table, free_group);
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
