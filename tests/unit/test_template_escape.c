/* Escapings and other forms of values. */
#include "template_fixture.h"

static void a_url_is_percent_encoded(void **state)
{
    (void)state;
    check("http://h/{path}", TEMPLATE_URL, "http://h/a%20b/c.js.map");
    check("{dir}", TEMPLATE_URL, "a%20b/");
    check("{file}", TEMPLATE_URL, "dist%2Fa%20b%2Fc.js.map");
    check("{folder}", TEMPLATE_URL, "dist%2Fa%20b");
    check("?t={token}", TEMPLATE_URL, "?t=s3cret%2F%26%7Bpath%7D");
    check("{mtime}", TEMPLATE_URL, "2023-11-14T22%3A13%3A20Z");
    struct template_file of = {.file = "x", .path = "\xff\xc3\xa9?#%"};
    check_of("{name}", TEMPLATE_URL, &of, "%FF%C3%A9%3F%23%25");
}

static void an_escaping_can_be_chosen(void **state)
{
    (void)state;
    check("{path:url}", TEMPLATE_FORM, "a%20b/c.js.map");
    check("{path:query}", TEMPLATE_FORM, "a%20b%2Fc.js.map");
    check("{path:query}", TEMPLATE_URL, "a%20b%2Fc.js.map");
    check("{name:base64}", TEMPLATE_FORM, "Yy5qcy5tYXA=");
    check("{host:raw}/x", TEMPLATE_URL, "https://example.com/x");
    check("{path:raw}", TEMPLATE_FORM, "a b/c.js.map");
    check("{token:base64}", TEMPLATE_HEADER, "czNjcmV0LyZ7cGF0aH0=");
    struct template_file of = {.file = "x", .path = "a\"b\\\n\xc3\xa9"};
    check_of("{{\"p\":\"{path:json}\"}}", TEMPLATE_FORM, &of, "{\"p\":\"a\\\"b\\\\\\n\\u00e9\"}");
}

static void a_path_is_written_as_browsers_and_next_js_do(void **state)
{
    (void)state;
    struct template_file of = {.file = "x", .path = "app/(shop)/[slug]/a+b@1,~!*'%\\^ \xc3\xa9.js"};
    check_of(
        "{path:path}", TEMPLATE_FORM, &of, "app/(shop)/[slug]/a+b@1,~!*'%25%5C%5E%20%C3%A9.js");
    check_of("{path:component}", TEMPLATE_FORM, &of,
        "app/(shop)/%5Bslug%5D/a%2Bb%401%2C~!*'%25%5C%5E%20%C3%A9.js");
    check_of("http://h/{path:path}", TEMPLATE_URL, &of,
        "http://h/app/(shop)/[slug]/a+b@1,~!*'%25%5C%5E%20%C3%A9.js");
}

static void json_fits_into_a_header(void **state)
{
    (void)state;
    struct template_file of = {.file = "x", .path = "\x7f\xc3\xa9\xf0\x9f\x98\x80/\"\n"};
    check_of("X: {path:json}", TEMPLATE_HEADER, &of, "X: \\u007f\\u00e9\\ud83d\\ude00/\\\"\\n");
}

