#include "check.h"

#include <string.h>

#include "text/encode.h"
#include "text/printable.h"

static void check(const char *text, size_t length, const char *expected)
{
    struct buf out;
    buf_init(&out, 10000);
    assert_true(printable_add(&out, text, length));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

#define CHECK(text, expected) check(text, sizeof(text) - 1, expected)

static void plain_text_stays(void **state)
{
    (void)state;
    CHECK("", "");
    CHECK("a b/c~.js {}\"'%", "a b/c~.js {}\"'%");
    CHECK("\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x90\x9f", "\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac "
                                                                "\xf0\x9f\x90\x9f");
}

static void control_bytes_are_shown(void **state)
{
    (void)state;
    CHECK("a\nb\rc\td", "a\\nb\\rc\\td");
    CHECK("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07");
    CHECK("\0\x7f\b", "\\x00\\x7f\\x08");
}

static void a_backslash_is_doubled(void **state)
{
    (void)state;
    CHECK("a\\nb", "a\\\\nb");
}

static void broken_utf8_is_shown_by_bytes(void **state)
{
    (void)state;
    CHECK("\xff\xfe", "\\xff\\xfe");
    CHECK("a\xc3", "a\\xc3");
    CHECK("\xe2\x82z", "\\xe2\\x82z");
    CHECK("\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80");
    CHECK("\x9b"
          "31m",
        "\\x9b31m");
}

static void characters_that_hide_or_reorder_are_shown(void **state)
{
    (void)state;
    CHECK("\xc2\x9b"
          "31m",
        "\\u{009B}31m");
    CHECK("a\xe2\x80\xae"
          "b",
        "a\\u{202E}b");
    CHECK("\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}");
    CHECK("\xe2\x80\x8b\xef\xbb\xbf", "\\u{200B}\\u{FEFF}");
    CHECK("\xe2\x81\xa6\xe2\x81\xa9", "\\u{2066}\\u{2069}");
    CHECK("\xf3\xa0\x80\xa1", "\\u{E0021}");
}

/* Whatever goes in, one line of valid UTF-8 without control characters comes out. */
static void every_pair_of_bytes_comes_out_safe(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 10000);
    for (int pair = 0; pair < 65536; pair++) {
        char text[2] = {(char)(pair >> 8), (char)pair};
        buf_clear(&out);
        assert_true(printable_add(&out, text, sizeof text));
        assert_true(utf8_valid(out.data, out.length));
        for (size_t i = 0; i < out.length; i++) {
            unsigned char byte = (unsigned char)out.data[i];
            assert_true(byte >= 0x20 && byte != 0x7f);
            assert_false(byte == 0xc2 && (unsigned char)out.data[i + 1] < 0xa0);
        }
    }
    buf_free(&out);
}

static void the_table_of_unsafe_characters_is_in_order(void **state)
{
    (void)state;
    assert_true(printable_is_safe('\\'));
    assert_true(printable_is_safe(' '));
    assert_true(printable_is_safe(0xa0));
    assert_true(printable_is_safe(0x10ffff));
    assert_false(printable_is_safe(0x85));
    assert_false(printable_is_safe(0x200e));
    assert_false(printable_is_safe(0xfffa));
    assert_true(printable_is_safe(0xfffd));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(control_bytes_are_shown),
        cmocka_unit_test(a_backslash_is_doubled),
        cmocka_unit_test(broken_utf8_is_shown_by_bytes),
        cmocka_unit_test(characters_that_hide_or_reorder_are_shown),
        cmocka_unit_test(every_pair_of_bytes_comes_out_safe),
        cmocka_unit_test(the_table_of_unsafe_characters_is_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
