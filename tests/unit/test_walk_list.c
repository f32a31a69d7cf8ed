#include "walk_lines.h"

/* A descriptor from which `text` can be read. */
static int list_of(const char *text, size_t length)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    int descriptor = dup(fileno(file));
    assert_true(descriptor >= 0);
    (void)fclose(file);
    for (size_t done = 0; done < length;) {
        ssize_t written = write(descriptor, text + done, length - done);
        assert_true(written > 0);
        done += (size_t)written;
    }
    assert_int_equal(lseek(descriptor, 0, SEEK_SET), 0);
    return descriptor;
}

#define ASSERT_LISTED(expected, text, ...)                                                         \
    do {                                                                                           \
        int list_ = list_of(text, sizeof(text) - 1);                                               \
        ASSERT_WALK(expected, OPERANDS("-"), .list_descriptor = list_, __VA_ARGS__);               \
        (void)close(list_);                                                                        \
    } while (0)

static void listed_paths_are_below_the_working_directory(void **state)
{
    const struct scratch *scratch = *state;
    make_file("a/b.js", "");
    make_file("c d", "");
    make_file("e", "");
    ASSERT_LISTED("file a/b.js\nfile a/b.js\nfile c d\nfile e\n",
        "a/b.js\n\n./a//../a/./b.js\nc d\na/../e\n", .base = NULL);
    char *text;
    int length = asprintf(&text, "%s/a/b.js\n", scratch->path);
    int list = list_of(text, (size_t)length);
    ASSERT_WALK("file a/b.js\n", OPERANDS("-"), .list_descriptor = list);
    (void)close(list);
    free(text);
}

static void listed_paths_start_at_the_base_and_are_below_it(void **state)
{
    (void)state;
    make_file("a/b/c", "");
    make_file("ab", "");
    ASSERT_LISTED("file b/c\n"
                  "lost ../x: this path lies outside the base folder: give --base with a folder "
                  "above it\n"
                  "lost ab: no such file in the folder that --base names, from which "
                  "listed paths are opened\n"
                  "lost b/none: no such file in the folder that --base names, from which "
                  "listed paths are opened\n",
        "b/c\nab\n../x\nb/none\n", .base = "a/");
}

static void a_base_may_be_called_by_a_link(void **state)
{
    const struct scratch *scratch = *state;
    make_file("real/a/b", "");
    make_link("real", "link");
    char *text;
    int length = asprintf(&text, "%s/real/a/b\n%s/link/a/b\na/b\n", scratch->path, scratch->path);
    static const char *const bases[] = {"link", "real"};
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        int both = list_of(text, (size_t)length);
        ASSERT_WALK("file a/b\nfile a/b\nfile a/b\n", OPERANDS("-"), .list_descriptor = both,
            .base = bases[i]);
        (void)close(both);
    }
    free(text);
    assert_int_equal(chdir("real"), 0);
    length = asprintf(&text, "%s/link/a/b\n", scratch->path);
    int list = list_of(text, (size_t)length);
    ASSERT_WALK("file a/b\n", OPERANDS("-"), .list_descriptor = list);
    (void)close(list);
    free(text);
}

static void listed_things_that_are_not_files_are_told_apart(void **state)
{
    (void)state;
    make_file("folder/file", "");
    make_link("folder/file", "link");
    make_link("folder", "way");
    make_link("none", "dangling");
    make_link("/etc/passwd", "out");
    make_fifo("fifo");
    const char text[] = "folder\nlink\nway/file\ndangling\nout\nfifo\nfolder/file/x\n.\n";
    int list = list_of(text, sizeof text - 1);
    struct lines lines = walk_with(&(struct walk_options){OPERANDS("-"), .list_descriptor = list});
    assert_string_equal(lines.joined,
        "lost folder/file/x: no such file\n"
        "lost way/file: a folder in this path is a link: give --follow, or its real path\n"
        "problem .: this is the base itself: list files, or give it as a PATH\n"
        "problem folder: this is a folder: list its files, or give it as a PATH\n");
    assert_int_equal(lines.passed_over, 4);
    free_lines(&lines);
    (void)close(list);
    ASSERT_LISTED("file link\n"
                  "file way/file\n"
                  "lost dangling: this link leads to nothing\n"
                  "lost out: a link in this path is absolute or leads out of the base: it is not "
                  "followed\n",
        "link\nway/file\ndangling\nout\n", .links = ROOT_LINKS_INSIDE);
}

static void a_list_may_end_in_nul_bytes(void **state)
{
    (void)state;
    make_file("two\nlines", "");
    make_file("b", "");
    ASSERT_LISTED("file b\nfile two\nlines\n", "two\nlines\0\0b\0", .nul_separated = true);
}

