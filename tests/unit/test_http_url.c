#include "check.h"

#include <string.h>

#include "text/http_url.h"

#define TEXT_MAX 4096

static struct http_url split(const char *url)
{
    struct http_url parts;
    struct error error;
    if (!http_url_split(url, &parts, &error))
        fail_msg("%s: %s", url, error.text);
    return parts;
}

static void assert_refused(const char *url, const char *expected)
{
    struct http_url parts;
    struct error error;
    if (http_url_split(url, &parts, &error))
        fail_msg("accepted: %s", url);
    assert_int_equal(error.class, ERROR_USAGE);
    assert_non_null(strstr(error.text, expected));
    assert_null(strstr(error.text, "secret"));
}

static void assert_slice(struct http_slice slice, const char *expected)
{
    assert_int_equal(slice.length, strlen(expected));
    assert_memory_equal(slice.data, expected, slice.length);
}

static void assert_parts(
    const char *url, bool is_https, const char *host, int port, const char *path)
{
    struct http_url parts = split(url);
    assert_int_equal(parts.is_https, is_https);
    assert_slice(parts.host, host);
    assert_int_equal(parts.port, port);
    assert_slice(parts.path, path);
}

static void assert_host(const char *url, const char *expected)
{
    struct http_url parts = split(url);
    struct buf out;
    buf_init(&out, TEXT_MAX);
    assert_true(http_url_add_host(&parts, &out));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void assert_target(const char *url, bool absolute_form, const char *expected)
{
    struct http_url parts = split(url);
    struct buf out;
    buf_init(&out, TEXT_MAX);
    assert_true(http_url_add_target(&parts, absolute_form, &out));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void a_url_has_scheme_host_port_and_path(void **state)
{
    (void)state;
    assert_parts("http://example.com/a/b?c=d", false, "example.com", 80, "/a/b?c=d");
    assert_parts("https://example.com/", true, "example.com", 443, "/");
    assert_parts("HTTPS://EXAMPLE.com:8443/x", true, "EXAMPLE.com", 8443, "/x");
    assert_parts("http://127.0.0.1:1", false, "127.0.0.1", 1, "");
    assert_parts("http://a_b-c.~d:00080", false, "a_b-c.~d", 80, "");
    assert_parts("http://h:65535/", false, "h", 65535, "/");
}

static void the_host_ends_where_path_query_or_fragment_begins(void **state)
{
    (void)state;
    assert_parts("http://h?q=/a@b:c", false, "h", 80, "?q=/a@b:c");
    assert_parts("http://h#f", false, "h", 80, "");
    assert_parts("http://h/@x:y", false, "h", 80, "/@x:y");
    assert_parts("http://h:81?", false, "h", 81, "?");
}

static void a_fragment_is_left_out(void **state)
{
    (void)state;
    assert_parts("http://h/a?b#c?d#e", false, "h", 80, "/a?b");
    assert_parts("http://h/#", false, "h", 80, "/");
}

static void user_and_password_are_left_out(void **state)
{
    (void)state;
    assert_parts("http://user:secret@h:81/", false, "h", 81, "/");
    assert_parts("http://user@example.org:secret@h/", false, "h", 80, "/");
    assert_parts("https://:@[::1]/", true, "[::1]", 443, "/");
}

static void an_ipv6_address_keeps_its_brackets(void **state)
{
    (void)state;
    assert_parts("http://[2001:db8::1]:8080/x", false, "[2001:db8::1]", 8080, "/x");
    assert_parts("http://[::ffff:127.0.0.1]", false, "[::ffff:127.0.0.1]", 80, "");
    assert_parts("http://[fe80::1%25eth0.1]:81/", false, "[fe80::1%25eth0.1]", 81, "/");
}

static void a_path_is_kept_as_it_is(void **state)
{
    (void)state;
    assert_parts("http://h/a/../b/./%2e%2E//c\\d", false, "h", 80, "/a/../b/./%2e%2E//c\\d");
    assert_parts("http://h/\xc3\xa4?\xff", false, "h", 80, "/\xc3\xa4?\xff");
}

static void only_http_and_https_are_accepted(void **state)
{
    (void)state;
    assert_refused("ftp://h/", "http:// or https://");
    assert_refused("httpx://h/", "http:// or https://");
    assert_refused("http:/h/", "http:// or https://");
    assert_refused("http", "http:// or https://");
    assert_refused("h/secret", "http:// or https://");
    assert_refused(" http://h/", "http:// or https://");
    assert_refused("", "http:// or https://");
}

static void a_space_or_a_control_byte_is_refused(void **state)
{
    (void)state;
    static const char sentence[] = "a space or a control byte";
    assert_refused("http://h/a b?secret", sentence);
    assert_refused("http://h/a\r\nX: y", sentence);
    assert_refused("http://h/\t", sentence);
    assert_refused("http://h/#\x7f", sentence);
    assert_refused("http://us er:secret@h/", sentence);
    assert_refused("http://h\n/", sentence);
}

static void a_host_is_an_ascii_name_or_an_address(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://", "http:///x", "http://?x", "http://:80/",
        "http://user:secret@/", "http://a\\.b/", "http://\"h\"/", "http://a%41/",
        ("http://b\xc3\xbc"
         "cher/"),
        "http://[]/", "http://[::1/", "http://[::1]x/", "http://[::1]]/", "http://[::1x:80/",
        "http://[x]/", "http://[%25eth0]/", "http://[::1%eth/]", "http://::1/", "http://a|b/",
        "http://{h}/"};
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct http_url parts;
        struct error error;
        if (http_url_split(urls[i], &parts, &error))
            fail_msg("accepted: %s", urls[i]);
        assert_int_equal(error.class, ERROR_USAGE);
    }
    assert_refused("http://user:secret@b\xc3\xbc"
                   "cher/",
        "xn--");
}

