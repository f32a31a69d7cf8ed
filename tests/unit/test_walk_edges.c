#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "walk_lines.h"

static void paths_may_be_longer_than_path_max(void **state)
{
    (void)state;
    enum {
        DEPTH = 300
    };
    const char *name = "a-folder-with-a-name-of-forty-characters";
    make_deep_file("top", name, DEPTH, "file");
    make_file("top/beside", "");
    char *path = deep_path(name, DEPTH, "file");
    char *expected;
    assert_true(asprintf(&expected, "file %s\nfile beside\n", path) > 2 * PATH_MAX);
    ASSERT_WALK(expected, OPERANDS("top"));
    ASSERT_WALK(expected, OPERANDS("top"), .links = ROOT_LINKS_INSIDE);
    free(expected);
    free(path);
}

static void names_may_hold_any_byte(void **state)
{
    (void)state;
    char path[] = "top/x";
    struct buf expected;
    buf_init(&expected, 4096);
    for (int byte = 1; byte < 256; byte++) {
        if (byte == '/' || byte == '.')
            continue;
        path[4] = (char)byte;
        make_file(path, "");
        assert_true(buf_printf(&expected, "file %c\n", byte));
    }
    ASSERT_WALK(buf_text(&expected), OPERANDS("top"));
    buf_free(&expected);
}

static void one_folder_is_open_at_a_time(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "top/%d/x/y/z/file", i);
        make_file(path, "");
    }
    make_deep_file("top/deep", "d", 60, "file");
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct walk *walk = open_walk(&(struct walk_options){OPERANDS("top")});
    /* Room for one descriptor more than there is now. */
    int next = dup(0);
    (void)close(next);
    struct rlimit tight = {.rlim_cur = (rlim_t)next + 1, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    struct lines lines = {0};
    collect(walk, &lines);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    walk_free(walk);
    join(&lines);
    assert_int_equal(lines.count, 41);
    assert_null(strstr(lines.joined, "problem"));
    free_lines(&lines);
}

static void begin_walk_of_one_file_and_a_folder(struct walk **walk, struct lines *lines)
{
    make_file("top/file", "");
    make_file("top/folder/lost", "");
    *walk = open_walk(&(struct walk_options){OPERANDS("top")});
    struct walk_item item = walk_next(*walk);
    assert_int_equal(item.kind, WALK_FILE);
    assert_string_equal(item.entry->path, "file");
    free_item(&item);
    *lines = (struct lines){0};
}

static void a_folder_that_vanishes_is_a_problem(void **state)
{
    (void)state;
    struct walk *walk;
    struct lines lines;
    begin_walk_of_one_file_and_a_folder(&walk, &lines);
    assert_int_equal(unlink("top/folder/lost"), 0);
    assert_int_equal(rmdir("top/folder"), 0);
    collect(walk, &lines);
    join(&lines);
    assert_string_equal(lines.joined,
        "problem folder: this folder was there and is gone: what lay in it can't be sent; run it "
        "again when nothing changes there\n");
    free_lines(&lines);
    walk_free(walk);
}

static void a_folder_that_becomes_a_link_is_a_problem(void **state)
{
    (void)state;
    make_file("outside/secret", "");
    struct walk *walk;
    struct lines lines;
    begin_walk_of_one_file_and_a_folder(&walk, &lines);
    assert_int_equal(rename("top/folder", "top/moved"), 0);
    make_link("../outside", "top/folder");
    collect(walk, &lines);
    join(&lines);
    assert_string_equal(lines.joined,
        "problem folder: this was a folder and is replaced by something else: what lay in it can't "
        "be sent; run it again when nothing changes there\n");
    free_lines(&lines);
    walk_free(walk);
}

static void a_root_that_vanishes_is_a_problem(void **state)
{
    (void)state;
    make_folder("top");
    struct walk *walk = open_walk(&(struct walk_options){OPERANDS("top")});
    assert_int_equal(rmdir("top"), 0);
    struct lines lines = {0};
    collect(walk, &lines);
    join(&lines);
    assert_non_null(strstr(lines.joined, "problem top: this folder was there and is gone"));
    free_lines(&lines);
    walk_free(walk);
}

/* Permissions do not apply to the superuser: then the walk is made as another user. */
static void a_folder_that_can_not_be_read_is_a_problem(void **state)
{
    (void)state;
    make_file("top/file", "");
    make_file("top/closed/lost", "");
    make_folder("shut");
    assert_int_equal(chmod("top/closed", 0), 0);
    assert_int_equal(chmod("shut", 0), 0);
    bool was_root = geteuid() == 0;
    if (was_root)
        assert_int_equal(seteuid(65534), 0);
    ASSERT_WALK("file file\n"
                "problem closed: this folder can't be read, and what lies in it is not sent: "
                "permission denied\n",
        OPERANDS("top"));
    ASSERT_REFUSED("the folder 'shut' can't be read: permission denied", OPERANDS("shut"));
    if (was_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod("top/closed", 0755), 0);
}

