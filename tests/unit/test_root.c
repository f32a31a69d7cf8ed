#include "io/root.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "scratch.h"

typedef int opener(const struct root *root, const char *relative, int flags);

/* Everything is tried with openat2(2), if the kernel has it, and by steps. */
static opener *const openers[] = {root_openat, root_openat_by_steps};

#define FOR_EACH_OPENER(open_it)                                                                   \
    for (size_t opener_index = 0; opener_index < 2; opener_index++)                                \
        for (opener *open_it = openers[opener_index]; open_it != NULL; open_it = NULL)

static struct root *open_root(const char *operand, bool follow)
{
    struct error error = {0};
    struct root *root = root_open(operand, follow, &error);
    if (root == NULL)
        fail_msg("%s", error.text);
    return root;
}

static void assert_content(int descriptor, const char *expected)
{
    char content[64] = "";
    assert_true(descriptor >= 0);
    assert_int_equal(read(descriptor, content, sizeof content - 1), strlen(expected));
    assert_string_equal(content, expected);
    assert_int_equal(close(descriptor), 0);
}

static void assert_refused(int descriptor, int code)
{
    int got = errno;
    assert_int_equal(descriptor, -1);
    assert_int_equal(got, code);
}

static void a_file_beneath_is_opened(void **state)
{
    (void)state;
    make_file("top/a/b/file", "content");
    struct root *root = open_root("top", false);
    FOR_EACH_OPENER(open_it)
    {
        assert_content(open_it(root, "a/b/file", O_RDONLY), "content");
        assert_content(open_it(root, "a/./b//file", O_RDONLY), "content");
        assert_content(open_it(root, "a/b/../b/file", O_RDONLY), "content");
        assert_refused(open_it(root, "a/b/none", O_RDONLY), ENOENT);
        assert_refused(open_it(root, "a/b/file/more", O_RDONLY), ENOTDIR);
        int folder = open_it(root, ".", O_RDONLY | O_DIRECTORY);
        assert_true(folder >= 0);
        (void)close(folder);
    }
    root_close(root);
}

static void nothing_outside_is_opened(void **state)
{
    (void)state;
    make_file("secret", "outside");
    make_folder("top/a");
    make_link("../secret", "top/out");
    make_link("../../secret", "top/a/out");
    make_link("..", "top/up");
    make_link("/", "top/slash");
    for (int follow = 0; follow < 2; follow++) {
        struct root *root = open_root("top", follow == 1);
        int code = follow == 1 ? EXDEV : ELOOP;
        FOR_EACH_OPENER(open_it)
        {
            assert_refused(open_it(root, "../secret", O_RDONLY), EXDEV);
            assert_refused(open_it(root, "a/../../secret", O_RDONLY), EXDEV);
            assert_refused(open_it(root, "/etc/passwd", O_RDONLY), EXDEV);
            assert_refused(open_it(root, "out", O_RDONLY), code);
            assert_refused(open_it(root, "a/out", O_RDONLY), code);
            assert_refused(open_it(root, "up/secret", O_RDONLY), code);
            assert_refused(open_it(root, "slash/etc/passwd", O_RDONLY), code);
        }
        root_close(root);
    }
}

static void links_are_followed_only_when_asked(void **state)
{
    (void)state;
    make_file("top/a/b/file", "content");
    make_link("b/../b/file", "top/a/to-file");
    make_link("a/b", "top/to-folder");
    make_link("../top/a", "top/back-in");
    struct root *follows = open_root("top", true);
    struct root *plain = open_root("top", false);
    FOR_EACH_OPENER(open_it)
    {
        assert_content(open_it(follows, "a/to-file", O_RDONLY), "content");
        assert_content(open_it(follows, "to-folder/file", O_RDONLY), "content");
        assert_content(open_it(follows, "to-folder/../to-file", O_RDONLY), "content");
        assert_refused(open_it(follows, "back-in/b/file", O_RDONLY), EXDEV);
        assert_refused(open_it(plain, "a/to-file", O_RDONLY), ELOOP);
        assert_refused(open_it(plain, "to-folder/file", O_RDONLY), ELOOP);
    }
    root_close(plain);
    root_close(follows);
}

static void links_that_lead_nowhere_are_told_apart(void **state)
{
    (void)state;
    make_folder("top");
    make_link("self", "top/self");
    make_link("pong", "top/ping");
    make_link("ping", "top/pong");
    make_link("none", "top/dangling");
    struct root *root = open_root("top", true);
    FOR_EACH_OPENER(open_it)
    {
        assert_refused(open_it(root, "self", O_RDONLY), ELOOP);
        assert_refused(open_it(root, "ping", O_RDONLY), ELOOP);
        assert_refused(open_it(root, "dangling", O_RDONLY), ENOENT);
    }
    root_close(root);
}

