/* A pattern is split at its slashes into names. glob.c matches each against one name of the path,
 * and a `**` matches any number of names. So no pattern takes longer than the product of its length
 * and the path's.
 *
 * This follows the manual where git before 2.52 does not: in `foo**` + `/bar` the asterisks are
 * ordinary ones, because they do not follow a slash. */
#include "text/ignore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "text/ignore/glob.h"
#include "text/ignore/private.h"

enum name_kind {
    NAME_LITERAL,   /* `text` is the name itself, without escaping backslashes */
    NAME_SUFFIX,    /* `*`, then `text` */
    NAME_GLOB,      /* `text` is a pattern for glob.c */
    NAME_ANY_DEPTH, /* `**`: any number of names; at least one if it is the last */
};

struct name {
    enum name_kind kind;
    const char *text; /* within the rule's `text` */
    size_t length;
};

struct rule {
    bool includes;
    bool folder_only;  /* the pattern ended in a slash */
    bool is_base_name; /* the pattern has no other slash: it matches a name at any depth */
    size_t name_count;
    struct name *names;
    char *text;   /* the pattern's copy, which `names` point into */
    char *source; /* the pattern as it was added */
    char *name;   /* where it is from, see ignore_rule_name() */
};

struct ignore {
    struct rule *rules;
    size_t count;
};

struct ignore *ignore_new(void)
{
    return calloc(1, sizeof(struct ignore));
}

static void free_rule(struct rule *rule)
{
    free(rule->names);
    free(rule->text);
    free(rule->source);
    free(rule->name);
}

void ignore_free(struct ignore *ignore)
{
    if (ignore == NULL)
        return;
    for (size_t i = 0; i < ignore->count; i++)
        free_rule(&ignore->rules[i]);
    free(ignore->rules);
    free(ignore);
}

static bool has_wildcard(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\')
            i++;
        else if (strchr("*?[", text[i]) != NULL)
            return true;
    }
    return false;
}

/* Removes the escaping backslashes in place. Returns the new length. */
static size_t unescape(char *text, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\' && i + 1 < length)
            i++;
        text[kept++] = text[i];
    }
    return kept;
}

static void compile_name(struct name *name, char *text, size_t length)
{
    *name = (struct name){.kind = NAME_GLOB, .text = text, .length = length};
    size_t stars = 0;
    while (stars < length && text[stars] == '*')
        stars++;
    if (stars >= 2 && stars == length) {
        name->kind = NAME_ANY_DEPTH;
    } else if (stars > 0 && !has_wildcard(text + stars, length - stars)) {
        name->kind = NAME_SUFFIX;
        name->text = text + stars;
        name->length = unescape(text + stars, length - stars);
    } else if (!has_wildcard(text, length)) {
        name->kind = NAME_LITERAL;
        name->length = unescape(text, length);
    }
}

/* The length of the name that `pattern` begins with: up to a slash, plain or escaped, that is not
 * in brackets. SIZE_MAX: it can never match. */
static size_t name_length(const char *pattern, size_t length)
{
    size_t done = 0;
    while (done < length && pattern[done] != '/') {
        if (pattern[done] == '\\' && done + 1 < length && pattern[done + 1] == '/')
            break;
        size_t used = glob_element(pattern + done, length - done);
        if (used == 0)
            return SIZE_MAX;
        done += used;
    }
    return done;
}

/* Splits the rule's text into its names. False: it can never match. */
static bool compile_names(struct rule *rule, char *text, size_t length)
{
    for (;;) {
        size_t used = name_length(text, length);
        if (used == SIZE_MAX)
            return false;
        size_t slash = used == length ? 0 : text[used] == '/' ? 1 : 2;
        struct name *name = &rule->names[rule->name_count++];
        compile_name(name, text, used);
        /* In git, `**` before an escaped slash matches at least one name. */
        if (name->kind == NAME_ANY_DEPTH && slash == 2)
            rule->names[rule->name_count++] = (struct name){.kind = NAME_SUFFIX, .text = text};
        if (slash == 0)
            return true;
        text += used + slash;
        length -= used + slash;
    }
}

static size_t count_slashes(const char *text)
{
    size_t count = 0;
    for (; (text = strchr(text, '/')) != NULL; text++)
        count++;
    return count;
}

static bool fail_never(const char *pattern, struct error *error)
{
    return error_set(error, ERROR_USAGE, 0,
        "the pattern '%s' can never match: it has an unclosed '[', an unknown '[:class:]', a "
        "'\\' at its end, or no name",
        pattern);
}

