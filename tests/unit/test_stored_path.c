/* Which paths a received file may be stored under. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "receive/stored_path.h"

static bool fits(const char *path)
{
    struct error error = {.class = ERROR_NONE};
    bool right = stored_path_check(path, strlen(path), &error);
    if (!right)
        assert_int_equal(error.class, ERROR_DATA);
    return right;
}

static void ordinary_paths_fit(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "a", "a/b", "a/b/c.js.map", "...", "..a", "a..", ".a/.b", "a b", "\\", "C:\\x", "\xff\n"};
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        assert_true(fits(paths[i]));
}

static void paths_that_lead_out_or_are_none_do_not(void **state)
{
    (void)state;
    static const char *const paths[] = {"", "/", "/a", "//", "..", "../a", "a/..", "a/../b", ".",
        "./a", "a/.", "a/./b", "a/", "a//b", "a/b//"};
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        assert_false(fits(paths[i]));
    assert_false(stored_path_check("a\0b", 3, NULL));
}

static void names_and_paths_have_their_greatest_length(void **state)
{
    (void)state;
    char *text = malloc(STORED_PATH_MAX + 2);
    assert_non_null(text);
    memset(text, 'n', STORED_PATH_MAX + 2);
    assert_true(stored_path_check(text, STORED_NAME_MAX, NULL));
    assert_false(stored_path_check(text, STORED_NAME_MAX + 1, NULL));
    for (size_t i = 199; i < STORED_PATH_MAX; i += 200)
        text[i] = '/';
    assert_true(stored_path_check(text, STORED_PATH_MAX - 1, NULL));
    text[STORED_PATH_MAX - 1] = 'n';
    assert_true(stored_path_check(text, STORED_PATH_MAX, NULL));
    assert_false(stored_path_check(text, STORED_PATH_MAX + 1, NULL));
    for (size_t i = 1; i < STORED_PATH_MAX; i += 2)
        text[i] = '/';
    assert_true(stored_path_check(text, STORED_DEPTH_MAX * 2 + 1, NULL));
    assert_false(stored_path_check(text, STORED_DEPTH_MAX * 2 + 3, NULL));
    free(text);
}

static void a_url_is_decoded_and_checked(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *path;
    } rows[] = {
        {"/a/b", "a/b"},
        {"/a%20b%2Fc", "a b/c"},
        {"/%25", "%"},
        {"a", NULL},
        {"/", NULL},
        {"//a", NULL},
        {"/%2e%2e/a", NULL},
        {"/a%00", NULL},
        {"/a%0", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf path;
        buf_init(&path, 4096);
        struct error error;
        assert_int_equal(stored_path_from_url(rows[i].url, &path, &error), rows[i].path != NULL);
        if (rows[i].path != NULL)
            assert_string_equal(buf_text(&path), rows[i].path);
        buf_free(&path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_paths_fit),
        cmocka_unit_test(paths_that_lead_out_or_are_none_do_not),
        cmocka_unit_test(names_and_paths_have_their_greatest_length),
        cmocka_unit_test(a_url_is_decoded_and_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
