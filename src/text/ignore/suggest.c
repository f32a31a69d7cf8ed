/* A common mistake is to begin a pattern with the folder given, as in --include 'dist/x/?*.map'
 * dist: patterns are matched with what is below it. So the pattern is tried without its first
 * names. */
#include <stdlib.h>
#include <string.h>

#include "text/ignore.h"

/* Whether the pattern selects the path, by itself or by one of the folders that it is in. */
static bool selects(const char *pattern, const char *path)
{
    struct ignore *ignore = ignore_new();
    char *above = strdup(path);
    bool found = ignore != NULL && above != NULL && ignore_add(ignore, pattern, true, NULL) &&
                 ignore_match(ignore, path, false) == IGNORE_INCLUDE;
    while (ignore != NULL && above != NULL && !found) {
        char *slash = strrchr(above, '/');
        if (slash == NULL)
            break;
        *slash = '\0';
        found = ignore_match(ignore, above, true) == IGNORE_INCLUDE;
    }
    free(above);
    ignore_free(ignore);
    return found;
}

const char *ignore_suggest(const struct ignore *ignore, const char *path)
{
    const char *pattern;
    for (size_t i = 0; (pattern = ignore_included(ignore, i)) != NULL; i++) {
        const char *shorter = pattern;
        while ((shorter = strchr(shorter, '/')) != NULL) {
            shorter += strspn(shorter, "/");
            if (*shorter != '\0' && selects(shorter, path))
                return shorter;
        }
    }
    return NULL;
}

bool ignore_has_braces(const char *pattern)
{
    bool open = false;
    bool comma = false;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '\\' && pattern[1] != '\0') {
            pattern++;
        } else if (*pattern == '{') {
            open = true;
            comma = false;
        } else if (*pattern == ',') {
            comma = open;
        } else if (*pattern == '}' && open) {
            if (comma)
                return true;
            open = false;
        }
    }
    return false;
}
