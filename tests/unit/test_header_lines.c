#include "check.h"

#include <string.h>

#include "text/header_lines.h"

static struct http_slice slice_of(const char *text)
{
    return (struct http_slice){text, strlen(text)};
}

static void check_slice(struct http_slice slice, const char *expected)
{
    assert_int_equal(slice.length, strlen(expected));
    assert_memory_equal(slice.data, expected, slice.length);
}

static void lines_are_split(void **state)
{
    (void)state;
    struct http_slice lines = slice_of("A: 1\nB:2 \nno colon\nC:\nD: a: b");
    struct http_slice name;
    struct http_slice value;
    static const char *const expected[][2] = {
        {"A", "1"}, {"B", "2"}, {"", "no colon"}, {"C", ""}, {"D", "a: b"}};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_true(header_lines_next(&lines, &name, &value));
        check_slice(name, expected[i][0]);
        check_slice(value, expected[i][1]);
    }
    assert_false(header_lines_next(&lines, &name, &value));
}

static void each_line_of_a_name_is_found_whatever_its_case(void **state)
{
    (void)state;
    struct http_slice lines = slice_of("ETag: 1\nX: 2\neTAG: 3\nETags: 4\n");
    struct http_slice value;
    assert_true(header_lines_find(&lines, "etag", &value));
    check_slice(value, "1");
    assert_true(header_lines_find(&lines, "etag", &value));
    check_slice(value, "3");
    assert_false(header_lines_find(&lines, "etag", &value));
    struct http_slice none = {NULL, 0};
    assert_false(header_lines_find(&none, "etag", &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_split),
        cmocka_unit_test(each_line_of_a_name_is_found_whatever_its_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
