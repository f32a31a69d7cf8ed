#include "io/tally.h"

#include <sched.h>

#include "scratch.h"

static struct walk *walk_here(void)
{
    static const char *const operands[] = {"."};
    const struct walk_options options = {
        .operands = operands, .operand_count = 1, .list_descriptor = -1};
    struct error error = {0};
    struct walk *walk = walk_new(&options, &error);
    assert_non_null(walk);
    return walk;
}

static void it_counts_the_files_of_a_walk_and_their_bytes(void **state)
{
    (void)state;
    uint64_t files = 0;
    int64_t bytes = 0;
    make_file("a", "123");
    make_folder("d");
    make_file("d/b", "45678");
    make_link("a", "link");
    struct tally *tally = tally_new(walk_here());
    assert_non_null(tally);
    while (!tally_read(tally, &files, &bytes))
        (void)sched_yield();
    assert_int_equal(files, 2);
    assert_int_equal(bytes, 8);
    assert_true(tally_stop(tally));
    tally_free(tally);
}

static void it_can_be_stopped_at_any_time(void **state)
{
    (void)state;
    char name[16];
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof name, "f%d", i);
        make_file(name, "");
    }
    for (int i = 0; i < 20; i++) {
        struct tally *tally = tally_new(walk_here());
        assert_non_null(tally);
        assert_true(tally_stop(tally));
        tally_free(tally);
    }
    assert_true(tally_stop(NULL));
    tally_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            it_counts_the_files_of_a_walk_and_their_bytes, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(
            it_can_be_stopped_at_any_time, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
