#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/url_list.h"

static struct url_list *parse(const char *text, struct error *error)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    struct url_list *list = url_list_parse(copy, error);
    free(copy);
    return list;
}

static void both_forms_are_read(void **state)
{
    (void)state;
    struct error error = {0};
    struct url_list *list =
        parse("a b\thttp://h/a?x=1\r\n\n"
              "{\"path\": \"c\", \"url\": \"https://h\", \"method\": \"POST\", "
              "\"headers\": {\"X\": \"y\"}, \"fields\": {\"z\": \"1\", \"a\": \"\"}}",
            &error);
    assert_non_null(list);
    assert_int_equal(list->count, 2);
    assert_int_equal(list->headers_most, 1);
    const struct url_list_entry *first = url_list_find(list, "a b");
    assert_string_equal(first->url, "http://h/a?x=1");
    assert_null(first->method);
    const struct url_list_entry *second = url_list_find(list, "c");
    assert_int_equal(second->line, 3);
    assert_string_equal(second->method, "POST");
    assert_string_equal(second->headers[0], "X: y");
    assert_string_equal(second->fields[0].name, "z");
    assert_string_equal(second->fields[1].value, "");
    assert_null(url_list_find(list, "a"));
    url_list_free(list);
}

static void what_programs_put_around_a_list_is_skipped(void **state)
{
    (void)state;
    struct error error = {0};
    struct url_list *list = parse("\xEF\xBB\xBF./a\thttp://h/a\n"
                                  "{\"path\": \"././b/./c\", \"url\": \"http://h\", "
                                  "\"method\": null, \"headers\": null, \"fields\": null}",
        &error);
    assert_non_null(list);
    assert_non_null(url_list_find(list, "a"));
    const struct url_list_entry *second = url_list_find(list, "b/./c");
    assert_non_null(second);
    assert_null(second->method);
    assert_int_equal(second->header_count + second->field_count, 0);
    url_list_free(list);
    assert_null(parse("{\"path\": \"a\", \"url\": null}", &error));
    assert_null(parse("./\thttp://h/", &error));
    assert_null(parse("a\thttp://h/\n./a\thttp://h/", &error));
}

static void a_wrong_line_is_named(void **state)
{
    (void)state;
    static const char *const wrong[] = {"a", "a\t", "a\tx", "\thttp://h/", "a\thttp://h/#", "{",
        "{}", "{\"path\":\"a\",\"path\":\"a\",\"url\":\"http://h\"}",
        "{\"path\":\"a\\u0000\",\"url\":\"http://h\"}",
        "{\"path\":\"a\",\"url\":\"http://h\",\"headers\":[]}",
        "{\"path\":\"a\",\"url\":\"http://h\"} x", "ok\thttp://h/"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        char text[200];
        struct error error = {0};
        (void)snprintf(text, sizeof text, "ok\thttp://h/\n%s\n", wrong[i]);
        assert_null(parse(text, &error));
        assert_ptr_equal(strstr(error.text, "line 2: "), error.text);
        assert_null(strstr(error.text, "http://h"));
    }
}

static void an_empty_list_has_no_entries(void **state)
{
    (void)state;
    struct url_list *list = parse("\n\r\n", NULL);
    assert_non_null(list);
    assert_int_equal(list->count, 0);
    url_list_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_are_read),
        cmocka_unit_test(what_programs_put_around_a_list_is_skipped),
        cmocka_unit_test(a_wrong_line_is_named),
        cmocka_unit_test(an_empty_list_has_no_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