static void a_list_that_ends_in_the_middle_of_a_path_says_so(void **state)
{
    (void)state;
    make_file("whole", "");
    ASSERT_LISTED("file whole\n", "whole", .base = NULL);
    ASSERT_LISTED("file whole\n"
                  "lost who: standard input ended in the middle of a path, or the file does "
                  "not exist\n",
        "whole\nwho", .base = NULL);
}

static void a_nul_byte_in_a_line_is_a_problem(void **state)
{
    (void)state;
    make_file("b", "");
    ASSERT_LISTED("file b\n"
                  "problem a: a line on standard input holds a NUL byte; with -0 that is what ends "
                  "a path\n",
        "a\0c\nb\n", .base = NULL);
}

static void a_path_over_one_mebibyte_is_a_problem(void **state)
{
    (void)state;
    make_file("b", "");
    enum {
        LENGTH = 3 * 1024 * 1024
    };
    char *text = malloc(LENGTH + 3);
    assert_non_null(text);
    memset(text, 'x', LENGTH);
    memcpy(text + LENGTH, "\nb\n", 3);
    const char *expected =
        "file b\n"
        "problem -: a path on standard input is longer than 1 MiB, and was passed "
        "over; paths end with a newline, or with -0 a NUL byte\n";
    int list = list_of(text, LENGTH + 3);
    ASSERT_WALK(expected, OPERANDS("-"), .list_descriptor = list);
    (void)close(list);
    list = list_of(text, LENGTH);
    ASSERT_WALK(expected + strlen("file b\n"), OPERANDS("-"), .list_descriptor = list);
    (void)close(list);
    free(text);
}

static void a_list_that_can_not_be_read_is_a_problem(void **state)
{
    (void)state;
    int list = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_WALK("problem -: standard input can't be read, so the list is not whole: is a "
                "directory\n",
        OPERANDS("-"), .list_descriptor = list);
    (void)close(list);
    ASSERT_WALK("problem -: standard input can't be read, so the list is not whole: bad file "
                "descriptor\n",
        OPERANDS("-"), .list_descriptor = list);
}

static void rules_hold_for_listed_paths_from_the_top(void **state)
{
    (void)state;
    make_file("out/a.js", "");
    make_file("in/a.js", "");
    make_file("in/.b.js", "");
    make_file(".in/c.js", "");
    struct ignore *rules = rules_of("out/\n!a.js\n");
    ASSERT_LISTED("file in/a.js\n", "out/a.js\nin/a.js\nin/.b.js\n.in/c.js\nout/none\n",
        .ignore = rules, .no_hidden = true);
    ignore_free(rules);
}

static void a_list_and_folders_may_be_combined(void **state)
{
    (void)state;
    make_file("top/a", "");
    make_file("b", "");
    int list = list_of("b\n", 2);
    ASSERT_WALK("file b\nfile top/a\n", OPERANDS("-", "top"), .list_descriptor = list);
    (void)close(list);
}

static void what_may_wait_is_known(void **state)
{
    (void)state;
    make_file("a", "");
    make_file("top/b", "");
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(write(pipe_ends[1], "a\na\n", 4), 4);
    struct walk *walk =
        open_walk(&(struct walk_options){OPERANDS("-", "top"), .list_descriptor = pipe_ends[0]});
    assert_true(walk_may_wait(walk));
    struct walk_item item = walk_next(walk);
    free_item(&item);
    assert_false(walk_may_wait(walk));
    item = walk_next(walk);
    free_item(&item);
    assert_true(walk_may_wait(walk));
    (void)close(pipe_ends[1]);
    item = walk_next(walk);
    assert_string_equal(item.entry->path, "top/b");
    free_item(&item);
    assert_false(walk_may_wait(walk));
    walk_free(walk);
    (void)close(pipe_ends[0]);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(listed_paths_are_below_the_working_directory),
        IN_SCRATCH(listed_paths_start_at_the_base_and_are_below_it),
        IN_SCRATCH(a_base_may_be_called_by_a_link),
        IN_SCRATCH(listed_things_that_are_not_files_are_told_apart),
        IN_SCRATCH(a_list_may_end_in_nul_bytes),
        IN_SCRATCH(a_list_that_ends_in_the_middle_of_a_path_says_so),
        IN_SCRATCH(a_nul_byte_in_a_line_is_a_problem),
        IN_SCRATCH(a_path_over_one_mebibyte_is_a_problem),
        IN_SCRATCH(a_list_that_can_not_be_read_is_a_problem),
        IN_SCRATCH(rules_hold_for_listed_paths_from_the_top),
        IN_SCRATCH(a_list_and_folders_may_be_combined),
        IN_SCRATCH(what_may_wait_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
