#include <string.h>

#include "base/path.h"
#include "io/walk/private.h"

enum walk_filter walk_filter_begin(const struct walk_shared *shared)
{
    bool only_included = shared->ignore != NULL && ignore_begins_with_include(shared->ignore);
    return only_included ? WALK_FILTER_SEARCHED : WALK_FILTER_INCLUDED;
}

enum walk_filter walk_filter_step(
    const struct walk_shared *shared, enum walk_filter above, const char *relative, bool is_folder)
{
    if (shared->no_hidden && path_last_name(relative)[0] == '.')
        return WALK_FILTER_EXCLUDED;
    if (shared->ignore == NULL)
        return above;
    switch (ignore_match(shared->ignore, relative, is_folder)) {
    case IGNORE_INCLUDE:
        return WALK_FILTER_INCLUDED;
    case IGNORE_EXCLUDE:
        return WALK_FILTER_EXCLUDED;
    case IGNORE_NO_RULE:
        break;
    }
    return above;
}

#define TRIED_MOST 10000 /* files for which a pattern is looked for, so that it takes no time */

void walk_filter_note_left_out(struct walk_shared *shared, const char *relative, bool is_folder)
{
    if (is_folder) {
        shared->not_entered++;
        return;
    }
    shared->left_out++;
    if (shared->found == 0 && shared->suggestion == NULL && shared->ignore != NULL &&
        shared->left_out <= TRIED_MOST)
        shared->suggestion = ignore_suggest(shared->ignore, relative);
}

bool walk_filter_includes(const struct walk_shared *shared, char *relative, bool is_folder)
{
    enum walk_filter state = walk_filter_begin(shared);
    for (char *slash = strchr(relative, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        state = walk_filter_step(shared, state, relative, true);
        *slash = '/';
        if (state == WALK_FILTER_EXCLUDED)
            return false;
    }
    return walk_filter_step(shared, state, relative, is_folder) == WALK_FILTER_INCLUDED;
}
