/* A whole walk as text, one sorted line an item: "file PATH", "lost PATH: TEXT", "problem PATH:
 * TEXT". */
#ifndef SHOAL_TESTS_WALK_LINES_H
#define SHOAL_TESTS_WALK_LINES_H

#include "base/buf.h"
#include "io/walk.h"
#include "scratch.h"

struct lines {
    char **lines;
    size_t count;
    char *joined;
    uint64_t passed_over;
};

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

static inline int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

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

static inline void free_lines(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->lines[i]);
    free(lines->lines);
    free(lines->joined);
    *lines = (struct lines){0};
}

static inline void free_item(struct walk_item *item)
{
    free(item->entry);
    free(item->path);
    free(item->text);
}

static inline struct walk *open_walk(const struct walk_options *options)
{
    struct error error = {0};
    struct walk *walk = walk_new(options, &error);
    if (walk == NULL)
        fail_msg("%s", error.text);
    return walk;
}

/* Adds all that still comes. */
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

static inline struct lines walk_with(const struct walk_options *options)
{
    struct lines lines = {0};
    struct walk *walk = open_walk(options);
    collect(walk, &lines);
    walk_free(walk);
    join(&lines);
    return lines;
}

#define OPERANDS(...)                                                                              \
    .operands = (const char *const[]){__VA_ARGS__},                                                \
    .operand_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

#define ASSERT_WALK(expected, ...)                                                                 \
    do {                                                                                           \
        struct lines lines_ = walk_with(&(struct walk_options){__VA_ARGS__});                      \
        assert_string_equal(lines_.joined, expected);                                              \
        free_lines(&lines_);                                                                       \
    } while (0)

#define ASSERT_REFUSED(expected, ...)                                                              \
    do {                                                                                           \
        struct error error_ = {0};                                                                 \
        assert_null(walk_new(&(struct walk_options){__VA_ARGS__}, &error_));                       \
        if (strstr(error_.text, expected) == NULL)                                                 \
            fail_msg("'%s' is not in '%s'", expected, error_.text);                                \
    } while (0)

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
