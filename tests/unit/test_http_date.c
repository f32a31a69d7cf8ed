#include "check.h"

#include <string.h>
#include <time.h>

#include "text/http_date.h"

#define NOW     INT64_C(1700000000) /* 2023-11-14 22:13:20 */
#define EXAMPLE 784111777           /* RFC 9110's example: 1994-11-06 08:49:37 */

static int64_t parsed(const char *text)
{
    int64_t seconds = -1;
    if (!http_date_parse(text, strlen(text), NOW, &seconds))
        fail_msg("%s", text);
    return seconds;
}

static void the_three_forms_are_one_moment(void **state)
{
    (void)state;
    assert_int_equal(parsed("Sun, 06 Nov 1994 08:49:37 GMT"), EXAMPLE);
    assert_int_equal(parsed("Sunday, 06-Nov-94 08:49:37 GMT"), EXAMPLE);
    assert_int_equal(parsed("Sun Nov  6 08:49:37 1994"), EXAMPLE);
    assert_int_equal(parsed("Wed Nov 16 08:49:37 1994"), EXAMPLE + 10 * 86400);
    assert_int_equal(parsed("  Sun, 06 Nov 1994 08:49:37 GMT\t"), EXAMPLE);
}

static void edges_of_the_calendar_are_right(void **state)
{
    (void)state;
    assert_int_equal(parsed("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
    assert_int_equal(parsed("Wed, 31 Dec 1969 23:59:59 GMT"), -1);
    assert_int_equal(parsed("Tue, 29 Feb 2000 12:00:00 GMT"), 951825600);
    assert_int_equal(parsed("Thu, 29 Feb 2024 23:59:59 GMT"), 1709251199);
    assert_int_equal(parsed("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800);
    assert_true(parsed("Fri, 31 Dec 9999 23:59:59 GMT") == INT64_C(253402300799));
    assert_true(parsed("Sat, 01 Jan 0000 00:00:00 GMT") == INT64_C(-62167219200));
}

static void every_day_agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = -20000; day < 40000; day += 7) {
        time_t moment = (time_t)(day * 86400 + 12345);
        struct tm broken;
        assert_non_null(gmtime_r(&moment, &broken));
        char text[64];
        assert_true(strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &broken) > 0);
        assert_int_equal(parsed(text), moment);
        char written[HTTP_DATE_SIZE];
        http_date_write(moment, written);
        assert_string_equal(written, text);
        assert_true(strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken) > 0);
        char ours[HTTP_DATE_RFC3339_SIZE];
        http_date_rfc3339(moment, ours);
        assert_string_equal(ours, text);
    }
}

static void a_two_digit_year_is_near_now(void **state)
{
    (void)state;
    assert_int_equal(
        parsed("Monday, 13-Nov-73 22:13:20 GMT"), NOW + INT64_C(50) * 365 * 86400 + 12 * 86400);
    assert_true(parsed("Tuesday, 14-Nov-73 22:13:20 GMT") > NOW);
    assert_true(parsed("Wednesday, 15-Nov-73 22:13:20 GMT") < 0x10000000);
    assert_true(parsed("Saturday, 01-Jan-00 00:00:00 GMT") == 946684800);
}

static void what_is_not_a_date_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " ", "0", "yesterday", "Sun", "Sun,", "Sun, ",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMTx",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun Nov   6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t seconds;
        if (http_date_parse(bad[i], strlen(bad[i]), NOW, &seconds))
            fail_msg("%s", bad[i]);
    }
}

static void every_cut_of_a_date_is_refused(void **state)
{
    (void)state;
    static const char *const dates[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"};
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        for (size_t length = 0; length < strlen(dates[i]); length++) {
            int64_t seconds;
            assert_false(http_date_parse(dates[i], length, NOW, &seconds));
        }
    }
}

static void dates_are_written_for_any_moment(void **state)
{
    (void)state;
    char text[HTTP_DATE_RFC3339_SIZE];
    http_date_rfc3339(NOW, text);
    assert_string_equal(text, "2023-11-14T22:13:20Z");
    http_date_rfc3339(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
    http_date_rfc3339(INT64_MAX, text);
    assert_true(strlen(text) < sizeof text);
    http_date_rfc3339(INT64_MIN, text);
    assert_true(strlen(text) < sizeof text);
    char date[HTTP_DATE_SIZE];
    http_date_write(INT64_MAX, date);
    assert_string_equal(date, "Sun, 04 Dec 292277026596 15:30:07 GMT");
    http_date_write(INT64_MIN, date);
    assert_true(strlen(date) < sizeof date);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_forms_are_one_moment),
        cmocka_unit_test(edges_of_the_calendar_are_right),
        cmocka_unit_test(every_day_agrees_with_the_c_library),
        cmocka_unit_test(a_two_digit_year_is_near_now),
        cmocka_unit_test(what_is_not_a_date_is_refused),
        cmocka_unit_test(every_cut_of_a_date_is_refused),
        cmocka_unit_test(dates_are_written_for_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
