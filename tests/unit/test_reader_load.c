/* What the reader does with a file, on real files. */
#include "around_read.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

static void a_small_file_is_whole_after_the_headroom(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    struct load *load = load_new(fixture, "a", NULL);
    load_do(fixture, load);
    assert_content(load, 0, "hello");
    assert_int_equal(load->files[0].offset, 10);
    assert_int_equal(load->job.content.length, 15);
    assert_true(load->job.content.capacity > 10 + 5 + 20);
    assert_int_equal(load->job.content.data[15], '\0');
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_job_may_be_used_again(void **state)
{
    struct fixture *fixture = *state;
    fixture_fill(fixture, "large", 'l', 5000);
    fixture_write(fixture, "small", "s", 1);
    struct load *load = load_new(fixture, "large", NULL);
    load_do(fixture, load);
    assert_int_equal(load->job.content.length, 5010);
    const char *data = load->job.content.data;
    load->files[0].path = "small";
    load_do(fixture, load);
    assert_content(load, 0, "s");
    assert_ptr_equal(load->job.content.data, data);
    load_free(load);
    FINISH(fixture, "large", "small", NULL);
}

static void files_of_a_pair_follow_each_other(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "first", 5);
    fixture_write(fixture, "b", "second", 6);
    struct load *load = load_new(fixture, "a", "b");
    load_do(fixture, load);
    assert_content(load, 0, "first");
    assert_content(load, 1, "second");
    assert_int_equal(load->files[1].offset, 15);
    load_free(load);
    FINISH(fixture, "a", "b", NULL);
}

