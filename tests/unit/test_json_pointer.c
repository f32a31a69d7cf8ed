#include "check.h"

#include <string.h>

#include "text/json_pointer.h"

/* The value at the pointer, or a word that says why there is none. */
static void check_value(const char *json, const char *pointer, const char *expected)
{
    struct buf out;
    buf_init(&out, 1000);
    enum json_pointer_result result = json_pointer_read(json, strlen(json), pointer, &out);
    const char *found = result == JSON_POINTER_FOUND     ? buf_text(&out)
                        : result == JSON_POINTER_MISSING ? "(missing)"
                                                         : "(not JSON)";
    assert_string_equal(found, expected);
    buf_free(&out);
}

static void values_are_found(void **state)
{
    (void)state;
    static const char document[] =
        "{ \"a\" : { \"b\" : [ 10 , \"x\\u0041\\n\" , { } , [ 1 , \" , \" ] ] } ,"
        " \"c/d\" : 1 , \"m~n\" : 2 , \"\" : 3 , \"q\\\"k\" : 4 , \"twice\" : 5 , \"twice\" : 6 ,"
        " \"]}\" : -0.10e+2 , \"end\" : null }";
    static const char *const cases[][2] = {
        {"/a/b/0", "10"},
        {"/a/b/1", "xA\n"},
        {"/a/b/2", "{}"},
        {"/a/b/3", "[1,\" , \"]"},
        {"/a/b/3/1", " , "},
        {"/a/b/4", "(missing)"},
        {"/a/b/-", "(missing)"},
        {"/a/b/01", "(missing)"},
        {"/a/b/+1", "(missing)"},
        {"/a/b/", "(missing)"},
        {"/a/b/0/c", "(missing)"},
        {"/a/b/99999999999999999999", "(missing)"},
        {"/c~1d", "1"},
        {"/c/d", "(missing)"},
        {"/m~0n", "2"},
        {"/", "3"},
        {"/q\"k", "4"},
        {"/twice", "6"},
        {"/]}", "-0.10e+2"},
        {"/end", "null"},
        {"/A", "(missing)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_value(document, cases[i][0], cases[i][1]);
}

static void the_empty_pointer_is_the_document(void **state)
{
    (void)state;
    check_value("\xef\xbb\xbf [ 1 , 2 ] ", "", "[1,2]");
    check_value("\"x\"", "", "x");
    check_value(" 1.50\n", "", "1.50");
    check_value("123456789012345678901234567890", "", "123456789012345678901234567890");
    check_value("[]", "/0", "(missing)");
    check_value("{}", "/a", "(missing)");
}

static void what_is_not_json_is_told_apart(void **state)
{
    (void)state;
    static const char *const cases[] = {"", " ", "{", "{\"a\":1", "{\"a\":1} x", "{'a':1}",
        "\"\xff\"", "nul", "[1,]", "\xef\xbb\xbf"};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_value(cases[i], "/a", "(not JSON)");
}

static void pointers_are_checked(void **state)
{
    (void)state;
    assert_true(json_pointer_is_valid(""));
    assert_true(json_pointer_is_valid("/"));
    assert_true(json_pointer_is_valid("/a/0/~0~1"));
    assert_false(json_pointer_is_valid("a"));
    assert_false(json_pointer_is_valid("/~"));
    assert_false(json_pointer_is_valid("/~2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(the_empty_pointer_is_the_document),
        cmocka_unit_test(what_is_not_json_is_told_apart),
        cmocka_unit_test(pointers_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