static void base64_of_a_digest_is_that_of_its_bytes(void **state)
{
    (void)state;
    struct template_file of = {.file = "x",
        .path = "x",
        .md5 = "d41d8cd98f00b204e9800998ecf8427e",
        .sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};
    check_of("{md5:base64}", TEMPLATE_HEADER, &of, "1B2M2Y8AsgTpgAmY7PhCfg==");
    check_of("{sha256:base64}", TEMPLATE_FORM, &of, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    check_of("?m={md5:base64:query}", TEMPLATE_URL, &of, "?m=1B2M2Y8AsgTpgAmY7PhCfg%3D%3D");
    check_of("{md5:upper}", TEMPLATE_FORM, &of, "D41D8CD98F00B204E9800998ECF8427E");
}

static void forms_of_values_can_be_combined(void **state)
{
    (void)state;
    check("{path:flat}", TEMPLATE_FORM, "a b--c.js.map");
    check("/{path:flat}", TEMPLATE_URL, "/a%20b--c.js.map");
    check("{path:flat:upper:json}", TEMPLATE_FORM, "A B--C.JS.MAP");
    check("{path:upper:flat:url}", TEMPLATE_FORM, "A%20B--C.JS.MAP");
    check("{path:upper}", TEMPLATE_URL, "A%20B/C.JS.MAP");
    check("{mtime:epoch}", TEMPLATE_FORM, "1700000000");
    check("{mtime:epoch:base64}", TEMPLATE_URL, "MTcwMDAwMDAwMA==");
    check("{name:upper:upper:upper:upper}", TEMPLATE_URL, "C.JS.MAP");
    check_refused("{path:url:upper}", TEMPLATE_FORM, "':upper' must come before ':url'");
    check_refused("{path:epoch}", TEMPLATE_FORM, "':epoch'");
    check_refused("{mtime:upper:epoch}", TEMPLATE_FORM, "':epoch'");
    check_refused("{path:url:url:url:url:url}", TEMPLATE_FORM, "at most 4");
}

static void a_control_byte_never_gets_into_a_header(void **state)
{
    (void)state;
    check_refused("X: {line}", TEMPLATE_HEADER, "{line}");
    check_refused("X: {line:raw}", TEMPLATE_HEADER, "{line}");
    check_refused("X: a\r\nY: b", TEMPLATE_HEADER, "control byte");
    check_refused("X: \x7f", TEMPLATE_HEADER, "control byte");
    check("X:\t{line:url}", TEMPLATE_HEADER, "X:\ta%0D%0AX-Evil%3A%201");
    for (int byte = 1; byte < 256; byte++) {
        char path[] = {'a', (char)byte, '\0'};
        struct template_file of = {.file = path, .path = path};
        struct template *template = NULL;
        struct error error = {0};
        struct buf out;
        buf_init(&out, 100);
        assert_true(template_parse("X: {path}", TEMPLATE_HEADER, &keys, &template, NULL));
        int allowed = (byte >= 32 && byte != 127) || byte == '\t';
        assert_int_equal(template_fill(template, &of, &out, &error), allowed);
        if (!allowed)
            assert_non_null(strstr(error.text, "{path}"));
        buf_free(&out);
        template_free(template);
    }
}

static void a_raw_value_cannot_break_a_url(void **state)
{
    (void)state;
    check_refused("http://h/{line:raw}", TEMPLATE_URL, "{line}");
    struct template *template = NULL;
    struct buf out;
    buf_init(&out, 100);
    assert_true(template_parse("http://h/{path:raw}", TEMPLATE_URL, &keys, &template, NULL));
    assert_false(template_fill(template, &file, &out, NULL));
    buf_free(&out);
    template_free(template);
}

static void json_accepts_valid_text_only(void **state)
{
    (void)state;
    check_refused("{binary:json}", TEMPLATE_FORM, "{binary}");
    struct template_file of = {.file = "x", .path = "\xff"};
    struct template *template = NULL;
    struct error error = {0};
    struct buf out;
    buf_init(&out, 100);
    assert_true(template_parse("{path:json}", TEMPLATE_FORM, &keys, &template, NULL));
    assert_false(template_fill(template, &of, &out, &error));
    assert_non_null(strstr(error.text, "UTF-8"));
    buf_free(&out);
    template_free(template);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_percent_encoded),
        cmocka_unit_test(an_escaping_can_be_chosen),
        cmocka_unit_test(a_path_is_written_as_browsers_and_next_js_do),
        cmocka_unit_test(json_fits_into_a_header),
        cmocka_unit_test(base64_of_a_digest_is_that_of_its_bytes),
        cmocka_unit_test(forms_of_values_can_be_combined),
        cmocka_unit_test(a_control_byte_never_gets_into_a_header),
        cmocka_unit_test(a_raw_value_cannot_break_a_url),
        cmocka_unit_test(json_accepts_valid_text_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
