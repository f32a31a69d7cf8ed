/* Which files are a run's own. */
#include "scratch.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/own_files.h"

static int open_file(const char *path)
{
    make_file(path, "content");
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(descriptor >= 0);
    return descriptor;
}

static void a_file_is_known_by_its_name_and_numbers(void **state)
{
    (void)state;
    struct own_files own = {0};
    struct stat facts;
    int descriptor = open_file("events.jsonl");
    assert_true(own_files_add(&own, descriptor));
    assert_int_equal(fstat(descriptor, &facts), 0);
    assert_true(own_files_may_have(&own, "events.jsonl"));
    assert_false(own_files_may_have(&own, "a.js"));
    assert_true(own_files_have(&own, facts.st_dev, facts.st_ino));
    assert_false(own_files_have(&own, facts.st_dev, facts.st_ino + 1));
    own_files_free(&own);
    (void)close(descriptor);
}

static void a_file_with_two_names_may_have_any(void **state)
{
    (void)state;
    struct own_files own = {0};
    int descriptor = open_file("one");
    assert_int_equal(link("one", "two"), 0);
    assert_true(own_files_add(&own, descriptor));
    assert_true(own_files_add_path(&own, "two"));
    assert_true(own_files_add_path(&own, "missing"));
    assert_int_equal(own.count, 2);
    assert_true(own_files_may_have(&own, "a.js"));
    own_files_free(&own);
    (void)close(descriptor);
}

static void a_file_that_was_removed_costs_nothing(void **state)
{
    (void)state;
    struct own_files own = {0};
    int descriptor = open_file("removed");
    assert_int_equal(unlink("removed"), 0);
    assert_true(own_files_add(&own, descriptor));
    assert_false(own_files_may_have(&own, "a.js"));
    own_files_free(&own);
    (void)close(descriptor);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_file_is_known_by_its_name_and_numbers),
        IN_SCRATCH(a_file_with_two_names_may_have_any),
        IN_SCRATCH(a_file_that_was_removed_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
