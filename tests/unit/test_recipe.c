#include <shoal.h>

#include "scratch.h"

#include "base/buf.h"
#include "core/recipe.h"

/* Replaces the file. */
static void write_file(const char *path, const char *text)
{
    (void)unlink(path);
    make_file(path, text);
}

static void give(struct shoal_options *options, const char *name, const char *value)
{
    char error[SHOAL_ERROR_SIZE] = "";
    if (!shoal_options_set(options, name, value, error))
        fail_msg("%s", error);
}

/* The settings as text: `name=value`, with a sign for the manner and an ! for a secret. */
static void show(const struct shoal_options *options, struct buf *out)
{
    static const char *const manners[] = {
        [OPTION_SETS] = "", [OPTION_ADDS] = "+", [OPTION_UNDOES] = "-"};
    size_t count;
    const struct option_setting *settings = options_settings(options, &count);
    for (size_t i = 0; i < count; i++)
        (void)buf_printf(out, "%s%s%s%s%s ", manners[settings[i].manner], settings[i].row->name,
            settings[i].secret ? "!" : "", settings[i].value == NULL ? "" : "=",
            settings[i].value == NULL ? "" : settings[i].value);
}

static void assert_shows(const struct shoal_options *options, const char *expected)
{
    struct buf shown;
    buf_init(&shown, 10000);
    show(options, &shown);
    assert_string_equal(buf_text(&shown), expected);
    buf_free(&shown);
}

static void layers_combine_and_doing_it_again_changes_nothing(void **state)
{
    (void)state;
    write_file("r.yaml", "variables:\n"
                         "  id: {help: h}\n"
                         "  token: {secret: yes, default: abc}\n"
                         "options:\n"
                         "  url: http://h/{id}\n"
                         "  header: ['A: 1', 'B: 2']\n"
                         "  follow: yes\n"
                         "  rate: 1/s\n");
    write_file("c.yaml", "options: {header: ['C: 3'], follow: no, set: ['id=5']}\n");
    struct shoal_options *options = shoal_options_new();
    give(options, "recipe", "./r.yaml");
    give(options, "config", "c.yaml");
    give(options, "add-header", "D: 4");
    give(options, "retries", "1");
    assert_true(shoal_options_add_operand(options, "dist"));
    struct error error = {0};
    struct shoal_options *once = recipe_resolve(options, &error);
    assert_non_null(once);
    static const char expected[] = "url=http://h/{id} follow rate=1/s header=C: 3 -follow set=id=5 "
                                   "+header=D: 4 retries=1 set!=token=abc ";
    assert_shows(once, expected);
    assert_false(options_given(once, "follow"));
    assert_string_equal(options_last_setting(once, "url")->where, "./r.yaml:5:8");
    struct shoal_options *twice = recipe_resolve(once, &error);
    assert_non_null(twice);
    assert_shows(twice, expected);
    size_t count;
    assert_string_equal(options_operands(twice, &count)[0], "dist");
    assert_int_equal(count, 1);
    shoal_options_free(options);
    shoal_options_free(once);
    shoal_options_free(twice);
}

static void options_without_files_stay_as_they_are(void **state)
{
    (void)state;
    struct shoal_options *options = shoal_options_new();
    give(options, "set", "any=1");
    give(options, "no-follow", NULL);
    struct error error = {0};
    struct shoal_options *resolved = recipe_resolve(options, &error);
    assert_non_null(resolved);
    assert_shows(resolved, "set=any=1 -follow ");
    shoal_options_free(options);
    shoal_options_free(resolved);
}

static void every_built_in_recipe_can_be_read(void **state)
{
    (void)state;
    struct recipe_names names;
    struct error error = {0};
    assert_true(recipe_names(&names, &error));
    assert_true(names.count > 0);
    for (size_t i = 0; i < names.count; i++) {
        struct recipe *recipe = recipe_open(names.list[i], RECIPE_AS_RECIPE, &error);
        if (recipe == NULL)
            fail_msg("%s", error.text);
        assert_string_equal(recipe->id, names.list[i]);
        assert_non_null(recipe->title);
        recipe_free(recipe);
    }
    recipe_names_free(&names);
}

/* Cut at every byte, a file is read or refused with its name, and nothing leaks. */
static void a_cut_file_is_refused_with_its_name(void **state)
{
    (void)state;
    static const char text[] = "title: \"x\"\nnotes: [\"a\"]\nvariables:\n  a: {help: b, values: "
                               "[c]}\noptions:\n  form: [\"d={a}\", \"e=@{file}\"]\n  raw: no\n";
    for (size_t length = 0; length < sizeof text; length++) {
        char cut[sizeof text];
        (void)snprintf(cut, sizeof cut, "%.*s", (int)length, text);
        write_file("f.yaml", cut);
        struct error error = {0};
        struct recipe *recipe = recipe_open("./f.yaml", RECIPE_AS_RECIPE, &error);
        if (recipe == NULL)
            assert_memory_equal(error.text, "./f.yaml:", 9);
        recipe_free(recipe);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            layers_combine_and_doing_it_again_changes_nothing, scratch_setup, scratch_teardown),
        cmocka_unit_test(options_without_files_stay_as_they_are),
        cmocka_unit_test(every_built_in_recipe_can_be_read),
        cmocka_unit_test_setup_teardown(
            a_cut_file_is_refused_with_its_name, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