static void a_port_is_a_number_from_1_to_65535(void **state)
{
    (void)state;
    static const char *const ports[] = {"", "0", "65536", "-1", "+1", "80x", "x", "1:2",
        "99999999999999999999", "00000080", "0000000000080"};
    for (size_t i = 0; i < COUNT_OF(ports); i++) {
        struct buf url;
        buf_init(&url, TEXT_MAX);
        assert_true(buf_printf(&url, "http://user:secret@h:%s/", ports[i]));
        assert_refused(buf_text(&url), "from 1 to 65535");
        buf_free(&url);
    }
}

static void the_host_field_has_the_port_unless_it_is_the_schemes_own(void **state)
{
    (void)state;
    assert_host("http://u:p@h/x", "h");
    assert_host("http://h:80/", "h");
    assert_host("http://h:443/", "h:443");
    assert_host("https://h:443/", "h");
    assert_host("https://h:80/", "h:80");
    assert_host("http://h:08080/", "h:8080");
    assert_host("http://[::1]:81/", "[::1]:81");
}

static void an_ipv6_zone_stays_on_this_machine(void **state)
{
    (void)state;
    assert_host("http://[fe80::1%25eth0]/", "[fe80::1]");
    assert_host("http://[fe80::1%eth0]:81/", "[fe80::1]:81");
    assert_target("http://[fe80::1%25eth0]/x", true, "http://[fe80::1]/x");
}

static void the_target_is_path_and_query(void **state)
{
    (void)state;
    assert_target("http://h/a?b=c#d", false, "/a?b=c");
    assert_target("http://h", false, "/");
    assert_target("http://h#d", false, "/");
    assert_target("http://h?b", false, "/?b");
    assert_target("http://h//a/..", false, "//a/..");
}

static void the_target_for_a_proxy_is_the_whole_url_without_secrets(void **state)
{
    (void)state;
    assert_target("http://user:secret@h:81/a?b=c#d", true, "http://h:81/a?b=c");
    assert_target("HTTP://h:80", true, "http://h/");
    assert_target("https://[::1]:444?x", true, "https://[::1]:444/?x");
}

static void a_full_buffer_is_an_error(void **state)
{
    (void)state;
    struct http_url parts = split("http://example.com:81/path");
    struct buf out;
    buf_init(&out, 4);
    assert_false(http_url_add_host(&parts, &out));
    buf_clear(&out);
    assert_false(http_url_add_target(&parts, false, &out));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_has_scheme_host_port_and_path),
        cmocka_unit_test(the_host_ends_where_path_query_or_fragment_begins),
        cmocka_unit_test(a_fragment_is_left_out),
        cmocka_unit_test(user_and_password_are_left_out),
        cmocka_unit_test(an_ipv6_address_keeps_its_brackets),
        cmocka_unit_test(a_path_is_kept_as_it_is),
        cmocka_unit_test(only_http_and_https_are_accepted),
        cmocka_unit_test(a_space_or_a_control_byte_is_refused),
        cmocka_unit_test(a_host_is_an_ascii_name_or_an_address),
        cmocka_unit_test(a_port_is_a_number_from_1_to_65535),
        cmocka_unit_test(the_host_field_has_the_port_unless_it_is_the_schemes_own),
        cmocka_unit_test(an_ipv6_zone_stays_on_this_machine),
        cmocka_unit_test(the_target_is_path_and_query),
        cmocka_unit_test(the_target_for_a_proxy_is_the_whole_url_without_secrets),
        cmocka_unit_test(a_full_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