/* `rule` is to be freed even if this fails. */
static bool compile_rule(struct rule *rule, const char *pattern, struct error *error)
{
    size_t length = strlen(pattern);
    if (length == 0)
        return error_set(error, ERROR_USAGE, 0, "a pattern is empty");
    if (length > IGNORE_PATTERN_MAX)
        return error_set(error, ERROR_USAGE, 0, "a pattern is longer than %d bytes: '%.40s...'",
            IGNORE_PATTERN_MAX, pattern);
    rule->names = calloc(2 * count_slashes(pattern) + 1, sizeof *rule->names);
    rule->text = malloc(length + 1);
    rule->source = strdup(pattern);
    if (rule->names == NULL || rule->text == NULL || rule->source == NULL)
        return error_set_memory(error);
    memcpy(rule->text, pattern, length + 1);
    char *text = rule->text;
    if (text[length - 1] == '/') {
        rule->folder_only = true;
        text[--length] = '\0';
    }
    rule->is_base_name = strchr(text, '/') == NULL;
    if (length > 0 && text[0] == '/') {
        text++;
        length--;
    }
    if (length == 0 || !compile_names(rule, text, length))
        return fail_never(pattern, error);
    return true;
}

bool ignore_add_named(
    struct ignore *ignore, const char *pattern, bool includes, char *name, struct error *error)
{
    struct rule *rules = array_grow(ignore->rules, ignore->count, sizeof *rules);
    if (rules != NULL)
        ignore->rules = rules;
    if (rules == NULL || name == NULL) {
        free(name);
        return error_set_memory(error);
    }
    struct rule rule = {.includes = includes, .name = name};
    if (!compile_rule(&rule, pattern, error)) {
        free_rule(&rule);
        return false;
    }
    ignore->rules[ignore->count++] = rule;
    return true;
}

bool ignore_add(struct ignore *ignore, const char *pattern, bool includes, const char *option,
    struct error *error)
{
    char *name;
    if (asprintf(&name, "%s '%s'", option, pattern) < 0)
        name = NULL;
    return ignore_add_named(ignore, pattern, includes, name, error);
}

static bool name_matches(const struct name *name, const char *text, size_t length)
{
    switch (name->kind) {
    case NAME_LITERAL:
        return length == name->length && memcmp(text, name->text, length) == 0;
    case NAME_SUFFIX:
        return length >= name->length &&
               memcmp(text + length - name->length, name->text, name->length) == 0;
    case NAME_GLOB:
        return glob_match(name->text, name->length, text, length);
    case NAME_ANY_DEPTH:
        break;
    }
    return true;
}

/* The name after the one that `path` begins with, or `end`. */
static const char *next_name(const char *path, const char *end)
{
    const char *slash = memchr(path, '/', (size_t)(end - path));
    return slash == NULL ? end : slash + 1;
}

/* As glob_match(), with names instead of bytes and `**` instead of `*`. */
static bool path_matches(const struct rule *rule, const char *path, const char *end)
{
    size_t at = 0;
    size_t after_star = 0;       /* index of the name after the last `**`; 0: none yet */
    const char *star_end = NULL; /* where what that `**` matches ends */
    while (path < end) {
        const struct name *name = at < rule->name_count ? &rule->names[at] : NULL;
        const char *next = next_name(path, end);
        size_t length = (size_t)(next - path) - (next[-1] == '/' ? 1 : 0);
        if (name != NULL && name->kind == NAME_ANY_DEPTH) {
            after_star = ++at;
            star_end = path;
        } else if (name != NULL && name_matches(name, path, length)) {
            at++;
            path = next;
        } else if (after_star > 0) {
            at = after_star;
            path = star_end = next_name(star_end, end);
        } else {
            return false;
        }
    }
    return at == rule->name_count;
}

size_t ignore_find(const struct ignore *ignore, const char *path, bool is_folder)
{
    const char *end = path + strlen(path);
    const char *base = path_last_name(path);
    for (size_t i = ignore->count; i-- > 0;) {
        const struct rule *rule = &ignore->rules[i];
        if (rule->folder_only && !is_folder)
            continue;
        if (rule->is_base_name ? name_matches(&rule->names[0], base, (size_t)(end - base))
                               : path_matches(rule, path, end))
            return i;
    }
    return IGNORE_NONE;
}

enum ignore_decision ignore_match(const struct ignore *ignore, const char *path, bool is_folder)
{
    size_t rule = ignore_find(ignore, path, is_folder);
    if (rule == IGNORE_NONE)
        return IGNORE_NO_RULE;
    return ignore->rules[rule].includes ? IGNORE_INCLUDE : IGNORE_EXCLUDE;
}

bool ignore_rule_includes(const struct ignore *ignore, size_t rule)
{
    return ignore->rules[rule].includes;
}

const char *ignore_rule_pattern(const struct ignore *ignore, size_t rule)
{
    return ignore->rules[rule].source;
}

const char *ignore_rule_name(const struct ignore *ignore, size_t rule)
{
    return ignore->rules[rule].name;
}

size_t ignore_rule_count(const struct ignore *ignore)
{
    return ignore->count;
}

bool ignore_begins_with_include(const struct ignore *ignore)
{
    return ignore->count > 0 && ignore->rules[0].includes;
}
