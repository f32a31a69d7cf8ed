#include "template_fixture.h"

#include <stdio.h>

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
        cmocka_unit_test(the_type_is_that_of_the_extension),
        cmocka_unit_test(a_text_is_left_out_without_an_optional_key),
        cmocka_unit_test(json_in_braces_gets_a_hint),
        cmocka_unit_test(other_forms_of_a_key_are_told),
        cmocka_unit_test(what_is_unknown_is_named),
        cmocka_unit_test(broken_braces_are_refused),
        cmocka_unit_test(an_error_never_shows_a_value),
        cmocka_unit_test(it_says_what_it_needs),
        cmocka_unit_test(only_the_file_itself_is_the_file),
        cmocka_unit_test(names_of_keys_and_fields_are_told_apart),
        cmocka_unit_test(a_full_buffer_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
