#include "check.h"

#include "text/units.h"

static void numbers_are_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e3", "a",
        "9223372036854775808", "99999999999999999999999"};
    int64_t number = 7;
    assert_true(units_parse_number("0", 0, 10, &number));
    assert_int_equal(number, 0);
    assert_true(units_parse_number("0010", 0, 10, &number));
    assert_int_equal(number, 10);
    assert_true(units_parse_number("9223372036854775807", 0, INT64_MAX, &number));
    assert_true(number == INT64_MAX);
    assert_false(units_parse_number("11", 0, 10, &number));
    assert_false(units_parse_number("1", 2, 10, &number));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(units_parse_number(bad[i], 0, INT64_MAX, &number));
}

static void durations_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t microseconds;
    } good[] = {{"0", 0}, {"10", 10000000}, {"1.5", 1500000}, {"500ms", 500000}, {"0.5ms", 500},
        {"10s", 10000000}, {"5m", 300000000}, {"1.5h", 5400000000}, {"1d", 86400000000},
        {"0.0000001s", 0}, {"1.9999999999s", 1999999}, {"36500d", INT64_C(3153600000000000)}};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        int64_t microseconds = -1;
        assert_true(units_parse_duration(good[i].text, &microseconds));
        assert_true(microseconds == good[i].microseconds);
    }
}

static void broken_durations_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "s", "-1", "+1", "1 s", " 1", "1s ", "1.", ".5", "1..5",
        "1S", "1sec", "1e3", "101y", "36600.5d", "40000d", "9999999999999999999",
        "9223372036854775807h", "inf", "nan", "1,5"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t microseconds;
        assert_false(units_parse_duration(bad[i], &microseconds));
    }
}

static void bytes_have_powers_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t bytes;
    } good[] = {{"0", 0}, {"1000", 1000}, {"1k", 1024}, {"1K", 1024}, {"1.5k", 1536}, {"0.3k", 307},
        {"2M", 2097152}, {"2m", 2097152}, {"1G", 1073741824}, {"1g", 1073741824},
        {"9223372036854775807", INT64_MAX}, {"8589934591G", INT64_C(8589934591) << 30}};
    static const char *const bad[] = {"", "k", "1kb", "1KiB", "1.5", "-1k", "1 k", "1T",
        "9223372036854775808", "8589934592G", "0x10"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        int64_t bytes = -1;
        assert_true(units_parse_bytes(good[i].text, &bytes));
        assert_true(bytes == good[i].bytes);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t bytes;
        assert_false(units_parse_bytes(bad[i], &bytes));
    }
}

static void bytes_are_shown_for_people(void **state)
{
    (void)state;
    static const struct {
        int64_t bytes;
        const char *text;
    } shown[] = {{-5, "0 B"}, {0, "0 B"}, {1023, "1023 B"}, {1024, "1.0 KiB"}, {4096, "4.0 KiB"},
        {12897485, "12.3 MiB"}, {1048575, "1.0 MiB"}, {1048474, "1023.9 KiB"},
        {INT64_C(1) << 40, "1.0 TiB"}, {INT64_MAX, "8.0 EiB"}};
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        char text[UNITS_TEXT_SIZE];
        units_format_bytes(shown[i].bytes, text);
        assert_string_equal(text, shown[i].text);
    }
}

static void durations_are_shown_for_people(void **state)
{
    (void)state;
    static const struct {
        int64_t microseconds;
        const char *text;
    } shown[] = {{-1, "0.0 s"}, {0, "0.0 s"}, {49999, "0.0 s"}, {50000, "0.1 s"}, {800000, "0.8 s"},
        {59949999, "59.9 s"}, {59950000, "1 min"}, {125000000, "2 min 5 s"},
        {INT64_C(3599400000), "59 min 59 s"}, {INT64_C(3599500000), "1 h"},
        {INT64_C(3780000000), "1 h 3 min"}, {INT64_C(86399000000), "1 d"},
        {INT64_C(93600000000), "1 d 2 h"}};
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        char text[UNITS_TEXT_SIZE];
        units_format_duration(shown[i].microseconds, text);
        assert_string_equal(text, shown[i].text);
    }
    char text[UNITS_TEXT_SIZE];
    units_format_duration(INT64_MAX, text);
    assert_string_equal(text, "106751991 d 4 h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(durations_have_units),
        cmocka_unit_test(broken_durations_are_refused),
        cmocka_unit_test(bytes_have_powers_of_1024),
        cmocka_unit_test(bytes_are_shown_for_people),
        cmocka_unit_test(durations_are_shown_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
