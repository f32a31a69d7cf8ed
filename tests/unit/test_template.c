#include "check.h"

#include <stdio.h>
#include <string.h>

#include "text/template.h"

static const struct template_key key_list[] = {
    {"token", "s3cret/&{path}"},
    {"host", "https://example.com"},
    {"app.id-1", "42"},
    {"line", "a\r\nX-Evil: 1"},
    {"binary", "\xff"},
    {"empty", ""},
};
static const struct template_keys keys = {.list = key_list, .count = COUNT_OF(key_list)};

static const struct template_file file = {
    .file = "dist/a b/c.js.map",
    .path = "a b/c.js.map",
    .size = 4096,
    .mtime = 1700000000,
    .sha256 = "5256",
    .sha1 = "51",
    .md5 = "3d",
};

/* Fills in `source` for the file `of` and compares the text. */
static void check_of(const char *source, enum template_place place, const struct template_file *of,
    const char *expected)
{
    struct template *template = NULL;
    struct error error = {0};
    if (!template_parse(source, place, &keys, &template, &error))
        fail_msg("%s: %s", source, error.text);
    struct buf out;
    buf_init(&out, 10000);
    if (!template_fill(template, of, &out, &error))
        fail_msg("%s: %s", source, error.text);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
    template_free(template);
}

static void check(const char *source, enum template_place place, const char *expected)
{
    check_of(source, place, &file, expected);
}

/* `source` is refused, and the message contains `part`. */
static void check_refused(const char *source, enum template_place place, const char *part)
{
    struct template *template = NULL;
    struct error error = {0};
    if (template_parse(source, place, &keys, &template, &error))
        fail_msg("%s was accepted", source);
    assert_null(template);
    if (strstr(error.text, part) == NULL)
        fail_msg("%s: %s", source, error.text);
}

static void text_without_fields_is_itself(void **state)
{
    (void)state;
    check("", TEMPLATE_FORM, "");
    check("plain text, \r\n too", TEMPLATE_FORM, "plain text, \r\n too");
    check("http://h/a b?c", TEMPLATE_URL, "http://h/a b?c");
}

static void doubled_braces_are_braces(void **state)
{
    (void)state;
    check("{{", TEMPLATE_FORM, "{");
    check("}}", TEMPLATE_FORM, "}");
    check("{{path}}", TEMPLATE_FORM, "{path}");
    check("{{{path}}}", TEMPLATE_FORM, "{a b/c.js.map}");
    check("{{\"a\":1}}", TEMPLATE_FORM, "{\"a\":1}");
}

static void a_lone_closing_brace_is_itself(void **state)
{
    (void)state;
    check("}", TEMPLATE_FORM, "}");
    check("a}b", TEMPLATE_FORM, "a}b");
    check("}}}", TEMPLATE_FORM, "}}");
    check("{size}}", TEMPLATE_FORM, "4096}");
}

static void every_field_has_its_value(void **state)
{
    (void)state;
    check("{file}", TEMPLATE_FORM, "dist/a b/c.js.map");
    check("{folder}", TEMPLATE_FORM, "dist/a b");
    check("{path}", TEMPLATE_FORM, "a b/c.js.map");
    check("{dir}|{name}|{stem}|{ext}", TEMPLATE_FORM, "a b/|c.js.map|c.js|map");
    check("{size} {mtime}", TEMPLATE_FORM, "4096 2023-11-14T22:13:20Z");
    check("{sha256}{sha1}{md5}", TEMPLATE_FORM, "5256513d");
    check("{host}/{app.id-1}{empty}", TEMPLATE_FORM, "https://example.com/42");
}

static void names_are_split_as_people_expect(void **state)
{
    (void)state;
    static const char *const cuts[][2] = {
        {"a", "|a|a|"},
        {"a.b", "|a.b|a|b"},
        {".profile", "|.profile|.profile|"},
        {"..x", "|..x|..x|"},
        {"...", "|...|...|"},
        {".a.b", "|.a.b|.a|b"},
        {"a.", "|a.|a|"},
        {"a..b", "|a..b|a.|b"},
        {"x.y/z", "x.y/|z|z|"},
        {"x/y/z.tar.gz", "x/y/|z.tar.gz|z.tar|gz"},
    };
    for (size_t i = 0; i < COUNT_OF(cuts); i++) {
        struct template_file of = {.file = cuts[i][0], .path = cuts[i][0]};
        check_of("{dir}|{name}|{stem}|{ext}", TEMPLATE_FORM, &of, cuts[i][1]);
        check_of("{dir}{name}", TEMPLATE_FORM, &of, cuts[i][0]);
    }
}

