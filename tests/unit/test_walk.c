#include "walk_lines.h"

/* ---- operands */

static void a_folder_yields_what_is_below_it(void **state)
{
    (void)state;
    make_file("top/a.js", "");
    make_file("top/b/c/d.js", "");
    make_file("top/.hidden/.x", "");
    make_folder("top/empty");
    ASSERT_WALK("file .hidden/.x\nfile a.js\nfile b/c/d.js\n", OPERANDS("top"));
    ASSERT_WALK("file .hidden/.x\nfile a.js\nfile b/c/d.js\n", OPERANDS("./top//"));
    ASSERT_WALK("", OPERANDS("top/empty"));
}

static void several_operands_begin_with_their_own_names(void **state)
{
    (void)state;
    make_file("x/one/a", "");
    make_file("x/two/b", "");
    make_file("three", "");
    ASSERT_WALK("file one/a\nfile three\nfile two/b\n", OPERANDS("x/one/", "x/two", "three"));
    assert_int_equal(chdir("x/one"), 0);
    ASSERT_WALK("file one/a\nfile two/b\n", OPERANDS(".", "../two/."));
    ASSERT_WALK("file three\nfile x/one/a\nfile x/two/b\n", OPERANDS("..", "../../three"));
}

static void two_operands_of_one_name_are_refused(void **state)
{
    (void)state;
    make_file("x/dist/a", "");
    make_file("y/dist/a", "");
    ASSERT_REFUSED("'x/dist' and 'y/dist/'", OPERANDS("x/dist", "y/dist/"));
    ASSERT_REFUSED("called 'dist'", OPERANDS("x/dist", "x", "x/dist"));
    ASSERT_REFUSED("given twice", OPERANDS("-", "x", "-"));
}

static void operands_that_can_not_be_sent_are_refused(void **state)
{
    (void)state;
    make_folder("top");
    make_fifo("top/fifo");
    ASSERT_REFUSED("'top/none' can't be sent: no such file", OPERANDS("top", "top/none"));
    ASSERT_REFUSED("'top/fifo' is neither", OPERANDS("top/fifo"));
    ASSERT_REFUSED("the base folder 'none'", OPERANDS("-"), .base = "none");
    make_file("file", "");
    ASSERT_REFUSED("the base folder 'file'", OPERANDS("top"), .base = "file");
}

static void a_file_is_its_name(void **state)
{
    (void)state;
    make_file("x/y/file.js", "content");
    make_link("y/file.js", "x/link.js");
    ASSERT_WALK("file file.js\n", OPERANDS("x/y/file.js"));
    ASSERT_WALK("file link.js\n", OPERANDS("x/link.js"));
    struct walk *walk = open_walk(&(struct walk_options){OPERANDS("x/link.js")});
    struct walk_item item = walk_next(walk);
    int descriptor = root_openat(item.entry->root, entry_relative(item.entry), O_RDONLY);
    assert_true(descriptor >= 0);
    (void)close(descriptor);
    free_item(&item);
    walk_free(walk);
}

static void an_operand_that_is_a_link_is_followed(void **state)
{
    (void)state;
    make_file("real/a", "");
    make_link("real", "link");
    ASSERT_WALK("file a\n", OPERANDS("link"));
    make_folder("other");
    ASSERT_WALK("file link/a\n", OPERANDS("link/", "other"));
}

static void entries_know_where_they_are(void **state)
{
    (void)state;
    make_file("x/one/sub/a", "content");
    make_file("two", "");
    struct walk *walk = open_walk(&(struct walk_options){OPERANDS("x/one/", "two")});
    struct walk_item item = walk_next(walk);
    assert_int_equal(item.kind, WALK_FILE);
    assert_string_equal(item.entry->path, "one/sub/a");
    assert_string_equal(entry_relative(item.entry), "sub/a");
    assert_string_equal(item.entry->root->operand, "x/one");
    assert_false(item.entry->hidden);
    int descriptor = root_openat(item.entry->root, entry_relative(item.entry), O_RDONLY);
    assert_true(descriptor >= 0);
    (void)close(descriptor);
    free_item(&item);
    walk_free(walk);
}