static void paths_longer_than_path_max_are_opened(void **state)
{
    (void)state;
    enum {
        DEPTH = 300
    };
    const char *name = "a-folder-with-a-name-of-forty-characters";
    make_deep_file("top", name, DEPTH, "file");
    char *path = deep_path(name, DEPTH, "file");
    assert_true(strlen(path) > (size_t)2 * PATH_MAX);
    for (int follow = 0; follow < 2; follow++) {
        struct root *root = open_root("top", follow == 1);
        FOR_EACH_OPENER(open_it)
        assert_content(open_it(root, path, O_RDONLY), "deep");
        root_close(root);
    }
    free(path);
}

/* The link's ".." leads out of the piece of the path that contains it, but not out of the root. */
static void a_link_far_down_may_lead_up_again(void **state)
{
    (void)state;
    enum {
        DEPTH = 100
    };
    const char *name = "a-folder-with-a-name-of-forty-characters";
    make_deep_file("top", name, DEPTH, "file");
    make_file("top/high", "high");
    char *down = deep_path(name, DEPTH, "link");
    char *up = deep_path("..", DEPTH, "high");
    struct root *root = open_root("top", true);
    char *folder = strndup(down, strlen(down) - strlen("/link"));
    int descriptor = root_openat(root, folder, O_RDONLY | O_DIRECTORY);
    assert_int_equal(symlinkat(up, descriptor, "link"), 0);
    (void)close(descriptor);
    FOR_EACH_OPENER(open_it)
    assert_content(open_it(root, down, O_RDONLY), "high");
    root_close(root);
    free(folder);
    free(up);
    free(down);
}

static void a_fifo_without_a_writer_does_not_block(void **state)
{
    (void)state;
    make_folder("top");
    make_fifo("top/fifo");
    struct root *root = open_root("top", false);
    FOR_EACH_OPENER(open_it)
    {
        int descriptor = open_it(root, "fifo", O_RDONLY);
        assert_true(descriptor >= 0);
        (void)close(descriptor);
    }
    root_close(root);
}