static void the_folder_of_a_bare_name_and_of_the_root(void **state)
{
    (void)state;
    check_of("{folder}", TEMPLATE_FORM, &(struct template_file){.file = "x", .path = "x"}, ".");
    check_of("{folder}", TEMPLATE_FORM, &(struct template_file){.file = "/x", .path = "x"}, "/");
    check_of("{folder}", TEMPLATE_FORM, &(struct template_file){.file = "/d/x", .path = "x"}, "/d");
}

static void values_are_never_read_as_templates(void **state)
{
    (void)state;
    check("{token}", TEMPLATE_FORM, "s3cret/&{path}");
    struct template_file of = {.file = "{size}", .path = "{{name}}/{token}"};
    check_of("{file} {path} {dir}", TEMPLATE_FORM, &of, "{size} {{name}}/{token} {{name}}/");
}

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

static void the_type_is_that_of_the_extension(void **state)
{
    (void)state;
    struct template_file of = {.file = "x", .path = "a/b.css", .type_of = "dist/b.JS"};
    check("{type}", TEMPLATE_HEADER, "application/json");
    check_of("{type}", TEMPLATE_FORM, &of, "text/javascript");
}

static void a_text_is_left_out_without_an_optional_key(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        bool may, left_out;
    } cases[] = {
        {"v={token?}", true, false},
        {"v={empty?}", true, true},
        {"v={nothing?:url}", true, true},
        {"{token?}{nothing?}", true, true},
        {"v={empty}", false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template *template = NULL;
        assert_true(template_parse(cases[i].source, TEMPLATE_FORM, &keys, &template, NULL));
        assert_int_equal(template_may_be_left_out(template), cases[i].may);
        assert_int_equal(template_is_left_out(template), cases[i].left_out);
        template_free(template);
    }
    check("{token?:base64}", TEMPLATE_FORM, "czNjcmV0LyZ7cGF0aH0=");
    check_refused("{path?}", TEMPLATE_FORM, "{path?}");
    check_refused("{?}", TEMPLATE_FORM, "{?}");
}

static void json_in_braces_gets_a_hint(void **state)
{
    (void)state;
    check_refused("{\"a\":1}", TEMPLATE_FORM,
        "'{' begins a template field; write {{\"a\":1}} or use --form-string");
    check_refused(
        "x {\"a\":{\"b\":{path}}} {name}", TEMPLATE_TEXT, "write {{\"a\":{{\"b\":{{path}}}}}}");
}

struct written {
    char texts[200];
};

static bool note_written(
    void *context, const struct template_key *key, const char *text, size_t length)
{
    struct written *written = context;
    size_t used = strlen(written->texts);
    (void)snprintf(written->texts + used, sizeof written->texts - used, "%s=%.*s;", key->name,
        (int)length, text);
    return true;
}

static void other_forms_of_a_key_are_told(void **state)
{
    (void)state;
    struct written written = {""};
    struct template_keys telling = {.list = key_list,
        .count = COUNT_OF(key_list),
        .written = note_written,
        .context = &written};
    struct template *template = NULL;
    assert_true(template_parse(
        "{token}{host:upper}{app.id-1:base64}", TEMPLATE_FORM, &telling, &template, NULL));
    assert_string_equal(written.texts, "host=HTTPS://EXAMPLE.COM;app.id-1=NDI=;");
    template_free(template);
}

static void what_is_unknown_is_named(void **state)
{
    (void)state;
    check_refused("x{foo}y", TEMPLATE_FORM, "{foo} in 'x{foo}y'");
    check_refused("{Path}", TEMPLATE_FORM, "{Path}");
    check_refused("{path:html}", TEMPLATE_FORM, "':html'");
    check_refused("{path:}", TEMPLATE_FORM, "':'");
    check_refused("{path:url:}", TEMPLATE_FORM, "':'");
    check_refused("{:url}", TEMPLATE_FORM, "{}");
    check_refused("{ path}", TEMPLATE_FORM, "{ path}");
}

