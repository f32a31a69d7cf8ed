/* Groups: files that wait for one another (--serial-by, --first-alone).
 *
 * A file enters its group when its turn in the queue has come. It may go on at once, or it is held
 * until the group lets it: one after the other (serial), or all after the first (first alone). */
#ifndef SHOAL_CORE_SCHED_GROUP_H
#define SHOAL_CORE_SCHED_GROUP_H

#include <stdbool.h>
#include <stddef.h>

struct group;
struct groups;

struct group_member {
    struct group *group; /* NULL: not in one (yet) */
    struct group_member *next;
    bool held;
};

/* `serial`: one at a time; `first_alone`: the others once the first has left. NULL: no memory. */
struct groups *groups_new(bool serial, bool first_alone);
void groups_free(struct groups *groups);

/* Enters the group named by `key`. True: it may go on; false with `*held` true: it waits for
 * groups_leave() of another; false with `*held` false: no memory. */
bool groups_enter(struct groups *groups, struct group_member *member, const char *key, bool *held);

/* The member has its verdict. Gives the members that may go on now, linked by `next`. */
struct group_member *groups_leave(struct groups *groups, struct group_member *member);

#endif
