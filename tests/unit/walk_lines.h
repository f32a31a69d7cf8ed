/* A whole walk as sorted text, one line per item: "file PATH", "lost PATH: TEXT",
 * "problem PATH: TEXT". */
#ifndef SHOAL_TESTS_WALK_LINES_H
#define SHOAL_TESTS_WALK_LINES_H

#include "base/buf.h"
#include "io/walk.h"
#include "scratch.h"

struct lines {
    char **lines;         /* each ends in a newline; sorted by join() */
    size_t count;         /* length of `lines` */
    char *joined;         /* all lines, after join() */
    uint64_t passed_over; /* of the walk */
};

/* Adds the line of one item; `text` may be NULL. */
static inline void add_line(
    struct lines *lines, const char *kind, const char *path, const char *text)
{
    lines->lines = realloc(lines->lines, (lines->count + 1) * sizeof *lines->lines);
    assert_non_null(lines->lines);
    char *line = NULL;
    if (text == NULL)
        assert_true(asprintf(&line, "%s %s\n", kind, path) > 0);
    else
        assert_true(asprintf(&line, "%s %s: %s\n", kind, path, text) > 0);
    lines->lines[lines->count++] = line;
}

/* For qsort(3). */
static inline int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Sorts the lines and sets `joined`. */
static inline void join(struct lines *lines)
{
    struct buf joined;
    buf_init(&joined, SIZE_MAX / 2);
    if (lines->count > 0)
        qsort(lines->lines, lines->count, sizeof *lines->lines, compare_lines);
    for (size_t i = 0; i < lines->count; i++)
        assert_true(buf_add_text(&joined, lines->lines[i]));
    lines->joined = buf_detach(&joined);
    assert_non_null(lines->joined);
}

/* Frees the lines. */
static inline void free_lines(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->lines[i]);
    free(lines->lines);
    free(lines->joined);
    *lines = (struct lines){0};
}

/* Frees what an item owns. */
static inline void free_item(struct walk_item *item)
{
    free(item->entry);
    free(item->path);
    free(item->text);
}

/* walk_new() that must succeed. */
static inline struct walk *open_walk(const struct walk_options *options)
{
    struct error error = {0};
    struct walk *walk = walk_new(options, &error);
    if (walk == NULL)
        fail_msg("%s", error.text);
    return walk;
}

/* Adds the items that are left. */
static inline void collect(struct walk *walk, struct lines *lines)
{
    for (;;) {
        struct walk_item item = walk_next(walk);
        if (item.kind == WALK_END)
            break;
        if (item.kind == WALK_FILE)
            add_line(lines, "file", item.entry->path, NULL);
        else if (item.kind == WALK_LOST)
            add_line(lines, "lost", item.entry->path, item.text);
        else
            add_line(lines, "problem", item.path, item.text);
        free_item(&item);
    }
    assert_int_equal(walk_next(walk).kind, WALK_END);
    lines->passed_over = walk_passed_over(walk);
}

/* All items of a walk with these options. */
static inline struct lines walk_with(const struct walk_options *options)
{
    struct lines lines = {0};
    struct walk *walk = open_walk(options);
    collect(walk, &lines);
    walk_free(walk);
    join(&lines);
    return lines;
}

/* Sets the operands of struct walk_options. */
#define OPERANDS(...)                                                                              \
    .operands = (const char *const[]){__VA_ARGS__},                                                \
    .operand_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

/* A walk with these options has the items `expected`. */
#define ASSERT_WALK(expected, ...)                                                                 \
    do {                                                                                           \
        struct lines lines_ = walk_with(&(struct walk_options){__VA_ARGS__});                      \
        assert_string_equal(lines_.joined, expected);                                              \
        free_lines(&lines_);                                                                       \
    } while (0)

/* walk_new() fails with these options, and its message contains `expected`. */
#define ASSERT_REFUSED(expected, ...)                                                              \
    do {                                                                                           \
        struct error error_ = {0};                                                                 \
        assert_null(walk_new(&(struct walk_options){__VA_ARGS__}, &error_));                       \
        if (strstr(error_.text, expected) == NULL)                                                 \
            fail_msg("'%s' is not in '%s'", expected, error_.text);                                \
    } while (0)

/* The rules of a .gitignore's text, for ignore_free(). */
static inline struct ignore *rules_of(const char *text)
{
    struct error error = {0};
    struct ignore *rules = ignore_new();
    assert_non_null(rules);
    if (!ignore_add_lines(rules, text, strlen(text), "rules", &error))
        fail_msg("%s", error.text);
    return rules;
}

#endif