static void broken_braces_are_refused(void **state)
{
    (void)state;
    check_refused("{", TEMPLATE_FORM, "without its '}'");
    check_refused("a{path", TEMPLATE_FORM, "a{path");
    check_refused("{}", TEMPLATE_FORM, "empty '{}'");
    check_refused("{{{", TEMPLATE_FORM, "without its '}'");
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

static void an_error_never_shows_a_value(void **state)
{
    (void)state;
    struct template_key secret = {"key", "hunter2\n"};
    struct template_keys one = {.list = &secret, .count = 1};
    struct template *template = NULL;
    struct error error = {0};
    assert_false(template_parse("X: {key}", TEMPLATE_HEADER, &one, &template, &error));
    assert_null(strstr(error.text, "hunter2"));
}

static unsigned needs_of(const char *source)
{
    struct template *template = NULL;
    assert_true(template_parse(source, TEMPLATE_FORM, &keys, &template, NULL));
    unsigned needs = template_needs(template);
    template_free(template);
    return needs;
}

static void it_says_what_it_needs(void **state)
{
    (void)state;
    assert_int_equal(needs_of("x{token}{{path}}"), 0);
    assert_int_equal(needs_of("{ext}"), TEMPLATE_NEEDS_PATH);
    assert_int_equal(needs_of("{folder}"), TEMPLATE_NEEDS_PATH);
    assert_int_equal(needs_of("{size}"), TEMPLATE_NEEDS_FACTS);
    assert_int_equal(needs_of("{mtime}{name}"), TEMPLATE_NEEDS_FACTS | TEMPLATE_NEEDS_PATH);
    assert_int_equal(needs_of("{sha256}{sha1}{md5}"),
        TEMPLATE_NEEDS_SHA256 | TEMPLATE_NEEDS_SHA1 | TEMPLATE_NEEDS_MD5);
}

static int is_file(const char *source, enum template_place place)
{
    struct template *template = NULL;
    assert_true(template_parse(source, place, &keys, &template, NULL));
    int is = template_is_file(template);
    template_free(template);
    return is;
}

static void only_the_file_itself_is_the_file(void **state)
{
    (void)state;
    assert_true(is_file("{file}", TEMPLATE_FORM));
    assert_true(is_file("{file:raw}", TEMPLATE_FORM));
    assert_false(is_file("{file:url}", TEMPLATE_FORM));
    assert_false(is_file("{file}", TEMPLATE_URL));
    assert_false(is_file("{file}x", TEMPLATE_FORM));
    assert_false(is_file("x{file}", TEMPLATE_FORM));
    assert_false(is_file("{path}", TEMPLATE_FORM));
    assert_false(is_file("{file}{file}", TEMPLATE_FORM));
    assert_false(is_file("{{file}}", TEMPLATE_FORM));
    assert_false(is_file("", TEMPLATE_FORM));
}

static void names_of_keys_and_fields_are_told_apart(void **state)
{
    (void)state;
    assert_true(template_is_field("path"));
    assert_true(template_is_field("sha256"));
    assert_false(template_is_field(""));
    assert_false(template_is_field("paths"));
    assert_true(template_is_key_name("a"));
    assert_true(template_is_key_name("_x.y-9"));
    assert_false(template_is_key_name(""));
    assert_false(template_is_key_name("9a"));
    assert_false(template_is_key_name("-a"));
    assert_false(template_is_key_name("a:b"));
    assert_false(template_is_key_name("a b"));
    assert_false(template_is_key_name("\xc3\xa9"));
}

static void a_full_buffer_is_a_failure(void **state)
{
    (void)state;
    struct template *template = NULL;
    struct error error = {0};
    struct buf out;
    buf_init(&out, 5);
    assert_true(template_parse("x{path}", TEMPLATE_FORM, &keys, &template, NULL));
    assert_false(template_fill(template, &file, &out, &error));
    assert_int_equal(error.class, ERROR_MEMORY);
    template_free(template);
    assert_true(template_parse("too long", TEMPLATE_FORM, &keys, &template, NULL));
    assert_false(template_fill(template, &file, &out, &error));
    template_free(template);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_without_fields_is_itself),
        cmocka_unit_test(doubled_braces_are_braces),
        cmocka_unit_test(a_lone_closing_brace_is_itself),
        cmocka_unit_test(every_field_has_its_value),
        cmocka_unit_test(names_are_split_as_people_expect),
        cmocka_unit_test(the_folder_of_a_bare_name_and_of_the_root),
        cmocka_unit_test(values_are_never_read_as_templates),
        cmocka_unit_test(a_url_is_percent_encoded),
        cmocka_unit_test(an_escaping_can_be_chosen),
        cmocka_unit_test(a_path_is_written_as_browsers_and_next_js_do),
        cmocka_unit_test(json_fits_into_a_header),
        cmocka_unit_test(base64_of_a_digest_is_that_of_its_bytes),
        cmocka_unit_test(forms_of_values_can_be_combined),
        cmocka_unit_test(the_type_is_that_of_the_extension),
        cmocka_unit_test(a_text_is_left_out_without_an_optional_key),
        cmocka_unit_test(json_in_braces_gets_a_hint),
        cmocka_unit_test(other_forms_of_a_key_are_told),
        cmocka_unit_test(what_is_unknown_is_named),
        cmocka_unit_test(broken_braces_are_refused),
        cmocka_unit_test(a_control_byte_never_gets_into_a_header),
        cmocka_unit_test(a_raw_value_cannot_break_a_url),
        cmocka_unit_test(json_accepts_valid_text_only),
        cmocka_unit_test(an_error_never_shows_a_value),
        cmocka_unit_test(it_says_what_it_needs),
        cmocka_unit_test(only_the_file_itself_is_the_file),
        cmocka_unit_test(names_of_keys_and_fields_are_told_apart),
        cmocka_unit_test(a_full_buffer_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
