#include "text/ignore_suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* Enough for the options of a command line. With many rules in files, only the first are tried. */
#define CANDIDATES_MOST 64
/* The most paths for which candidates are tried, so that a large folder takes no longer. */
#define PATHS_MOST 10000

/* A pattern that the rule may have been meant to be. */
struct candidate {
    size_t rule;
    char *pattern;
    struct ignore *compiled; /* the pattern alone */
    bool by_name;            /* the rule's pattern began with the folder that was given */
    bool matched;            /* it matches a path that was noted */
};

struct ignore_suggest {
    const struct ignore *ignore;
    bool *matched; /* by number of the rule: it decided about a path */
    struct candidate *candidates;
    size_t count;
    size_t paths; /* noted so far */
};

void ignore_suggest_free(struct ignore_suggest *suggest)
{
    if (suggest == NULL)
        return;
    for (size_t i = 0; i < suggest->count; i++) {
        free(suggest->candidates[i].pattern);
        ignore_free(suggest->candidates[i].compiled);
    }
    free(suggest->candidates);
    free(suggest->matched);
    free(suggest);
}

/* Takes over `pattern`, which is NULL if memory ran out. False: out of memory. */
static bool add_candidate(struct ignore_suggest *suggest, size_t rule, char *pattern, bool by_name)
{
    struct candidate *grown = NULL;
    struct ignore *compiled = ignore_new();
    if (pattern != NULL && compiled != NULL)
        grown = array_grow(suggest->candidates, suggest->count, sizeof *grown);
    if (grown != NULL)
        suggest->candidates = grown;
    if (grown == NULL || !ignore_add(compiled, pattern, true, "", NULL)) {
        free(pattern);
        ignore_free(compiled);
        return grown != NULL; /* a part of a pattern may be none */
    }
    grown[suggest->count++] = (struct candidate){
        .rule = rule, .pattern = pattern, .compiled = compiled, .by_name = by_name};
    return true;
}

/* Whether the `length` bytes of `above` are a path to a folder called `name`, or to ".". */
static bool leads_to(const char *above, size_t length, const char *name)
{
    while (length > 0 && above[length - 1] == '/')
        length--;
    size_t begin = length;
    while (begin > 0 && above[begin - 1] != '/')
        begin--;
    size_t own = length - begin;
    return (own == 1 && above[begin] == '.') ||
           (own > 0 && own == strlen(name) && memcmp(above + begin, name, own) == 0);
}

/* The pattern without its first names: one less, two less, and so on. */
static bool add_tails(
    struct ignore_suggest *suggest, size_t rule, const char *pattern, const char *folder)
{
    const char *tail = pattern;
    while ((tail = strchr(tail, '/')) != NULL) {
        size_t above = (size_t)(tail - pattern);
        tail += strspn(tail, "/");
        if (*tail != '\0' &&
            !add_candidate(suggest, rule, strdup(tail), leads_to(pattern, above, folder)))
            return false;
    }
    return true;
}

/* The pattern at any depth, and as the end of a name. */
static bool add_wider(struct ignore_suggest *suggest, size_t rule, const char *pattern)
{
    const char *slash = strchr(pattern, '/');
    const char *prefix = NULL;
    if (slash != NULL && slash[1] != '\0' && strncmp(pattern, "**/", 3) != 0)
        prefix = "**/";
    else if (slash == NULL && strpbrk(pattern, "*?[\\") == NULL)
        prefix = "*";
    if (prefix == NULL)
        return true;
    char *wider;
    if (asprintf(&wider, "%s%s", prefix, pattern + strspn(pattern, "/")) < 0)
        return false;
    return add_candidate(suggest, rule, wider, false);
}

/* The pattern in lower case, if it is not. */
static bool add_lower(struct ignore_suggest *suggest, size_t rule, const char *pattern)
{
    char *lower = strdup(pattern);
    if (lower == NULL)
        return false;
    for (char *at = lower; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    if (strcmp(lower, pattern) != 0)
        return add_candidate(suggest, rule, lower, false);
    free(lower);
    return true;
}

struct ignore_suggest *ignore_suggest_new(const struct ignore *ignore, const char *folder)
{
    size_t rules = ignore_rule_count(ignore);
    struct ignore_suggest *suggest = calloc(1, sizeof *suggest);
    if (suggest == NULL)
        return NULL;
    suggest->ignore = ignore;
    suggest->matched = calloc(rules + 1, sizeof *suggest->matched);
    bool made = suggest->matched != NULL;
    for (size_t rule = 0; made && rule < rules && suggest->count < CANDIDATES_MOST; rule++) {
        const char *pattern = ignore_rule_pattern(ignore, rule);
        made = add_wider(suggest, rule, pattern) && add_tails(suggest, rule, pattern, folder) &&
               add_lower(suggest, rule, pattern);
    }
    if (made)
        return suggest;
    ignore_suggest_free(suggest);
    return NULL;
}

void ignore_suggest_note(
    struct ignore_suggest *suggest, const char *path, bool is_folder, size_t rule)
{
    if (rule != IGNORE_NONE)
        suggest->matched[rule] = true;
    if (suggest->paths >= PATHS_MOST)
        return;
    suggest->paths++;
    for (size_t i = 0; i < suggest->count; i++) {
        struct candidate *candidate = &suggest->candidates[i];
        if (!candidate->matched && !suggest->matched[candidate->rule])
            candidate->matched =
                ignore_match(candidate->compiled, path, is_folder) == IGNORE_INCLUDE;
    }
}

const char *ignore_suggest_better(const struct ignore_suggest *suggest, bool *by_name)
{
    for (size_t i = 0; i < suggest->count; i++) {
        const struct candidate *candidate = &suggest->candidates[i];
        if (candidate->matched && ignore_rule_includes(suggest->ignore, candidate->rule)) {
            *by_name = candidate->by_name;
            return candidate->pattern;
        }
    }
    return NULL;
}

const char *ignore_suggest_next(const struct ignore_suggest *suggest, size_t *at, size_t *rule)
{
    while (*at < suggest->count) {
        const struct candidate *candidate = &suggest->candidates[(*at)++];
        if (candidate->matched && candidate->by_name && candidate->rule != *rule &&
            !suggest->matched[candidate->rule]) {
            *rule = candidate->rule;
            return candidate->pattern;
        }
    }
    return NULL;
}

bool ignore_suggest_has_braces(const char *pattern)
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
