#include "check.h"

#include <string.h>

#include "text/retry_after.h"

#define NOW     INT64_C(1700000000) /* 2023-11-14T22:13:20Z */
#define SECONDS CLOCK_US_PER_SECOND

static int64_t wait_of(const char *text)
{
    return retry_after_us(text, strlen(text), NOW);
}

struct example {
    const char *text;
    int64_t seconds;
};

static void check(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (wait_of(examples[i].text) != examples[i].seconds * SECONDS)
            fail_msg("'%s' is %lld us", examples[i].text, (long long)wait_of(examples[i].text));
    }
}

static void it_is_seconds_or_a_date(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"", 0},
        {"0", 0},
        {"120", 120},
        {" 5\t", 5},
        {"0000000000000000000000007", 7},
        {"Tue, 14 Nov 2023 22:13:50 GMT", 30},
        {"Tuesday, 14-Nov-23 22:13:50 GMT", 30},
        {"Tue Nov 14 22:13:50 2023", 30},
        {"Tue, 14 Nov 2023 22:13:20 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
        {"86401", 86401},
    };
    check(examples, COUNT_OF(examples));
}

static void sloppy_numbers_are_never_shorter_than_they_were_meant(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"120.7", 121},
        {"120.0", 120},
        {"0.25", 1},
        {"120.", 120},
        {"+30", 30},
        {"\"120\"", 120},
        {"120s", 120},
        {"120 seconds", 120},
        {"2m", 120},
        {"2 Minutes", 120},
        {"1.5h", 7200},
        {"1 hour", 3600},
        {"1d", 86400},
        {"1 week", 604800},
        {"in 5 minutes", 300},
        {"120; comment", 120},
        {"1e3", 1000},
        {"1.5E+3", 2000},
        {"120, 60", 121},
        {"60,120", 121},
        {"120,7", 121},
        {"-1", 0},
    };
    check(examples, COUNT_OF(examples));
    assert_int_equal(wait_of("1500ms"), 1500 * CLOCK_US_PER_MS);
}

static void other_forms_of_dates_are_read(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"2023-11-14T22:13:50Z", 31},
        {"2023-11-14T22:13:50.9Z", 31},
        {"2023-11-14 22:13:50", 31},
        {"2023-11-14t23:13:50+01:00", 31},
        {"2023-11-14T17:13:50-0500", 31},
        {"Tue, 14 Nov 2023 22:13:50 UTC", 30},
        {"Tue, 14 Nov 2023 22:13:50 +0000", 30},
        {"Tue, 14 Nov 2023 22:13:50", 30},
        {"Tue, 14 Nov 2023 20:13:50 -0200", 30},
    };
    check(examples, COUNT_OF(examples));
}

static void what_has_no_meaning_is_a_short_wait(void **state)
{
    (void)state;
    assert_int_equal(wait_of("soon"), RETRY_AFTER_UNREADABLE_US);
    assert_int_equal(wait_of("?"), RETRY_AFTER_UNREADABLE_US);
    assert_int_equal(wait_of(","), RETRY_AFTER_UNREADABLE_US);
}

static void it_is_at_most_a_year(void **state)
{
    (void)state;
    static const char *const long_ones[] = {"18446744073709551617", "99999999999999999999999999999",
        "1e999999999999999999999", "9999999999 weeks", "Fri, 31 Dec 9999 23:59:59 GMT",
        "9223372036854775807, 9223372036854775807"};
    for (size_t i = 0; i < COUNT_OF(long_ones); i++)
        assert_true(wait_of(long_ones[i]) == RETRY_AFTER_MOST_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_seconds_or_a_date),
        cmocka_unit_test(sloppy_numbers_are_never_shorter_than_they_were_meant),
        cmocka_unit_test(other_forms_of_dates_are_read),
        cmocka_unit_test(what_has_no_meaning_is_a_short_wait),
        cmocka_unit_test(it_is_at_most_a_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