static bool is_marked_hidden(const char *operand)
{
    struct walk *walk = open_walk(&(struct walk_options){OPERANDS(operand)});
    struct walk_item item = walk_next(walk);
    assert_int_equal(item.kind, WALK_FILE);
    bool hidden = item.entry->hidden;
    free_item(&item);
    walk_free(walk);
    return hidden;
}

static void dot_files_are_marked(void **state)
{
    (void)state;
    make_file("one/.git/config", "");
    make_file("two/a/.file", "");
    make_file("three/a.b/c.", "");
    make_file(".env", "");
    assert_true(is_marked_hidden("one"));
    assert_true(is_marked_hidden("two"));
    assert_false(is_marked_hidden("three"));
    assert_true(is_marked_hidden(".env"));
}

/* ---- what is not a regular file */

static void links_and_special_files_are_passed_over(void **state)
{
    (void)state;
    make_file("top/file", "");
    make_folder("elsewhere/sub");
    make_link("file", "top/link");
    make_link("../elsewhere", "top/folder-link");
    make_link("none", "top/dangling");
    make_fifo("top/fifo");
    make_socket("top/socket");
    struct lines lines = walk_with(&(struct walk_options){OPERANDS("top")});
    assert_string_equal(lines.joined, "file file\n");
    assert_int_equal(lines.passed_over, 5);
    free_lines(&lines);
}

static void links_are_followed_when_asked(void **state)
{
    (void)state;
    make_file("top/a/file", "");
    make_link("a/file", "top/link");
    make_link("a", "top/folder-link");
    make_fifo("top/fifo");
    make_link("fifo", "top/fifo-link");
    struct lines lines =
        walk_with(&(struct walk_options){OPERANDS("top"), .links = ROOT_LINKS_INSIDE});
    assert_string_equal(lines.joined, "file a/file\nfile folder-link/file\nfile link\n");
    assert_int_equal(lines.passed_over, 2);
    free_lines(&lines);
}

static void links_that_can_not_be_followed_are_problems(void **state)
{
    (void)state;
    make_file("secret", "");
    make_folder("top/a/b");
    make_link("../secret", "top/out");
    make_link("/etc", "top/absolute");
    make_link("none", "top/dangling");
    make_link("self", "top/self");
    make_link("..", "top/a/b/loop");
    make_link(".", "top/a/here");
    ASSERT_WALK("problem a/b/loop: this link leads back to a folder that it lies in: it is not "
                "followed\n"
                "problem a/here: this link leads back to a folder that it lies in: it is not "
                "followed\n"
                "problem absolute: this link is absolute or leads out of the folder given: it is "
                "not followed; give --follow=outside, or what it leads to as a PATH of its own\n"
                "problem dangling: this link leads to nothing: it is not sent\n"
                "problem out: this link is absolute or leads out of the folder given: it is not "
                "followed; give --follow=outside, or what it leads to as a PATH of its own\n"
                "problem self: this link leads to too many links, or to itself: it is not "
                "followed\n",
        OPERANDS("top"), .links = ROOT_LINKS_INSIDE);
}

/* As in the trees of Bazel and pnpm. */
static void links_that_lead_out_are_followed_if_that_is_wanted(void **state)
{
    const struct scratch *scratch = *state;
    char absolute[200];
    (void)snprintf(absolute, sizeof absolute, "%s/outside", scratch->path);
    make_file("outside/b", "");
    make_file("top/a", "");
    make_link(absolute, "top/absolute");
    make_link("../outside", "top/out");
    make_link("../outside/b", "top/file");
    make_link("../top", "top/loop");
    make_link("../none", "top/dangling");
    ASSERT_WALK("file a\nfile absolute/b\nfile file\nfile out/b\n"
                "problem dangling: this link leads to nothing: it is not sent\n"
                "problem loop: this link leads back to a folder that it lies in: it is not "
                "followed\n",
        OPERANDS("top"), .links = ROOT_LINKS_ALL);
}