static void a_stopped_walk_ends(void **state)
{
    (void)state;
    make_file("top/a", "");
    make_file("top/b", "");
    struct walk *walk = open_walk(&(struct walk_options){OPERANDS("top")});
    struct walk_item item = walk_next(walk);
    assert_int_equal(item.kind, WALK_FILE);
    free_item(&item);
    walk_stop(walk);
    assert_int_equal(walk_next(walk).kind, WALK_END);
    walk_free(walk);
}

/* ---- a kernel or a sandbox without openat2(2), simulated by a seccomp filter for one thread */

static bool forbid_openat2(unsigned code)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

struct forbidden_walk {
    unsigned code;  /* the errno of openat2(2) */
    bool forbidden; /* the filter works */
    bool by_steps;  /* the root noticed */
    struct lines lines;
};

static void *walk_without_openat2(void *context)
{
    struct forbidden_walk *self = context;
    self->forbidden = forbid_openat2(self->code);
    struct root *root = root_open("top", true, NULL);
    self->by_steps = root != NULL && root->by_steps;
    root_close(root);
    self->lines = walk_with(&(struct walk_options){OPERANDS("top"), .links = ROOT_LINKS_INSIDE});
    return NULL;
}

static void a_walk_works_without_openat2(void **state)
{
    (void)state;
    make_file("top/a/file", "");
    make_link("a", "top/link");
    make_link("../none", "top/a/out");
    make_link("../..", "top/a/up");
    for (size_t i = 0; i < 2; i++) {
        struct forbidden_walk walk = {.code = i == 0 ? ENOSYS : EPERM};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, walk_without_openat2, &walk), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(walk.forbidden);
        assert_true(walk.by_steps);
        assert_int_equal(walk.lines.count, 6);
        assert_non_null(strstr(walk.lines.joined, "file a/file\nfile link/file\n"));
        assert_non_null(strstr(walk.lines.joined, "problem a/out: this link leads to nothing"));
        assert_non_null(strstr(walk.lines.joined, "problem link/up: this link is absolute or"));
        free_lines(&walk.lines);
    }
}

/* ---- a folder and a link that leads out are exchanged during walks */

struct swapper {
    atomic_ulong swaps;
    atomic_bool enough;
};

static void *swap_until_enough(void *context)
{
    struct swapper *swapper = context;
    while (!atomic_load(&swapper->enough)) {
        if (renameat2(AT_FDCWD, "top/place", AT_FDCWD, "top/other", RENAME_EXCHANGE) != 0)
            break;
        atomic_fetch_add(&swapper->swaps, 1);
    }
    return NULL;
}

/* Reads a file that was found, which must never be the one outside. Returns the bytes read. */
static size_t read_found(const struct entry *entry)
{
    char content[16] = "";
    int descriptor = root_openat(entry->root, entry_relative(entry), O_RDONLY);
    if (descriptor < 0)
        return 0;
    ssize_t length = read(descriptor, content, sizeof content - 1);
    (void)close(descriptor);
    assert_string_equal(content, "inside");
    return (size_t)length;
}

static size_t walk_once_while_swapped(bool follow)
{
    size_t bytes = 0;
    struct walk *walk = open_walk(&(struct walk_options){
        OPERANDS("top"), .links = follow ? ROOT_LINKS_INSIDE : ROOT_LINKS_NONE});
    for (;;) {
        struct walk_item item = walk_next(walk);
        if (item.kind == WALK_END)
            break;
        if (item.kind == WALK_FILE) {
            assert_null(strstr(item.entry->path, "secret"));
            bytes += read_found(item.entry);
        }
        free_item(&item);
    }
    walk_free(walk);
    return bytes;
}

static void a_link_swapped_in_yields_nothing_from_outside(void **state)
{
    (void)state;
    make_file("outside/file", "outside");
    make_file("outside/secret", "outside");
    make_file("top/place/file", "inside");
    make_link("../outside", "top/other");
    struct swapper swapper = {0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, swap_until_enough, &swapper), 0);
    unsigned long wanted = race_count(5000);
    size_t bytes = 0;
    for (unsigned long walks = 0; walks < 100 * wanted; walks++) {
        if (atomic_load(&swapper.swaps) >= wanted && bytes > 0)
            break;
        bytes += walk_once_while_swapped(walks % 2 == 1);
    }
    atomic_store(&swapper.enough, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(atomic_load(&swapper.swaps) >= wanted);
    assert_true(bytes > 0);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(paths_may_be_longer_than_path_max),
        IN_SCRATCH(names_may_hold_any_byte),
        IN_SCRATCH(one_folder_is_open_at_a_time),
        IN_SCRATCH(a_folder_that_vanishes_is_a_problem),
        IN_SCRATCH(a_folder_that_becomes_a_link_is_a_problem),
        IN_SCRATCH(a_root_that_vanishes_is_a_problem),
        IN_SCRATCH(a_folder_that_can_not_be_read_is_a_problem),
        IN_SCRATCH(a_stopped_walk_ends),
        IN_SCRATCH(a_walk_works_without_openat2),
        IN_SCRATCH(a_link_swapped_in_yields_nothing_from_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
