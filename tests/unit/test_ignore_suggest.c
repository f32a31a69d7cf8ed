/* What a pattern that matches nothing was meant to be. */
#include <stdlib.h>

#include "check.h"
#include "text/ignore_suggest.h"

struct fixture {
    struct ignore *ignore;
    struct ignore_suggest *suggest;
};

static void begin(struct fixture *fixture, bool includes, const char *pattern, const char *folder)
{
    fixture->ignore = ignore_new();
    assert_true(ignore_add(fixture->ignore, pattern, includes, "--option", NULL));
    fixture->suggest = ignore_suggest_new(fixture->ignore, folder);
    assert_non_null(fixture->suggest);
}

static void end(struct fixture *fixture)
{
    ignore_suggest_free(fixture->suggest);
    ignore_free(fixture->ignore);
}

static void note(struct fixture *fixture, const char *path)
{
    size_t rule = ignore_find(fixture->ignore, path, false);
    ignore_suggest_note(fixture->suggest, path, false, rule);
}

/* The better pattern after one file was seen. */
static void check_better(const char *pattern, const char *path, const char *better, bool named)
{
    struct fixture fixture;
    bool by_name = false;
    begin(&fixture, true, pattern, "dist");
    note(&fixture, path);
    const char *found = ignore_suggest_better(fixture.suggest, &by_name);
    if (better == NULL) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, better);
        assert_int_equal(by_name, named);
    }
    end(&fixture);
}

static void the_nearest_pattern_that_matches_is_found(void **state)
{
    (void)state;
    check_better("dist/**/*.map", "a/b.map", "**/*.map", true);
    check_better("./a/*.map", "a/b.map", "a/*.map", true);
    check_better("/build/dist/*.map", "b.map", "*.map", true);
    check_better("src/*.map", "a/b.map", "*.map", false);
    check_better("a/*.map", "x/a/b.map", "**/a/*.map", false);
    check_better("/a/b.*", "x/a/b.map", "**/a/b.*", false);
    check_better(".map", "a/b.map", "*.map", false);
    check_better("*.MAP", "a/b.map", "*.map", false);
    check_better("dist/*.map", "b.js", NULL, false);
    check_better("*.map", "b.js", NULL, false);
    check_better("dist/", "b.js", NULL, false);
}

static void a_rule_that_matches_gets_no_hint(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t at = 0;
    size_t rule = IGNORE_NONE;
    begin(&fixture, false, "dist/vendor", "dist");
    note(&fixture, "vendor");
    note(&fixture, "dist/vendor");
    assert_null(ignore_suggest_next(fixture.suggest, &at, &rule));
    end(&fixture);
}

static void a_rule_with_the_folder_in_front_gets_one_hint(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t at = 0;
    size_t rule = IGNORE_NONE;
    begin(&fixture, false, "dist/dist/vendor", "dist");
    note(&fixture, "vendor");
    assert_string_equal(ignore_suggest_next(fixture.suggest, &at, &rule), "vendor");
    assert_int_equal(rule, 0);
    assert_null(ignore_suggest_next(fixture.suggest, &at, &rule));
    end(&fixture);
}

static void a_rule_with_another_folder_in_front_gets_no_hint(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t at = 0;
    size_t rule = IGNORE_NONE;
    begin(&fixture, false, "src/vendor", "dist");
    note(&fixture, "vendor");
    assert_null(ignore_suggest_next(fixture.suggest, &at, &rule));
    end(&fixture);
}

static void braces_need_a_comma(void **state)
{
    (void)state;
    assert_true(ignore_suggest_has_braces("*.{js,map}"));
    assert_true(ignore_suggest_has_braces("{a}{b,c}"));
    assert_false(ignore_suggest_has_braces("b{c}.js"));
    assert_false(ignore_suggest_has_braces("a,b"));
    assert_false(ignore_suggest_has_braces("\\{a,b\\}"));
    assert_false(ignore_suggest_has_braces("{a,b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_pattern_that_matches_is_found),
        cmocka_unit_test(a_rule_that_matches_gets_no_hint),
        cmocka_unit_test(a_rule_with_the_folder_in_front_gets_one_hint),
        cmocka_unit_test(a_rule_with_another_folder_in_front_gets_no_hint),
        cmocka_unit_test(braces_need_a_comma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
