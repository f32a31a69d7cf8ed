#include "check.h"

#include <stdio.h>
#include <string.h>

#include "text/media_type.h"

static void the_type_follows_the_extension(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *type;
    } cases[] = {
        {"a/b.js", "text/javascript"},
        {"a.js/b.MAP", "application/json"},
        {"x.7z", "application/x-7z-compressed"},
        {"x.zst", "application/zstd"},
        {"x.tar.gz", "application/gzip"},
        {"x.min.css", "text/css"},
        {"none", MEDIA_TYPE_DEFAULT},
        {"x.unknown", MEDIA_TYPE_DEFAULT},
        {"x.", MEDIA_TYPE_DEFAULT},
        {".css", MEDIA_TYPE_DEFAULT},
        {"..css", MEDIA_TYPE_DEFAULT},
        {".x.css", "text/css"},
        {"", MEDIA_TYPE_DEFAULT},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(media_types_find(NULL, cases[i].path), cases[i].type);
}

/* Bisection needs it: an entry out of order would not be found. */
static void every_type_that_is_built_in_is_found(void **state)
{
    (void)state;
    static const char *const extensions[] = {"aac", "br", "csv", "gz", "htm", "html", "jpeg", "jpg",
        "json", "jsonl", "jsonld", "md", "mid", "mjs", "odt", "png", "svg", "tgz", "ts", "wasm",
        "weba", "webm", "webmanifest", "webp", "woff", "woff2", "xml", "yaml", "yml", "zip"};
    for (size_t i = 0; i < COUNT_OF(extensions); i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "x.%s", extensions[i]);
        assert_string_not_equal(media_types_find(NULL, path), MEDIA_TYPE_DEFAULT);
    }
}

static void types_can_be_added(void **state)
{
    (void)state;
    struct media_types *types = media_types_new();
    assert_non_null(types);
    assert_true(media_types_add(types, "map=text/x-map", NULL));
    assert_true(media_types_add(types, ".js.map=text/x-one", NULL));
    assert_true(media_types_add(types, "JS.MAP=text/x-two; charset=utf-8", NULL));
    assert_string_equal(media_types_find(types, "a.css.map"), "text/x-map");
    assert_string_equal(media_types_find(types, "a.js.map"), "text/x-two; charset=utf-8");
    assert_string_equal(media_types_find(types, "a.js"), "text/javascript");
    media_types_free(types);
}

static void what_is_no_type_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "map", "=text/x", ".=text/x", "a/b=text/x",
        "map=", "map=text", "map=a b/c", "map=a/b\n"};
    struct media_types *types = media_types_new();
    assert_non_null(types);
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(media_types_add(types, wrong[i], NULL));
    media_types_free(types);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_type_follows_the_extension),
        cmocka_unit_test(every_type_that_is_built_in_is_found),
        cmocka_unit_test(types_can_be_added),
        cmocka_unit_test(what_is_no_type_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
