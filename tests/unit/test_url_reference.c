#include "check.h"

#include <stdio.h>
#include <string.h>

#include "text/url_reference.h"

#define TEXT_MOST 4096

static void assert_resolves(const char *base, const char *reference, const char *expected)
{
    struct buf out;
    buf_init(&out, TEXT_MOST);
    bool valid = url_resolve(base, reference, &out);
    if (expected == NULL && valid)
        fail_msg("'%s' is '%s'", reference, buf_text(&out));
    if (expected != NULL && (!valid || strcmp(buf_text(&out), expected) != 0))
        fail_msg("'%s' is '%s', not '%s'", reference, buf_text(&out), expected);
    buf_free(&out);
}

/* RFC 3986, sections 5.4.1 and 5.4.2; without fragments, and with a path that is never empty. */
static void references_are_resolved_as_the_standard_says(void **state)
{
    (void)state;
    static const struct {
        const char *reference;
        const char *path;
    } cases[] = {
        {"g", "/b/c/g"},
        {"./g", "/b/c/g"},
        {"g/", "/b/c/g/"},
        {"/g", "/g"},
        {"?y", "/b/c/d;p?y"},
        {"g?y", "/b/c/g?y"},
        {"#s", "/b/c/d;p?q"},
        {"g#s", "/b/c/g"},
        {"g?y#s", "/b/c/g?y"},
        {";x", "/b/c/;x"},
        {"", "/b/c/d;p?q"},
        {".", "/b/c/"},
        {"./", "/b/c/"},
        {"..", "/b/"},
        {"../", "/b/"},
        {"../g", "/b/g"},
        {"../..", "/"},
        {"../../g", "/g"},
        {"../../../../g", "/g"},
        {"/./g", "/g"},
        {"/../g", "/g"},
        {"g.", "/b/c/g."},
        {"..g", "/b/c/..g"},
        {"./../g", "/b/g"},
        {"./g/.", "/b/c/g/"},
        {"g/./h", "/b/c/g/h"},
        {"g;x=1/../y", "/b/c/y"},
        {"g?y/../x", "/b/c/g?y/../x"},
        {"g//h", "/b/c/g//h"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char expected[128];
        (void)snprintf(expected, sizeof expected, "http://a%s", cases[i].path);
        assert_resolves("http://u:p@a/b/c/d;p?q", cases[i].reference, expected);
    }
}

static void an_absolute_url_is_taken_without_user_and_fragment(void **state)
{
    (void)state;
    assert_resolves("http://a/b", "https://u:p@H.example:443/x/../y?z#f", "https://H.example/y?z");
    assert_resolves("http://a/b",
        "//b\xC3\xBC"
        "cher.example",
        "http://xn--bcher-kva.example/");
    assert_resolves("https://a/b", "//h:8443", "https://h:8443/");
    assert_resolves("http://a:8080/b", "/c", "http://a:8080/c");
    assert_resolves("http://a", "c", "http://a/c");
    assert_resolves("http://a", "?c", "http://a/?c");
    assert_resolves("http://a/b", "HTTP://[::1]:81?q", "http://[::1]:81/?q");
}

static void spaces_and_bytes_beyond_ascii_are_encoded(void **state)
{
    (void)state;
    assert_resolves("http://a/", "/x y/\xC3\xBC%20?\xFF", "http://a/x%20y/%C3%BC%20?%FF");
}

static void what_is_no_http_url_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"ftp://h/", "mailto:x", "http:", "http:/x", "http:x",
        "http://", "https://h:0/", "//", "//h:x/", "http://h\xC3/", "/a\tb", "javascript:x",
        "http://h ost/"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_resolves("http://a/b", wrong[i], NULL);
    assert_resolves("nothing", "/x", NULL);
}

static void an_origin_is_scheme_host_and_port(void **state)
{
    (void)state;
    static const struct {
        const char *one;
        const char *other;
        bool same;
    } cases[] = {
        {"http://a/x", "http://A:80/y", true},
        {"https://a", "https://u@a:443", true},
        {"http://a", "https://a", false},
        {"http://a:443", "https://a", false},
        {"http://a", "http://a:81", false},
        {"http://a", "http://ab", false},
        {"http://a.", "http://a", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct http_url one;
        struct http_url other;
        struct error error;
        assert_true(http_url_split(cases[i].one, &one, &error));
        assert_true(http_url_split(cases[i].other, &other, &error));
        if (url_is_same_origin(&one, &other) != cases[i].same)
            fail_msg("%s, %s", cases[i].one, cases[i].other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_resolved_as_the_standard_says),
        cmocka_unit_test(an_absolute_url_is_taken_without_user_and_fragment),
        cmocka_unit_test(spaces_and_bytes_beyond_ascii_are_encoded),
        cmocka_unit_test(what_is_no_http_url_is_refused),
        cmocka_unit_test(an_origin_is_scheme_host_and_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
