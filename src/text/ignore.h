/* Which files are selected: gitignore's patterns (gitignore(5), "PATTERN FORMAT"); the last match
 * decides. */
#ifndef SHOAL_TEXT_IGNORE_H
#define SHOAL_TEXT_IGNORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must_use.h"

/* The most bytes of a pattern. */
#define IGNORE_PATTERN_MAX 4096

/* A list of rules. */
struct ignore;

/* What the rules say about a path. */
enum ignore_decision {
    IGNORE_NO_RULE, /* no rule matched: the same as for its folder */
    IGNORE_INCLUDE, /* the last match includes it */
    IGNORE_EXCLUDE, /* the last match excludes it; a folder is not entered */
};

/* Makes an empty list, for ignore_free(). NULL: out of memory. */
MUST_USE struct ignore *ignore_new(void);

/* Frees the list. NULL does nothing. */
void ignore_free(struct ignore *ignore);

/* Adds a rule after the others. `pattern` (copied) is as in a .gitignore line without its leading
 * `!`; `includes` is true for a line that has it. `option` (copied) is where the rule is from, for
 * ignore_rule_name(). False with `error`: the pattern is empty, longer than IGNORE_PATTERN_MAX
 * bytes, or can never match (an unclosed `[`, a backslash at its end), or out of memory. */
MUST_USE bool ignore_add(struct ignore *ignore, const char *pattern, bool includes,
    const char *option, struct error *error);

/* Adds every line of a .gitignore's text. Comments and blank lines are skipped, spaces at the end
 * of a line are dropped unless escaped, and `!` makes an including rule. False with `error`, which
 * names `file_name` and the line. */
MUST_USE bool ignore_add_lines(struct ignore *ignore, const char *text, size_t length,
    const char *file_name, struct error *error);

/* What ignore_find() returns where no rule matches. */
#define IGNORE_NONE SIZE_MAX

/* The number, from 0, of the rule that decides about `path`: see ignore_match(). */
size_t ignore_find(const struct ignore *ignore, const char *path, bool is_folder);

/* Whether the rule of that number includes what it matches; otherwise it excludes it. */
bool ignore_rule_includes(const struct ignore *ignore, size_t rule);

/* The pattern of the rule of that number, as it was added. It belongs to the list. */
const char *ignore_rule_pattern(const struct ignore *ignore, size_t rule);

/* The rule of that number as a person gave it: "--exclude '*.js'", or "my.ignore, line 3". It
 * belongs to the list. */
const char *ignore_rule_name(const struct ignore *ignore, size_t rule);

/* How many rules there are. */
size_t ignore_rule_count(const struct ignore *ignore);

/* What the rules say about `path` itself (relative to the folder given, `/` between names, no
 * leading `/`). Its parents are not considered: callers descend from the top and never ask about
 * what is in an excluded folder. For each rule the time is at most proportional to the length of
 * the pattern times the length of the path. */
enum ignore_decision ignore_match(const struct ignore *ignore, const char *path, bool is_folder);

/* Whether the first rule is an including one. If so, a path that no rule matches is excluded. */
bool ignore_begins_with_include(const struct ignore *ignore);

#endif
