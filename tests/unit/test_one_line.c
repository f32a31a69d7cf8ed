/* Text from outside put on one line. */
#include "check.h"

#include <string.h>

#include "text/one_line.h"

static void check_line(const char *text, size_t most, const char *expected)
{
    struct buf out;
    buf_init(&out, 1000);
    assert_true(buf_add_text(&out, "> "));
    assert_true(one_line_add(&out, text, strlen(text), most));
    assert_string_equal(buf_text(&out) + 2, expected);
    buf_free(&out);
}

static void white_space_becomes_one_space_and_none_at_the_ends(void **state)
{
    (void)state;
    check_line("", 100, "");
    check_line(" \t\r\n", 100, "");
    check_line("\n  a \t b\r\nc  ", 100, "a b c");
    check_line("abc", 100, "abc");
}

static void it_is_cut_between_two_characters(void **state)
{
    (void)state;
    check_line("abcdef", 3, "abc");
    check_line("a  b  c", 3, "a b");
    check_line("ab\xc3\xa9", 3, "ab");
    check_line("ab\xc3\xa9", 4, "ab\xc3\xa9");
}

static void a_full_buffer_is_told(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 2);
    assert_false(one_line_add(&out, "abc", 3, 100));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_becomes_one_space_and_none_at_the_ends),
        cmocka_unit_test(it_is_cut_between_two_characters),
        cmocka_unit_test(a_full_buffer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
