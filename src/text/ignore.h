/* Which files: gitignore's patterns (gitignore(5), "PATTERN FORMAT"), the last match wins. */
#ifndef SHOAL_TEXT_IGNORE_H
#define SHOAL_TEXT_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct ignore;

enum ignore_decision {
    IGNORE_NO_RULE, /* nothing matched: as its folder */
    IGNORE_TAKE,    /* the last match includes it */
    IGNORE_LEAVE,   /* the last match excludes it; a folder is not entered */
};

/* An empty list of rules; NULL: no memory. */
struct ignore *ignore_new(void);
void ignore_free(struct ignore *ignore);

/* Adds a rule behind the others. `pattern` is as in a .gitignore line without its leading `!`
 * (that is what `takes` says). An empty pattern, one over IGNORE_PATTERN_MAX bytes, or one that can
 * never match (an unclosed `[`, a closing backslash) is an error. */
#define IGNORE_PATTERN_MAX 4096
bool ignore_add(struct ignore *ignore, const char *pattern, bool takes, struct error *error);

/* Adds every line of a .gitignore's text: comments and blank lines passed over, closing blanks
 * dropped unless escaped, `!` turned into an including rule. Errors name `file_name` and the line.
 */
bool ignore_add_lines(struct ignore *ignore, const char *text, size_t length, const char *file_name,
    struct error *error);

/* What the rules say of `path` (below the folder given, `/` between names, no leading `/`), its
 * parents not looked at: callers go down from the top, so that what lies in an excluded folder is
 * never asked for. Runs in time linear in the path for any pattern but those with several `*`,
 * where it is bounded by length of pattern times length of path. */
enum ignore_decision ignore_match(const struct ignore *ignore, const char *path, bool is_folder);

/* Is the first rule an including one? Then what no rule matches is left out. */
bool ignore_begins_with_take(const struct ignore *ignore);

#endif
