#include "check.h"

#include <string.h>

#include "core/config/form_text.h"

struct expected {
    const char *text;
    enum config_field_kind kind;
    const char *name;
    const char *value;
    const char *type;
    const char *file_name;
};

static void assert_same_text(const char *got, const char *expected)
{
    if (expected == NULL)
        assert_null(got);
    else
        assert_string_equal(got, expected);
}

static void check(const struct expected *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct form_text form;
        struct error error = {0};
        assert_true(form_text_parse(expected[i].text, &form, &error));
        assert_int_equal(form.kind, expected[i].kind);
        assert_string_equal(form.name, expected[i].name);
        assert_string_equal(form.value, expected[i].value);
        assert_same_text(form.type, expected[i].type);
        assert_same_text(form.file_name, expected[i].file_name);
        form_text_free(&form);
    }
}

static void text_and_files_are_distinguished(void **state)
{
    (void)state;
    static const struct expected list[] = {
        {"a=b", CONFIG_TEXT, "a", "b", NULL, NULL},
        {"a=", CONFIG_TEXT, "a", "", NULL, NULL},
        {"a==b=c", CONFIG_TEXT, "a", "=b=c", NULL, NULL},
        {"a b\"c=d", CONFIG_TEXT, "a b\"c", "d", NULL, NULL},
        {"a= b ", CONFIG_TEXT, "a", " b ", NULL, NULL},
        {"a=@{file}", CONFIG_FILE, "a", "{file}", NULL, NULL},
        {"a=?@{folder}/x", CONFIG_OPTIONAL_FILE, "a", "{folder}/x", NULL, NULL},
        {"a=?b", CONFIG_TEXT, "a", "?b", NULL, NULL},
        {"a=b@c", CONFIG_TEXT, "a", "b@c", NULL, NULL},
    };
    check(list, COUNT_OF(list));
}

static void suffixes_are_read_as_curl_reads_them(void **state)
{
    (void)state;
    static const struct expected list[] = {
        {"a=@x;type=text/plain", CONFIG_FILE, "a", "x", "text/plain", NULL},
        {"a=@x;filename=y", CONFIG_FILE, "a", "x", NULL, "y"},
        {"a=@x;filename=", CONFIG_FILE, "a", "x", NULL, ""},
        {"a=@x; filename=y; type=a/b", CONFIG_FILE, "a", "x", "a/b", "y"},
        {"a=@x;TYPE=a/b;charset=utf-8;filename={path}", CONFIG_FILE, "a", "x", "a/b;charset=utf-8",
            "{path}"},
        {"a=b;type=application/json", CONFIG_TEXT, "a", "b", "application/json", NULL},
        {"a=b;c;d", CONFIG_TEXT, "a", "b;c;d", NULL, NULL},
        {"a=b;typed=c", CONFIG_TEXT, "a", "b;typed=c", NULL, NULL},
        {"a=@x;filename=y;z", CONFIG_FILE, "a", "x", NULL, "y;z"},
        {"a=@x;filename=y;filename=z", CONFIG_FILE, "a", "x", NULL, "z"},
    };
    check(list, COUNT_OF(list));
}

static void quoted_text_may_contain_anything(void **state)
{
    (void)state;
    static const struct expected list[] = {
        {"a=\"b;type=x/y\"", CONFIG_TEXT, "a", "b;type=x/y", NULL, NULL},
        {"a=\"say \\\"hi\\\" \\\\ \\n\"", CONFIG_TEXT, "a", "say \"hi\" \\ \\n", NULL, NULL},
        {"a=@\"b;c,d\" ;type=x/y", CONFIG_FILE, "a", "b;c,d", "x/y", NULL},
        {"a=@b;filename=\"c;type=d\"", CONFIG_FILE, "a", "b", NULL, "c;type=d"},
        {"a=\"", CONFIG_TEXT, "a", "\"", NULL, NULL},
        {"a=\"open", CONFIG_TEXT, "a", "\"open", NULL, NULL},
        {"a=\"\"", CONFIG_TEXT, "a", "", NULL, NULL},
        {"a=in \"the\" middle", CONFIG_TEXT, "a", "in \"the\" middle", NULL, NULL},
    };
    check(list, COUNT_OF(list));
}

static void invalid_text_is_rejected_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
    } bad[] = {{"", "NAME=VALUE"}, {"a", "NAME=VALUE"}, {"=b", "name before the ="},
        {"a=<b", "not supported"}, {"a=@", "PATH after the @"}, {"a=?@", "PATH after the @"},
        {"a=@-", "@-"}, {"a=@;type=a/b", "PATH after the @"}, {"a=b;headers=c", "headers"},
        {"a=b;encoder=8bit", "encoder"}, {"a=b;type=", "media type"},
        {"a=b;type=text", "media type"}, {"a=b;type=/x", "media type"},
        {"a=b;type=x/", "media type"}, {"a=b;type=a/b\r\nX: y", "media type"},
        {"a=b;type=a b/c", "media type"}, {"a=\"b\" c", "closing quote"},
        {"a=b;filename=\"c\"d", "closing quote"}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct form_text form;
        struct error error = {0};
        assert_false(form_text_parse(bad[i].text, &form, &error));
        assert_int_equal(error.class, ERROR_USAGE);
        assert_non_null(strstr(error.text, bad[i].reason));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_files_are_distinguished),
        cmocka_unit_test(suffixes_are_read_as_curl_reads_them),
        cmocka_unit_test(quoted_text_may_contain_anything),
        cmocka_unit_test(invalid_text_is_rejected_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
