/* Groups: files that wait for one another (--serial-by, --first-alone).
 *
 * A file enters its group when it is first in the queue. It goes on at once, or the group holds it:
 * until the one before it has left (serial), or until the group's first has left (first alone). A
 * group is freed with its last member; of a group whose first has left, eight bytes stay. */
#ifndef SHOAL_CORE_SCHED_GROUP_H
#define SHOAL_CORE_SCHED_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"

struct group;  /* one group: a key and the members that it holds */
struct groups; /* all groups of a run */

/* A file's place in its group. All zero before it enters. */
struct group_member {
    struct group *group;       /* NULL: not in a group */
    struct group_member *next; /* among those that are held, or were let on together */
    bool held;                 /* waits until groups_leave() of another lets it on */
};

/* What came of entering a group. */
enum group_entry {
    GROUP_GOES_ON,   /* the member may go on now */
    GROUP_HELD,      /* groups_leave() of another member returns it when it may go on */
    GROUP_NO_MEMORY, /* the member is not in a group */
};

/* Makes an empty set of groups. `serial`: one member of a group at a time. `first_alone`: the
 * others once the first has left. NULL: out of memory. */
MUST_USE struct groups *groups_new(bool serial, bool first_alone);

/* Frees the groups, not their members; NULL does nothing. */
void groups_free(struct groups *groups);

/* Enters the group with the name `key` (copied). The member must stay in place until it leaves. */
MUST_USE enum group_entry groups_enter(
    struct groups *groups, struct group_member *member, const char *key);

/* The member is finished; one that entered no group is ignored. Returns the members that may go on
 * now, linked by `next`, or NULL. */
MUST_USE struct group_member *groups_leave(struct groups *groups, struct group_member *member);

#endif
