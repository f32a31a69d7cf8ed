#include "check.h"

#include <stdio.h>
#include <string.h>

#include "text/cookie_jar.h"

#define NOW       INT64_C(1000000000)
#define LINE_MOST ((size_t)64 * 1024)

static struct http_url split(const char *url)
{
    struct http_url parts;
    struct error error;
    assert_true(http_url_split(url, &parts, &error));
    return parts;
}

static void take(struct cookie_jar *jar, const char *url, const char *header)
{
    struct http_url parts = split(url);
    struct buf values;
    buf_init(&values, LINE_MOST);
    cookie_jar_take(jar, (struct http_slice){header, strlen(header)}, &parts, NOW, &values);
    buf_free(&values);
}

static void assert_sent(struct cookie_jar *jar, const char *url, int64_t now, const char *expected)
{
    struct http_url parts = split(url);
    struct buf line;
    struct buf values;
    buf_init(&line, LINE_MOST);
    buf_init(&values, LINE_MOST);
    cookie_jar_add(jar, &parts, now, &line, &values);
    assert_string_equal(buf_text(&line), expected);
    buf_free(&line);
    buf_free(&values);
}

static void an_origin_gets_what_it_has_set(void **state)
{
    (void)state;
    struct cookie_jar jar = {0};
    take(&jar, "http://H/x", "a=1");
    take(&jar, "http://h:80/x", "b=2");
    take(&jar, "http://h:81/x", "c=3");
    take(&jar, "https://h/x", "d=4; Domain=h");
    take(&jar, "http://www.h/x", "e=5; Domain=h");
    assert_sent(&jar, "http://h/", NOW, "a=1; b=2");
    assert_sent(&jar, "http://h:81/", NOW, "c=3");
    assert_sent(&jar, "https://h/", NOW, "d=4");
    assert_sent(&jar, "http://www.h/", NOW, "e=5");
    assert_sent(&jar, "http://h.example/", NOW, "");
    cookie_jar_free(&jar);
}

static void longer_paths_come_first(void **state)
{
    (void)state;
    struct cookie_jar jar = {0};
    take(&jar, "http://h/x", "a=1; Path=/");
    take(&jar, "http://h/x", "a=2; Path=/p/q");
    take(&jar, "http://h/x", "b=3; Path=/p");
    take(&jar, "http://h/x", "c=4; Path=/p");
    assert_sent(&jar, "http://h/p/q/r", NOW, "a=2; b=3; c=4; a=1");
    assert_sent(&jar, "http://h/p", NOW, "b=3; c=4; a=1");
    cookie_jar_free(&jar);
}

static void cookies_expire_and_are_replaced(void **state)
{
    (void)state;
    struct cookie_jar jar = {0};
    take(&jar, "http://h/", "a=1; Max-Age=10");
    take(&jar, "http://h/", "b=1");
    assert_sent(&jar, "http://h/", NOW + 9, "a=1; b=1");
    assert_sent(&jar, "http://h/", NOW + 10, "b=1");
    take(&jar, "http://h/", "b=2");
    assert_sent(&jar, "http://h/", NOW, "b=2");
    take(&jar, "http://h/", "b=; Max-Age=0");
    assert_sent(&jar, "http://h/", NOW, "");
    cookie_jar_free(&jar);
}

static void everything_is_bounded(void **state)
{
    (void)state;
    struct cookie_jar jar = {0};
    char text[64];
    for (int i = 0; i < 2 * COOKIE_JAR_ORIGINS_MOST; i++) {
        (void)snprintf(text, sizeof text, "http://h%d/", i);
        take(&jar, text, "a=1");
    }
    assert_int_equal(jar.origins.count, COOKIE_JAR_ORIGINS_MOST);
    assert_int_equal(jar.table.count, COOKIE_JAR_ORIGINS_MOST);
    assert_sent(&jar, "http://h0/", NOW, "");
    (void)snprintf(text, sizeof text, "http://h%d/", 2 * COOKIE_JAR_ORIGINS_MOST - 1);
    assert_sent(&jar, text, NOW, "a=1");
    cookie_jar_free(&jar);
    for (int i = 0; i < COOKIE_JAR_COOKIES_MOST + 10; i++) {
        char header[4096];
        (void)snprintf(header, sizeof header, "c%d=%0*d", i, 3000, i);
        take(&jar, "http://h/", header);
    }
    struct http_url url = split("http://h/");
    struct buf line;
    struct buf values;
    buf_init(&line, LINE_MOST);
    buf_init(&values, LINE_MOST);
    cookie_jar_add(&jar, &url, NOW, &line, &values);
    assert_true(line.length > 3000 && line.length <= COOKIE_JAR_LINE_MOST);
    assert_memory_equal(buf_text(&line), "c10=", 4);
    buf_free(&line);
    buf_free(&values);
    cookie_jar_free(&jar);
}

static void a_line_that_cannot_grow_gets_nothing(void **state)
{
    (void)state;
    struct cookie_jar jar = {0};
    struct http_url url = split("http://h/");
    struct buf line;
    struct buf values;
    take(&jar, "http://h/", "name=value");
    buf_init(&line, 10);
    buf_init(&values, LINE_MOST);
    assert_true(buf_add_text(&line, "Cookie: "));
    cookie_jar_add(&jar, &url, NOW, &line, &values);
    assert_true(line.failed);
    assert_string_equal(buf_text(&line), "Cookie: ");
    buf_free(&line);
    buf_free(&values);
    cookie_jar_free(&jar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_gets_what_it_has_set),
        cmocka_unit_test(longer_paths_come_first),
        cmocka_unit_test(cookies_expire_and_are_replaced),
        cmocka_unit_test(everything_is_bounded),
        cmocka_unit_test(a_line_that_cannot_grow_gets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
