/* Compares the rules with tests/data/ignore/table.txt, which records what git ignores;
 * tests/run/test_ignore_git.py compares the table with git. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/ignore.h"

enum {
    PATHS_MAX = 200,
    LINE_SIZE = 256,
};

struct paths {
    char *list[PATHS_MAX]; /* a folder's path ends in a slash */
    size_t count;
};

/* One block of the table. */
struct entry {
    struct buf rules;
    bool refused;
    bool ignored[PATHS_MAX];
};

static FILE *open_data(const char *name)
{
    const char *source = getenv("SHOAL_SOURCE");
    assert_non_null(source);
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/tests/data/ignore/%s", source, name);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    return stream;
}

/* One line without its end. False at the end of the file. */
static bool read_line(FILE *stream, char line[LINE_SIZE])
{
    if (fgets(line, LINE_SIZE, stream) == NULL)
        return false;
    size_t length = strlen(line);
    assert_true(length > 0 && line[length - 1] == '\n');
    line[length - 1] = '\0';
    return true;
}

static void read_paths(struct paths *paths)
{
    FILE *stream = open_data("paths.txt");
    char line[LINE_SIZE];
    paths->count = 0;
    while (read_line(stream, line)) {
        assert_true(paths->count < PATHS_MAX);
        paths->list[paths->count++] = strdup(line);
    }
    (void)fclose(stream);
}

static size_t find_path(const struct paths *paths, const char *path)
{
    for (size_t i = 0; i < paths->count; i++) {
        if (strcmp(paths->list[i], path) == 0)
            return i;
    }
    fail_msg("%s is not in paths.txt", path);
    return 0;
}

static bool read_entry(FILE *stream, const struct paths *paths, struct entry *entry)
{
    char line[LINE_SIZE];
    buf_clear(&entry->rules);
    entry->refused = false;
    memset(entry->ignored, 0, sizeof entry->ignored);
    while (read_line(stream, line) && line[0] != '.') {
        if (line[0] == 'I') {
            entry->ignored[find_path(paths, line + 2)] = true;
        } else if (line[0] == 'E') {
            entry->refused = true;
        } else {
            assert_true(buf_add(&entry->rules, line + 2, strlen(line + 2) - 1));
            assert_true(buf_add_byte(&entry->rules, '\n'));
        }
    }
    return entry->rules.length > 0;
}

/* From the top down, as in a walk: what is in an excluded folder is excluded. */
static bool is_excluded(const struct ignore *ignore, const char *path)
{
    char prefix[LINE_SIZE];
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        (void)snprintf(prefix, sizeof prefix, "%.*s", (int)(slash - path), path);
        if (ignore_match(ignore, prefix, true) == IGNORE_EXCLUDE)
            return true;
        if (slash[1] == '\0')
            return false;
    }
    return ignore_match(ignore, path, false) == IGNORE_EXCLUDE;
}

static void check_entry(const struct entry *entry, const struct paths *paths)
{
    struct ignore *ignore = ignore_new();
    struct error error = {0};
    bool added =
        ignore_add_lines(ignore, buf_text(&entry->rules), entry->rules.length, "table", &error);
    if (added == entry->refused)
        fail_msg("%s: %s", buf_text(&entry->rules), added ? "accepted" : error.text);
    for (size_t i = 0; i < paths->count && added; i++) {
        if (is_excluded(ignore, paths->list[i]) != entry->ignored[i])
            fail_msg("under the rules\n%sthe path %s should%s be ignored", buf_text(&entry->rules),
                paths->list[i], entry->ignored[i] ? "" : " not");
    }
    ignore_free(ignore);
}

static void every_entry_of_the_table_agrees_with_git(void **state)
{
    (void)state;
    struct paths paths;
    read_paths(&paths);
    struct entry entry;
    buf_init(&entry.rules, 10000);
    FILE *stream = open_data("table.txt");
    size_t entries = 0;
    for (; read_entry(stream, &paths, &entry); entries++)
        check_entry(&entry, &paths);
    assert_true(entries > 300);
    (void)fclose(stream);
    buf_free(&entry.rules);
    for (size_t i = 0; i < paths.count; i++)
        free(paths.list[i]);
}

static void the_last_match_wins(void **state)
{
    (void)state;
    struct ignore *ignore = ignore_new();
    assert_int_equal(ignore_match(ignore, "a.o", false), IGNORE_NO_RULE);
    assert_true(ignore_add(ignore, "*.o", false, "--exclude", NULL));
    assert_int_equal(ignore_match(ignore, "a.o", false), IGNORE_EXCLUDE);
    assert_true(ignore_add(ignore, "a.*", true, "--exclude", NULL));
    assert_int_equal(ignore_match(ignore, "a.o", false), IGNORE_INCLUDE);
    assert_int_equal(ignore_match(ignore, "b.o", false), IGNORE_EXCLUDE);
    assert_int_equal(ignore_match(ignore, "b.c", false), IGNORE_NO_RULE);
    ignore_free(ignore);
}

static void an_argument_is_a_pattern_whatever_it_begins_with(void **state)
{
    (void)state;
    struct ignore *ignore = ignore_new();
    assert_true(ignore_add(ignore, "!a", false, "--exclude", NULL));
    assert_true(ignore_add(ignore, "#b", false, "--exclude", NULL));
    assert_true(ignore_add(ignore, "c ", false, "--exclude", NULL));
    assert_int_equal(ignore_match(ignore, "!a", false), IGNORE_EXCLUDE);
    assert_int_equal(ignore_match(ignore, "#b", false), IGNORE_EXCLUDE);
    assert_int_equal(ignore_match(ignore, "c ", false), IGNORE_EXCLUDE);
    assert_int_equal(ignore_match(ignore, "c", false), IGNORE_NO_RULE);
    ignore_free(ignore);
}

