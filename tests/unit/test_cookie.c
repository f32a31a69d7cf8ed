#include "check.h"

#include <string.h>

#include "text/cookie.h"
#include "text/cookie_date.h"

#define NOW INT64_C(1000000000)

static struct http_slice slice(const char *text)
{
    return (struct http_slice){text, strlen(text)};
}

static bool read(const char *url, const char *header, struct cookie *cookie)
{
    struct http_url parts;
    struct error error;
    assert_true(http_url_split(url, &parts, &error));
    return cookie_read(slice(header), &parts, NOW, cookie);
}

static void assert_slice(struct http_slice actual, const char *expected)
{
    assert_int_equal(actual.length, strlen(expected));
    assert_memory_equal(actual.data, expected, actual.length);
}

static void assert_cookie(
    const char *header, const char *name, const char *value, const char *path, int64_t expires)
{
    struct cookie cookie;
    if (!read("https://www.example.com/a/b/c?d/e", header, &cookie))
        fail_msg("refused: %s", header);
    assert_slice(cookie.name, name);
    assert_slice(cookie.value, value);
    assert_slice(cookie.path, path);
    if (cookie.expires != expires)
        fail_msg("%s: %lld", header, (long long)cookie.expires);
}

static void a_cookie_has_name_value_and_attributes(void **state)
{
    (void)state;
    assert_cookie("a=b", "a", "b", "/a/b", COOKIE_NEVER);
    assert_cookie(" a = b c ; x; y=z;", "a", "b c", "/a/b", COOKIE_NEVER);
    assert_cookie("a=\"b=c\"; Path=/x; path=/y", "a", "\"b=c\"", "/y", COOKIE_NEVER);
    assert_cookie("a=; PATH=relative", "a", "", "/a/b", COOKIE_NEVER);
    assert_cookie("a=b; Max-Age=10", "a", "b", "/a/b", NOW + 10);
    assert_cookie("a=b; Max-Age=0", "a", "b", "/a/b", INT64_MIN);
    assert_cookie("a=b; Max-Age=-5", "a", "b", "/a/b", INT64_MIN);
    assert_cookie("a=b; Max-Age=x1; Max-Age=; Max-Age=-", "a", "b", "/a/b", COOKIE_NEVER);
    assert_cookie("a=b; Expires=Sun, 09 Sep 2001 01:46:41 GMT", "a", "b", "/a/b", NOW + 1);
    assert_cookie(
        "a=b; Max-Age=7; Expires=Sun, 09 Sep 2001 01:46:41 GMT", "a", "b", "/a/b", NOW + 7);
    assert_cookie("a=b; Expires=tomorrow", "a", "b", "/a/b", COOKIE_NEVER);
    assert_cookie("a=b; Secure; HttpOnly; SameSite=Lax", "a", "b", "/a/b", COOKIE_NEVER);
    struct cookie far;
    assert_true(read("http://h/", "a=b; Max-Age=99999999999999999999999999", &far));
    assert_true(far.expires > NOW && far.expires < COOKIE_NEVER);
}

static void the_default_path_is_the_folder_of_the_request(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *path;
    } cases[] = {
        {"http://h", "/"},
        {"http://h/", "/"},
        {"http://h/a", "/"},
        {"http://h/a/", "/a"},
        {"http://h/a/b?c/d", "/a"},
        {"http://h?a/b", "/"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct cookie cookie;
        assert_true(read(cases[i].url, "a=b", &cookie));
        assert_slice(cookie.path, cases[i].path);
    }
}

static void what_the_origin_may_not_set_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *header;
        bool is_good;
    } cases[] = {
        {"http://h/", "novalue", false},
        {"http://h/", "=b", false},
        {"http://h/", "", false},
        {"http://h/", "a=b\x01", false},
        {"http://h/", "a=b; Secure", false},
        {"http://www.example.com/", "a=b; Domain=example.com", true},
        {"http://www.example.com/", "a=b; Domain=.EXAMPLE.com", true},
        {"http://www.example.com/", "a=b; Domain=www.example.com", true},
        {"http://www.example.com/", "a=b; Domain=a.www.example.com", false},
        {"http://www.example.com/", "a=b; Domain=ample.com", false},
        {"http://www.example.com/", "a=b; Domain=other.com", false},
        {"http://127.0.0.1/", "a=b; Domain=127.0.0.1", true},
        {"http://127.0.0.1/", "a=b; Domain=0.0.1", false},
        {"http://[::1]/", "a=b; Domain=[::1]", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct cookie cookie;
        if (read(cases[i].url, cases[i].header, &cookie) != cases[i].is_good)
            fail_msg("%s: %s", cases[i].url, cases[i].header);
    }
}

static void a_cookie_is_for_its_path_and_below(void **state)
{
    (void)state;
    static const struct {
        const char *cookie;
        const char *path;
        bool matches;
    } cases[] = {
        {"/", "", true},
        {"/", "?x", true},
        {"/", "/a", true},
        {"/a", "/a", true},
        {"/a", "/a?b", true},
        {"/a", "/a/b", true},
        {"/a/", "/a/b", true},
        {"/a/", "/a", false},
        {"/a", "/ab", false},
        {"/a", "/", false},
        {"/a/b", "/a?/b", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (cookie_path_matches(slice(cases[i].cookie), slice(cases[i].path)) != cases[i].matches)
            fail_msg("%s: %s", cases[i].cookie, cases[i].path);
    }
}

static void dates_are_read_as_loosely_as_browsers_do(void **state)
{
    (void)state;
    static const char *const good[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06-Nov-1994 08:49:37 GMT", "6 november 94 8:49:37", "1994 08:49:37 Nov 6"};
    static const char *const wrong[] = {"", "x", "06 Nov 1994", "06 Nov 08:49:37",
        "32 Nov 1994 08:49:37", "06 Nov 1994 24:00:00", "06 Nov 1600 08:49:37",
        "06 Nov 19945 08:49:37", "0 Nov 1994 08:49:37", "06 Nox 1994 08:49:37"};
    int64_t seconds;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        if (!cookie_date_read(slice(good[i]), &seconds) || seconds != 784111777)
            fail_msg("%s", good[i]);
    }
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (cookie_date_read(slice(wrong[i]), &seconds))
            fail_msg("%s", wrong[i]);
    }
    assert_true(cookie_date_read(slice("Thu, 01 Jan 2070 00:00:00 GMT"), &seconds));
    assert_int_equal(seconds, INT64_C(3155760000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_has_name_value_and_attributes),
        cmocka_unit_test(the_default_path_is_the_folder_of_the_request),
        cmocka_unit_test(what_the_origin_may_not_set_is_refused),
        cmocka_unit_test(a_cookie_is_for_its_path_and_below),
        cmocka_unit_test(dates_are_read_as_loosely_as_browsers_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
