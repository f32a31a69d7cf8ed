#include "check.h"

#include <string.h>

#include "text/status_list.h"

static void codes_and_ranges_are_in_the_list(void **state)
{
    (void)state;
    struct status_list list;
    assert_true(status_list_parse("200,204-206,599,100", &list, NULL));
    for (long status = -1; status < 700; status++) {
        int expected =
            status == 200 || (status >= 204 && status <= 206) || status == 599 || status == 100;
        assert_int_equal(status_list_has(&list, status), expected);
    }
}

static void the_whole_range_is_a_range(void **state)
{
    (void)state;
    struct status_list list;
    assert_true(status_list_parse("100-599", &list, NULL));
    assert_true(status_list_has(&list, 100));
    assert_true(status_list_has(&list, 599));
    assert_false(status_list_has(&list, 99));
    assert_false(status_list_has(&list, 600));
}

static void an_empty_text_is_an_empty_list(void **state)
{
    (void)state;
    struct status_list list;
    assert_true(status_list_parse("", &list, NULL));
    for (long status = 0; status < 700; status++)
        assert_false(status_list_has(&list, status));
}

static void broken_lists_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"2", "20", "2000", "99", "099", "600", "abc", "200,", ",200",
        "200,,201", "200-", "-200", "206-204", "200-600", "200 ", " 200", "200-204-206", "2xx",
        "200;201"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct status_list list;
        struct error error = {0};
        assert_false(status_list_parse(bad[i], &list, &error));
        assert_int_equal(error.class, ERROR_USAGE);
    }
}

static void the_error_names_the_item(void **state)
{
    (void)state;
    struct status_list list;
    struct error error = {0};
    assert_false(status_list_parse("200,20x,300", &list, &error));
    assert_non_null(strstr(error.text, "'20x'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_ranges_are_in_the_list),
        cmocka_unit_test(the_whole_range_is_a_range),
        cmocka_unit_test(an_empty_text_is_an_empty_list),
        cmocka_unit_test(broken_lists_are_refused),
        cmocka_unit_test(the_error_names_the_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
