/* What a pattern was meant to be that matches nothing. A common mistake is to begin it with the
 * folder that was given, as in `--include 'dist/x/?*.map' dist`: patterns are matched with what is
 * below it. So other forms of each pattern are tried with the paths that are seen. */
#ifndef SHOAL_TEXT_IGNORE_SUGGEST_H
#define SHOAL_TEXT_IGNORE_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"
#include "text/ignore.h"

/* What was seen so far. */
struct ignore_suggest;

/* Prepares suggestions for the rules of `ignore`, which must outlive them and gets no more rules.
 * `folder` is the name of the folder that was given; "" where there is not exactly one. For
 * ignore_suggest_free(). NULL: out of memory. */
MUST_USE struct ignore_suggest *ignore_suggest_new(const struct ignore *ignore, const char *folder);

/* Frees it. NULL does nothing. */
void ignore_suggest_free(struct ignore_suggest *suggest);

/* Notes a path that was seen and the rule that decided about it; IGNORE_NONE: no rule did. */
void ignore_suggest_note(
    struct ignore_suggest *suggest, const char *path, bool is_folder, size_t rule);

/* A pattern near that of an including rule, which would have matched a path. `by_name`: the rule's
 * own began with the folder that was given, or with ".". It belongs to `suggest`. NULL: there is
 * none. */
const char *ignore_suggest_better(const struct ignore_suggest *suggest, bool *by_name);

/* The next rule that decided about nothing and that begins with the folder that was given, or with
 * ".", though its rest would have matched: its number in `rule`, and the rest of its pattern, which
 * belongs to `suggest`. `at` is 0 and `rule` IGNORE_NONE at first; both are kept between the calls.
 * NULL: there are no more. */
const char *ignore_suggest_next(const struct ignore_suggest *suggest, size_t *at, size_t *rule);

/* Whether a pattern contains `{a,b}`, which a shell would expand and which here are ordinary
 * characters. */
bool ignore_suggest_has_braces(const char *pattern);

#endif