static void descriptors_are_closed_on_exec(void **state)
{
    (void)state;
    make_file("top/file", "content");
    struct root *root = open_root("top", false);
    assert_true((fcntl(root->descriptor, F_GETFD) & FD_CLOEXEC) != 0);
    FOR_EACH_OPENER(open_it)
    {
        int descriptor = open_it(root, "file", O_RDONLY);
        assert_true((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
        (void)close(descriptor);
    }
    root_close(root);
}

static void closing_slashes_are_dropped_from_the_operand(void **state)
{
    (void)state;
    make_folder("top");
    struct root *root = open_root("top//", false);
    assert_string_equal(root->operand, "top");
    root_close(root);
    root = open_root("/", false);
    assert_string_equal(root->operand, "");
    root_close(root);
}

static void what_is_not_a_folder_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct error error = {0};
    assert_null(root_open("none", false, &error));
    assert_int_equal(error.code, ENOENT);
    assert_non_null(strstr(error.text, "'none'"));
    make_file("file", "");
    assert_null(root_open("file", false, &error));
    assert_int_equal(error.code, ENOTDIR);
}

static void stat_sees_a_link_or_looks_through_it(void **state)
{
    (void)state;
    make_file("secret", "outside");
    make_file("top/a/file", "content");
    make_link("a/file", "top/link");
    make_link("../secret", "top/out");
    struct root *root = open_root("top", true);
    struct stat facts;
    assert_int_equal(root_stat(root, "link", false, &facts), 0);
    assert_true(S_ISLNK(facts.st_mode));
    assert_int_equal(root_stat(root, "link", true, &facts), 0);
    assert_true(S_ISREG(facts.st_mode));
    assert_int_equal(root_stat(root, "a/file", false, &facts), 0);
    assert_true(S_ISREG(facts.st_mode));
    assert_int_equal(root_stat(root, ".", false, &facts), 0);
    assert_true(S_ISDIR(facts.st_mode));
    assert_refused(root_stat(root, "out", true, &facts), EXDEV);
    assert_refused(root_stat(root, "none/file", false, &facts), ENOENT);
    root_close(root);
}

static struct root *root_for_file(const char *operand)
{
    struct error error = {0};
    struct root *root = root_new_for_file(operand, &error);
    assert_non_null(root);
    return root;
}

static void a_file_given_by_itself_is_opened_beside(void **state)
{
    (void)state;
    make_file("dir/file", "content");
    make_file("plain", "here");
    struct root *root = root_for_file("dir/file");
    assert_string_equal(root->operand, "dir");
    assert_content(root_openat(root, "file", O_RDONLY), "content");
    assert_refused(root_openat(root, "../plain", O_RDONLY), EXDEV);
    root_close(root);
    root = root_for_file("plain");
    assert_string_equal(root->operand, ".");
    assert_content(root_openat(root, "plain", O_RDONLY), "here");
    root_close(root);
}

static void a_link_given_by_itself_is_followed_anywhere(void **state)
{
    (void)state;
    make_file("elsewhere/file", "content");
    make_folder("dir");
    make_link("../elsewhere/file", "dir/link");
    make_link("../elsewhere/file", "dir/other");
    struct root *root = root_for_file("dir/link");
    assert_content(root_openat(root, "link", O_RDONLY), "content");
    assert_refused(root_openat(root, "other", O_RDONLY), ELOOP);
    root_close(root);
}

/* A file that becomes a link after it was given is not followed. */
static void a_file_given_by_itself_does_not_become_a_link(void **state)
{
    (void)state;
    make_file("secret", "outside");
    make_file("dir/file", "content");
    struct root *root = root_for_file("dir/file");
    assert_int_equal(unlink("dir/file"), 0);
    make_link("../secret", "dir/file");
    assert_refused(root_openat(root, "file", O_RDONLY), ELOOP);
    root_close(root);
}

/* ---- a folder and a link that leads out are exchanged all the time */

struct swapper {
    atomic_ulong swaps;
    atomic_bool enough;
};

static void *swap_until_enough(void *context)
{
    struct swapper *swapper = context;
    while (!atomic_load(&swapper->enough)) {
        if (renameat2(AT_FDCWD, "top/place", AT_FDCWD, "top/other", RENAME_EXCHANGE) != 0 ||
            renameat2(AT_FDCWD, "top/leaf", AT_FDCWD, "top/link", RENAME_EXCHANGE) != 0)
            break;
        atomic_fetch_add(&swapper->swaps, 1);
    }
    return NULL;
}

/* The first byte of the file that is at `path` now: 'i' inside, 'o' outside, 0: it cannot be
 * opened. */
static char first_byte(opener *open_it, const struct root *root, const char *path)
{
    char byte = 0;
    int descriptor = open_it(root, path, O_RDONLY);
    if (descriptor < 0)
        return 0;
    assert_int_equal(read(descriptor, &byte, 1), 1);
    (void)close(descriptor);
    return byte;
}

static void a_swapped_link_never_leads_out(void **state)
{
    (void)state;
    make_file("outside/sub/file", "outside");
    make_file("top/place/sub/file", "inside");
    make_link("../outside", "top/other");
    make_file("top/leaf", "inside");
    make_link("../outside/sub/file", "top/link");
    struct root *roots[] = {open_root("top", false), open_root("top", true)};
    struct swapper swapper = {0};
    unsigned long inside = 0;
    unsigned long refused = 0;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, swap_until_enough, &swapper), 0);
    unsigned long wanted = race_count(5000);
    unsigned long tries = 100 * wanted;
    while ((atomic_load(&swapper.swaps) < wanted || inside == 0 || refused == 0) && tries-- > 0) {
        for (size_t i = 0; i < 8; i++) {
            const char *path = i / 4 == 0 ? "place/sub/file" : "leaf";
            char byte = first_byte(openers[i / 2 % 2], roots[i % 2], path);
            assert_int_not_equal(byte, 'o');
            inside += byte == 'i';
            refused += byte == 0;
        }
    }
    atomic_store(&swapper.enough, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(atomic_load(&swapper.swaps) >= wanted);
    assert_true(inside > 0 && refused > 0);
    root_close(roots[0]);
    root_close(roots[1]);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_file_beneath_is_opened),
        IN_SCRATCH(nothing_outside_is_opened),
        IN_SCRATCH(links_are_followed_only_when_asked),
        IN_SCRATCH(links_that_lead_nowhere_are_told_apart),
        IN_SCRATCH(paths_longer_than_path_max_are_opened),
        IN_SCRATCH(a_link_far_down_may_lead_up_again),
        IN_SCRATCH(a_fifo_without_a_writer_does_not_block),
        IN_SCRATCH(descriptors_are_closed_on_exec),
        IN_SCRATCH(closing_slashes_are_dropped_from_the_operand),
        IN_SCRATCH(what_is_not_a_folder_is_an_error_that_names_it),
        IN_SCRATCH(stat_sees_a_link_or_looks_through_it),
        IN_SCRATCH(a_file_given_by_itself_is_opened_beside),
        IN_SCRATCH(a_link_given_by_itself_is_followed_anywhere),
        IN_SCRATCH(a_file_given_by_itself_does_not_become_a_link),
        IN_SCRATCH(a_swapped_link_never_leads_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