static void an_empty_file_is_whole(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "", 0);
    struct load *load = load_new(fixture, "a", NULL);
    load->job.headroom = 0;
    load_do(fixture, load);
    assert_content(load, 0, "");
    assert_int_equal(load->job.content.length, 0);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_path_without_a_root_is_opened_as_it_is(void **state)
{
    struct fixture *fixture = *state;
    char path[100];
    fixture_write(fixture, "a", "hello", 5);
    snprintf(path, sizeof path, "%s/a", fixture->folder);
    struct load *load = load_new(fixture, path, NULL);
    load->files[0].root = NULL;
    load_do(fixture, load);
    assert_content(load, 0, "hello");
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_missing_file_is_missing(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    const char *const paths[] = {"none", "a/none", "none/none"};
    for (size_t i = 0; i < 3; i++) {
        struct load *load = load_new(fixture, paths[i], NULL);
        load_do(fixture, load);
        assert_int_equal(load->job.result, READER_MISSING);
        assert_int_equal(load->files[0].result, READER_MISSING);
        assert_false(load->job.whole);
        load_free(load);
    }
    FINISH(fixture, "a", NULL);
}

static void an_optional_file_that_is_missing_is_left_out(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    struct load *load = load_new(fixture, "a", "none");
    load->files[1].optional = true;
    load_do(fixture, load);
    assert_content(load, 0, "hello");
    assert_int_equal(load->files[1].result, READER_ABSENT);
    assert_int_equal(load->job.content.length, 15);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void the_first_file_that_does_not_exist_decides(void **state)
{
    struct fixture *fixture = *state;
    fixture_fill(fixture, "a", 'a', 100);
    size_t open = count_descriptors();
    for (size_t most = 10; most <= 1000; most *= 100) {
        struct load *load = load_new(fixture, "a", "none");
        load->job.whole_most = most;
        load_do(fixture, load);
        assert_int_equal(load->job.result, READER_MISSING);
        assert_int_equal(load->files[0].result, READER_OK);
        assert_int_equal(load->files[1].result, READER_MISSING);
        assert_int_equal(load->files[0].descriptor, -1);
        assert_int_equal(count_descriptors(), open);
        load_free(load);
    }
    FINISH(fixture, "a", NULL);
}

static void what_is_not_a_regular_file_is_not_read(void **state)
{
    struct fixture *fixture = *state;
    int folder = fixture->root->descriptor;
    assert_int_equal(mkdirat(folder, "folder", 0755), 0);
    assert_int_equal(mkfifoat(folder, "fifo", 0644), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", fixture->folder);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    const char *const names[] = {"folder", "fifo", "socket"};
    size_t open = count_descriptors();
    for (size_t i = 0; i < 3; i++) {
        struct load *load = load_new(fixture, names[i], NULL);
        load_do(fixture, load);
        assert_int_equal(load->job.result, READER_NOT_REGULAR);
        assert_int_equal(count_descriptors(), open);
        load_free(load);
    }
    close(listener);
    FINISH(fixture, "folder", "fifo", "socket", NULL);
}

static void a_link_in_the_way_is_not_followed(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    assert_int_equal(symlinkat("a", fixture->root->descriptor, "link"), 0);
    struct load *load = load_new(fixture, "link", NULL);
    load_do(fixture, load);
    assert_int_equal(load->job.result, READER_LINK);
    load_free(load);
    FINISH(fixture, "a", "link", NULL);
}

static void the_limit_for_whole_files_is_exact(void **state)
{
    struct fixture *fixture = *state;
    fixture_fill(fixture, "a", 'a', 600);
    fixture_fill(fixture, "b", 'b', 400);
    const struct {
        const char *other;
        size_t most;
        bool whole;
    } cases[] = {{NULL, 600, true}, {NULL, 599, false}, {"b", 1000, true}, {"b", 999, false}};
    for (size_t i = 0; i < 4; i++) {
        struct load *load = load_new(fixture, "a", cases[i].other);
        load->job.whole_most = cases[i].most;
        load_do(fixture, load);
        assert_int_equal(load->job.result, READER_OK);
        assert_int_equal(load->job.whole, cases[i].whole);
        for (size_t k = 0; k < load->job.file_count; k++) {
            assert_int_equal(load->files[k].descriptor >= 0, !cases[i].whole);
            assert_true(cases[i].whole || reader_unchanged(&load->files[k]));
        }
        load_free(load);
    }
    FINISH(fixture, "a", "b", NULL);
}

static void the_first_file_has_digests_whole_or_streamed(void **state)
{
    struct fixture *fixture = *state;
    fixture_fill(fixture, "a", 'a', 1000000);
    fixture_write(fixture, "b", "other", 5);
    for (size_t most = 0; most <= 1000005; most += 1000005) {
        struct load *load = load_new(fixture, "a", "b");
        load->job.whole_most = most;
        load->job.digests = DIGEST_SHA256 | DIGEST_MD5;
        load_do(fixture, load);
        assert_int_equal(load->job.result, READER_OK);
        assert_int_equal(load->job.whole, most > 0);
        assert_string_equal(load->files[0].digests.sha256,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
        assert_string_equal(load->files[0].digests.md5, "7707d6ae4e027c70eea2a935c2296f21");
        assert_string_equal(load->files[0].digests.sha1, "");
        assert_string_equal(load->files[1].digests.md5, "");
        load_free(load);
    }
    FINISH(fixture, "a", "b", NULL);
}

/* The superuser may read everything: then the file is loaded as another user. */
static void a_file_that_may_not_be_read_says_why(void **state)
{
    struct fixture *fixture = *state;
    bool root = geteuid() == 0;
    fixture_write(fixture, "a", "hello", 5);
    assert_int_equal(fchmodat(fixture->root->descriptor, "a", 0, 0), 0);
    assert_int_equal(chmod(fixture->folder, 0755), 0);
    struct load *load = load_new(fixture, "a", NULL);
    assert_true(!root || seteuid(65534) == 0);
    load_do(fixture, load);
    assert_true(!root || seteuid(0) == 0);
    assert_int_equal(load->job.result, READER_FAILED);
    assert_int_equal(load->job.code, EACCES);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_lack_of_descriptors_says_so(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    struct load *load = load_new(fixture, "a", NULL);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    load_do(fixture, load);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(load->job.result, READER_FAILED);
    assert_int_equal(load->job.code, EMFILE);
    assert_int_equal(load->files[0].code, EMFILE);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void no_room_for_the_content_says_so(void **state)
{
    struct fixture *fixture = *state;
    fixture_fill(fixture, "a", 'a', 1000);
    struct load *load = load_new(fixture, "a", NULL);
    buf_init(&load->job.content, 1000);
    size_t open = count_descriptors();
    load_do(fixture, load);
    assert_int_equal(load->job.result, READER_FAILED);
    assert_int_equal(load->job.code, ENOMEM);
    assert_int_equal(count_descriptors(), open);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_disk_that_fails_says_so(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    around_read.error = EIO;
    struct load *load = load_new(fixture, "a", NULL);
    load_do(fixture, load);
    assert_int_equal(load->job.result, READER_FAILED);
    assert_int_equal(load->job.code, EIO);
    assert_false(load->job.whole);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_read_that_returns_less_is_continued(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    around_read.most = 2;
    struct load *load = load_new(fixture, "a", NULL);
    load_do(fixture, load);
    assert_content(load, 0, "hello");
    load_free(load);
    FINISH(fixture, "a", NULL);
}

/* Loads a file that is old enough and that `change` changes before or after the read. */
static void check_change(struct fixture *fixture, const struct change *change, bool before)
{
    fixture_fill(fixture, "a", 'a', 1000);
    struct load *load = load_new(fixture, "a", NULL);
    around_read.fixture = fixture;
    around_read.name = "a";
    *(before ? &around_read.before : &around_read.after) = change;
    size_t open = count_descriptors();
    load_do(fixture, load);
    memset(&around_read, 0, sizeof around_read);
    if (load->job.result != READER_CHANGED)
        fail_msg("%s %s the read: %d", change->name, before ? "before" : "after", load->job.result);
    assert_int_equal(load->files[0].result, READER_CHANGED);
    assert_false(load->job.whole);
    assert_int_equal(count_descriptors(), open);
    load_free(load);
}

static void a_file_that_changes_while_it_is_read_is_not_returned(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < CHANGES; i++) {
        check_change(fixture, &changes[i], true);
        check_change(fixture, &changes[i], false);
    }
    fixture_write(fixture, "a", "", 0);
    FINISH(fixture, "a", NULL);
}

static void a_file_whose_content_stays_the_same_is_returned(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 2 * COUNT_OF(harmless); i++) {
        fixture_fill(fixture, "a", 'a', 1000);
        struct load *load = load_new(fixture, "a", NULL);
        around_read.fixture = fixture;
        around_read.name = "a";
        *(i % 2 == 0 ? &around_read.before : &around_read.after) = &harmless[i / 2];
        load_do(fixture, load);
        memset(&around_read, 0, sizeof around_read);
        assert_int_equal(load->job.result, READER_OK);
        assert_true(load->job.whole);
        load_free(load);
    }
    FINISH(fixture, "a", NULL);
}

/* Files of /proc have size 0 and content; those of /sys have a size of 4096 and less content. */
static void a_file_whose_size_is_not_that_of_its_content_says_so(void **state)
{
    struct fixture *fixture = *state;
    static const char *const paths[] = {"/proc/self/status", "/proc/sys/kernel/hostname",
        "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/fs/cgroup/cgroup.controllers"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct load *load = load_new(fixture, paths[i], NULL);
        load->files[0].root = NULL;
        load_do(fixture, load);
        if (i == 0 || load->job.result != READER_MISSING)
            assert_int_equal(load->job.result, READER_SIZE_WRONG);
        load_free(load);
    }
    FINISH(fixture, NULL);
}

static void the_first_of_a_pair_is_checked_after_the_second_was_read(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "first", 5);
    fixture_write(fixture, "b", "second", 6);
    struct load *load = load_new(fixture, "a", "b");
    load_do(fixture, load); /* both are old enough from here on */
    around_read.fixture = fixture;
    around_read.name = "a";
    around_read.after = &changes[0];
    load_do(fixture, load);
    assert_int_equal(load->job.result, READER_CHANGED);
    assert_int_equal(load->files[0].result, READER_CHANGED);
    load_free(load);
    FINISH(fixture, "a", "b", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_small_file_is_whole_after_the_headroom, setup),
        cmocka_unit_test_setup(a_job_may_be_used_again, setup),
        cmocka_unit_test_setup(files_of_a_pair_follow_each_other, setup),
        cmocka_unit_test_setup(an_empty_file_is_whole, setup),
        cmocka_unit_test_setup(a_path_without_a_root_is_opened_as_it_is, setup),
        cmocka_unit_test_setup(a_missing_file_is_missing, setup),
        cmocka_unit_test_setup(an_optional_file_that_is_missing_is_left_out, setup),
        cmocka_unit_test_setup(the_first_file_that_does_not_exist_decides, setup),
        cmocka_unit_test_setup(what_is_not_a_regular_file_is_not_read, setup),
        cmocka_unit_test_setup(a_link_in_the_way_is_not_followed, setup),
        cmocka_unit_test_setup(the_limit_for_whole_files_is_exact, setup),
        cmocka_unit_test_setup(the_first_file_has_digests_whole_or_streamed, setup),
        cmocka_unit_test_setup(a_file_that_may_not_be_read_says_why, setup),
        cmocka_unit_test_setup(a_lack_of_descriptors_says_so, setup),
        cmocka_unit_test_setup(no_room_for_the_content_says_so, setup),
        cmocka_unit_test_setup(a_disk_that_fails_says_so, setup),
        cmocka_unit_test_setup(a_read_that_returns_less_is_continued, setup),
        cmocka_unit_test_setup(a_file_that_changes_while_it_is_read_is_not_returned, setup),
        cmocka_unit_test_setup(a_file_whose_content_stays_the_same_is_returned, setup),
        cmocka_unit_test_setup(a_file_whose_size_is_not_that_of_its_content_says_so, setup),
        cmocka_unit_test_setup(the_first_of_a_pair_is_checked_after_the_second_was_read, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
