#include "check.h"

#include "base/path.h"

static void a_path_is_cut_at_its_last_slash(void **state)
{
    (void)state;
    assert_string_equal(path_last_name("a/b/c"), "c");
    assert_string_equal(path_last_name("c"), "c");
    assert_string_equal(path_last_name("a/"), "");
    assert_int_equal(path_folder_length("a/b/c"), 3);
    assert_int_equal(path_folder_length("c"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_cut_at_its_last_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