/* ---- filters */

static void excluded_folders_are_not_entered(void **state)
{
    (void)state;
    make_file("top/a.js", "");
    make_file("top/a.map", "");
    make_file("top/node_modules/keep.js", "");
    make_file("top/sub/node_modules/x", "");
    make_fifo("top/node_modules/fifo");
    struct ignore *rules = rules_of("node_modules/\n*.map\n!keep.js\n");
    struct lines lines = walk_with(&(struct walk_options){OPERANDS("top"), .ignore = rules});
    assert_string_equal(lines.joined, "file a.js\n");
    assert_int_equal(lines.passed_over, 0);
    free_lines(&lines);
    ignore_free(rules);
}

static void only_what_is_included_is_yielded(void **state)
{
    (void)state;
    make_file("top/a.js", "");
    make_file("top/b.txt", "");
    make_file("top/deep/er/c.js", "");
    make_file("top/all/d.txt", "");
    make_file("top/all/not/e.txt", "");
    make_link("a.js", "top/link.txt");
    make_link("b.txt", "top/link.js");
    struct ignore *rules = rules_of("!*.js\n!all/\nall/not\n");
    struct lines lines = walk_with(&(struct walk_options){OPERANDS("top"), .ignore = rules});
    assert_string_equal(lines.joined, "file a.js\nfile all/d.txt\nfile deep/er/c.js\n");
    assert_int_equal(lines.passed_over, 1);
    free_lines(&lines);
    ignore_free(rules);
}

static void rules_look_below_the_operand(void **state)
{
    (void)state;
    make_file("top/a/x", "");
    make_file("top/b/x", "");
    make_file("other/a/x", "");
    struct ignore *rules = rules_of("/a/\n");
    ASSERT_WALK("file top/b/x\n", OPERANDS("top", "other"), .ignore = rules);
    ignore_free(rules);
}

static void hidden_names_are_left_out_when_asked(void **state)
{
    (void)state;
    make_file(".top/.hidden", "");
    make_file(".top/.git/config", "");
    make_file(".top/shown", "");
    make_file(".env", "");
    ASSERT_WALK("file .env\nfile .top/shown\n", OPERANDS(".top", ".env"), .no_hidden = true);
}

static void rules_hold_for_a_file_given_by_itself(void **state)
{
    (void)state;
    make_file("x/a.js", "");
    make_file("x/a.map", "");
    struct ignore *rules = rules_of("*.map\n");
    ASSERT_WALK("file a.js\n", OPERANDS("x/a.js", "x/a.map"), .ignore = rules);
    ignore_free(rules);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(links_that_lead_out_are_followed_if_that_is_wanted),
        IN_SCRATCH(a_folder_yields_what_is_below_it),
        IN_SCRATCH(several_operands_begin_with_their_own_names),
        IN_SCRATCH(two_operands_of_one_name_are_refused),
        IN_SCRATCH(operands_that_can_not_be_sent_are_refused),
        IN_SCRATCH(a_file_is_its_name),
        IN_SCRATCH(an_operand_that_is_a_link_is_followed),
        IN_SCRATCH(entries_know_where_they_are),
        IN_SCRATCH(dot_files_are_marked),
        IN_SCRATCH(links_and_special_files_are_passed_over),
        IN_SCRATCH(links_are_followed_when_asked),
        IN_SCRATCH(links_that_can_not_be_followed_are_problems),
        IN_SCRATCH(excluded_folders_are_not_entered),
        IN_SCRATCH(only_what_is_included_is_yielded),
        IN_SCRATCH(rules_look_below_the_operand),
        IN_SCRATCH(hidden_names_are_left_out_when_asked),
        IN_SCRATCH(rules_hold_for_a_file_given_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
