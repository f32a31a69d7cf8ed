#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "io/walk/private.h"

enum walk_filter walk_filter_begin(const struct walk_shared *shared)
{
    bool only_included = shared->ignore != NULL && ignore_begins_with_include(shared->ignore);
    return only_included ? WALK_FILTER_SEARCHED : WALK_FILTER_INCLUDED;
}

struct walk_decision walk_filter_step(
    const struct walk_shared *shared, enum walk_filter above, const char *relative, bool is_folder)
{
    struct walk_decision decision = {above, IGNORE_NONE};
    if (shared->no_hidden && path_last_name(relative)[0] == '.') {
        decision.filter = WALK_FILTER_EXCLUDED;
        return decision;
    }
    if (shared->ignore == NULL)
        return decision;
    decision.rule = ignore_find(shared->ignore, relative, is_folder);
    if (shared->suggest != NULL)
        ignore_suggest_note(shared->suggest, relative, is_folder, decision.rule);
    if (decision.rule != IGNORE_NONE)
        decision.filter = ignore_rule_includes(shared->ignore, decision.rule)
                              ? WALK_FILTER_INCLUDED
                              : WALK_FILTER_EXCLUDED;
    return decision;
}

struct walk_decision walk_filter_find(
    const struct walk_shared *shared, char *relative, bool is_folder)
{
    struct walk_decision decision = {walk_filter_begin(shared), IGNORE_NONE};
    for (char *slash = strchr(relative, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        decision = walk_filter_step(shared, decision.filter, relative, true);
        *slash = '/';
        if (decision.filter == WALK_FILTER_EXCLUDED)
            return decision;
    }
    return walk_filter_step(shared, decision.filter, relative, is_folder);
}

/* Why the filters leave something out. */
static const char *name_reason(const struct walk_shared *shared, struct walk_decision decision)
{
    if (decision.rule != IGNORE_NONE)
        return ignore_rule_name(shared->ignore, decision.rule);
    return decision.filter == WALK_FILTER_EXCLUDED ? "--no-hidden" : "no rule includes it";
}

bool walk_filter_leave_out(struct walk_shared *shared, const char *path, mode_t type,
    struct walk_decision decision, struct walk_item *item)
{
    shared->not_entered += S_ISDIR(type);
    shared->left_out += S_ISREG(type);
    if (shared->tell_left_out)
        *item = walk_item_left_out(path, S_ISDIR(type), name_reason(shared, decision));
    return shared->tell_left_out;
}

/* What is not sent, because it is not a regular file. */
static const char *name_type(const struct walk_shared *shared, mode_t type)
{
    switch (type & S_IFMT) {
    case S_IFLNK:
        return shared->follow ? "a symbolic link" : "a symbolic link, and --follow is not given";
    case S_IFIFO:
        return "a FIFO, not a regular file";
    case S_IFSOCK:
        return "a socket, not a regular file";
    default:
        return "a device, not a regular file";
    }
}

bool walk_filter_pass_over(
    struct walk_shared *shared, const char *path, mode_t type, struct walk_item *item)
{
    shared->passed_over++;
    if (shared->tell_left_out)
        *item = walk_item_left_out(path, false, name_type(shared, type));
    return shared->tell_left_out;
}
