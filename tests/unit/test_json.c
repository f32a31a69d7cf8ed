#include "check.h"

#include <string.h>

#include "text/json.h"

static void check_line(json_t *object, const char *expected)
{
    struct buf out;
    buf_init(&out, 10000);
    assert_non_null(object);
    assert_true(json_add_line(&out, object));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
    json_decref(object);
}

static void text_that_is_not_utf8_is_repaired(void **state)
{
    (void)state;
    json_t *text = json_text("a\xff\xc3\xa9", 4);
    assert_string_equal(json_string_value(text), "a\xef\xbf\xbd\xc3\xa9");
    json_decref(text);
    text = json_text("a\0b", 3);
    assert_int_equal(json_string_length(text), 3);
    json_decref(text);
    text = json_text("", 0);
    assert_int_equal(json_string_length(text), 0);
    json_decref(text);
}

static void bytes_that_are_not_utf8_come_in_base64_too(void **state)
{
    (void)state;
    json_t *object = json_object();
    assert_true(json_set_bytes(object, "path", "a\xff", 2));
    check_line(object, "{\"path\":\"a\xef\xbf\xbd\",\"path_base64\":\"Yf8=\"}\n");
    object = json_object();
    assert_true(json_set_bytes(object, "path", "a/\xc3\xa9", 4));
    check_line(object, "{\"path\":\"a/\xc3\xa9\"}\n");
}

static void text_that_is_absent_sets_nothing(void **state)
{
    (void)state;
    json_t *object = json_object();
    assert_true(json_set_text(object, "error", NULL));
    assert_true(json_set_bytes(object, "path", NULL, 0));
    assert_true(json_set_text(object, "method", "PUT"));
    check_line(object, "{\"method\":\"PUT\"}\n");
}

static void a_value_that_could_not_be_made_fails(void **state)
{
    (void)state;
    json_t *object = json_object();
    assert_false(json_set(object, "parts", NULL));
    assert_null(json_if_complete(object, false));
    assert_false(json_set_number(NULL, "size", 1));
}

static void keys_keep_their_order(void **state)
{
    (void)state;
    check_line(json_pack("{s:i,s:s,s:b,s:f}", "z", 1, "a", "x", "m", 1, "ms", 12.3),
        "{\"z\":1,\"a\":\"x\",\"m\":true,\"ms\":12.3}\n");
}

static void it_stays_one_line_and_safe_on_a_terminal(void **state)
{
    (void)state;
    json_t *object = json_object();
    static const char text[] =
        "a\n\"\x1b[0m\x7f\xc2\x9b\xe2\x80\xae\xe2\x80\xa8\xf3\xa0\x80\xa1z\xc3\xa9";
    assert_int_equal(json_object_set_new(object, "t", json_text(text, sizeof text - 1)), 0);
    json_t *copy = json_deep_copy(object);
    struct buf out;
    buf_init(&out, 10000);
    assert_true(json_add_line(&out, object));
    assert_string_equal(buf_text(&out),
        "{\"t\":\"a\\n\\\"\\u001B[0m\\u007f\\u009b\\u202e\\u2028\\udb40\\udc21z\xc3\xa9\"}\n");
    json_t *back = json_loadb(out.data, out.length, 0, NULL);
    assert_true(json_equal(back, copy));
    json_decref(back);
    json_decref(copy);
    json_decref(object);
    buf_free(&out);
}

static void a_full_buffer_is_a_failure(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 5);
    json_t *object = json_pack("{s:s}", "key", "value");
    assert_false(json_add_line(&out, object));
    json_decref(object);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_is_not_utf8_is_repaired),
        cmocka_unit_test(bytes_that_are_not_utf8_come_in_base64_too),
        cmocka_unit_test(text_that_is_absent_sets_nothing),
        cmocka_unit_test(a_value_that_could_not_be_made_fails),
        cmocka_unit_test(keys_keep_their_order),
        cmocka_unit_test(it_stays_one_line_and_safe_on_a_terminal),
        cmocka_unit_test(a_full_buffer_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