static void stars_after_text_are_ordinary_ones(void **state)
{
    (void)state;
    struct ignore *ignore = ignore_new();
    assert_true(ignore_add(ignore, "foo**/bar", false, "--exclude", NULL));
    assert_int_equal(ignore_match(ignore, "foox/bar", false), IGNORE_EXCLUDE);
    assert_int_equal(ignore_match(ignore, "foox/y/bar", false), IGNORE_NO_RULE);
    assert_int_equal(ignore_match(ignore, "foobar", false), IGNORE_NO_RULE);
    ignore_free(ignore);
}

static void it_knows_whether_the_first_rule_includes(void **state)
{
    (void)state;
    struct ignore *ignore = ignore_new();
    assert_false(ignore_begins_with_include(ignore));
    assert_true(ignore_add(ignore, "a", true, "--exclude", NULL));
    assert_true(ignore_add(ignore, "b", false, "--exclude", NULL));
    assert_true(ignore_begins_with_include(ignore));
    ignore_free(ignore);
    ignore = ignore_new();
    assert_true(ignore_add_lines(ignore, "a\n!b\n", 5, "f", NULL));
    assert_false(ignore_begins_with_include(ignore));
    ignore_free(ignore);
}

static void check_message(const char *text, size_t length, const char *part)
{
    struct ignore *ignore = ignore_new();
    struct error error = {0};
    assert_false(ignore_add_lines(ignore, text, length, "my.ignore", &error));
    assert_int_equal(error.class, ERROR_USAGE);
    if (strstr(error.text, part) == NULL)
        fail_msg("%s", error.text);
    ignore_free(ignore);
}

static void an_error_names_the_file_and_the_line(void **state)
{
    (void)state;
    check_message("a\n# b\n\nc[\n", 10, "my.ignore, line 4: the pattern 'c['");
    check_message("a\n!\n", 4, "my.ignore, line 2: a pattern is empty");
    check_message("a\0b", 3, "my.ignore, line 1: the pattern contains a NUL byte");
    static char longest[IGNORE_PATTERN_MAX + 2];
    memset(longest, 'a', sizeof longest);
    check_message(longest, IGNORE_PATTERN_MAX + 1, "line 1: the pattern is longer than 4096 bytes");
}

static void the_longest_pattern_is_accepted(void **state)
{
    (void)state;
    static char longest[IGNORE_PATTERN_MAX + 2];
    memset(longest, 'a', IGNORE_PATTERN_MAX);
    struct ignore *ignore = ignore_new();
    assert_true(ignore_add(ignore, longest, false, "--exclude", NULL));
    assert_int_equal(ignore_match(ignore, longest, false), IGNORE_EXCLUDE);
    longest[IGNORE_PATTERN_MAX] = 'a';
    assert_false(ignore_add(ignore, longest, false, "--exclude", NULL));
    assert_int_equal(ignore_match(ignore, longest, false), IGNORE_NO_RULE);
    ignore_free(ignore);
}

static void lines_end_in_any_way(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf"
                               "a\r\nb";
    struct ignore *ignore = ignore_new();
    assert_true(ignore_add_lines(ignore, text, sizeof text - 1, "f", NULL));
    assert_int_equal(ignore_match(ignore, "a", false), IGNORE_EXCLUDE);
    assert_int_equal(ignore_match(ignore, "b", false), IGNORE_EXCLUDE);
    assert_true(ignore_add_lines(ignore, "", 0, "f", NULL));
    ignore_free(ignore);
}

/* A matcher that tries every division of the name among the stars takes exponential time. */
static void many_stars_do_not_take_forever(void **state)
{
    (void)state;
    static char pattern[2001];
    static char path[2001];
    for (size_t i = 0; i < 2000; i += 2) {
        pattern[i] = '*';
        pattern[i + 1] = 'a';
        path[i] = path[i + 1] = 'a';
    }
    pattern[1999] = 'b';
    struct ignore *ignore = ignore_new();
    assert_true(ignore_add(ignore, pattern, false, "--exclude", NULL));
    assert_int_equal(ignore_match(ignore, path, false), IGNORE_NO_RULE);
    for (size_t i = 0; i < 1999; i += 4) {
        memcpy(pattern + i, "**/a", 4);
        if (i % 3 == 0)
            pattern[i + 3] = '/';
        path[i + 1] = path[i + 3] = '/';
    }
    pattern[1996] = '\0';
    assert_true(ignore_add(ignore, pattern, false, "--exclude", NULL));
    assert_int_equal(ignore_match(ignore, path, false), IGNORE_NO_RULE);
    ignore_free(ignore);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_of_the_table_agrees_with_git),
        cmocka_unit_test(the_last_match_wins),
        cmocka_unit_test(an_argument_is_a_pattern_whatever_it_begins_with),
        cmocka_unit_test(stars_after_text_are_ordinary_ones),
        cmocka_unit_test(it_knows_whether_the_first_rule_includes),
        cmocka_unit_test(an_error_names_the_file_and_the_line),
        cmocka_unit_test(the_longest_pattern_is_accepted),
        cmocka_unit_test(lines_end_in_any_way),
        cmocka_unit_test(many_stars_do_not_take_forever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
