#include "check.h"

#include <ctype.h>
#include <limits.h>

#include "base/ascii.h"

/* Calls `check` with every char. */
static void for_every_char(void (*check)(char byte))
{
    for (int byte = CHAR_MIN; byte <= CHAR_MAX; byte++)
        check((char)byte);
}

/* The tests run in the C locale, in which <ctype.h> knows ASCII alone. */
static void check_classes(char byte)
{
    int value = (unsigned char)byte;
    assert_int_equal(ascii_is_digit(byte), isdigit(value) != 0);
    assert_int_equal(ascii_is_letter(byte), isalpha(value) != 0);
    assert_int_equal(ascii_is_blank(byte), isblank(value) != 0);
    assert_int_equal(ascii_is_printable(byte), isprint(value) != 0);
    assert_int_equal(ascii_is_control(byte), iscntrl(value) != 0);
    assert_int_equal(ascii_hex_value(byte) >= 0, isxdigit(value) != 0);
}

static void classes_agree_with_the_c_library(void **state)
{
    (void)state;
    for_every_char(check_classes);
}

static void hexadecimal_digits_have_values_in_either_case(void **state)
{
    (void)state;
    static const char lower[] = "0123456789abcdef";
    static const char upper[] = "0123456789ABCDEF";
    for (int value = 0; value < 16; value++) {
        assert_int_equal(ascii_hex_value(lower[value]), value);
        assert_int_equal(ascii_hex_value(upper[value]), value);
    }
}

/* RFC 9110, section 5.6.2: any visible character, except delimiters. */
static void check_token_byte(char byte)
{
    static const char delimiters[] = "\"(),/:;<=>?@[\\]{}";
    bool is_delimiter = byte == '\0' || strchr(delimiters, byte) != NULL;
    assert_int_equal(ascii_is_token_byte(byte), isgraph((unsigned char)byte) != 0 && !is_delimiter);
}

static void tokens_consist_of_what_is_not_a_delimiter(void **state)
{
    (void)state;
    for_every_char(check_token_byte);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_agree_with_the_c_library),
        cmocka_unit_test(hexadecimal_digits_have_values_in_either_case),
        cmocka_unit_test(tokens_consist_of_what_is_not_a_delimiter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
