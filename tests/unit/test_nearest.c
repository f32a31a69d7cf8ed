#include "check.h"

#include <string.h>

#include "text/nearest.h"

static const char *const names[] = {"send", "serve", "status", "report", "recipes", "bar", "none",
    "aws:amz", "a-name-that-is-longer-than-names-are-in-practice", NULL};

static const char *find(const char *text)
{
    struct nearest nearest = nearest_to(text);
    nearest_offer_list(&nearest, names);
    return nearest.name;
}

static void a_typo_finds_the_name(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *meant;
    } typos[] = {{"snd", "send"}, {"sned", "send"}, {"sends", "send"}, {"rep", "report"},
        {"recipe", "recipes"}, {"serv", "serve"}, {"ber", "bar"}, {"non", "none"},
        {"aws:amazon", "aws:amz"}, {"report", "report"}};
    for (size_t i = 0; i < COUNT_OF(typos); i++) {
        assert_non_null(find(typos[i].typed));
        assert_string_equal(find(typos[i].typed), typos[i].meant);
    }
}

static void other_words_find_nothing(void **state)
{
    (void)state;
    static const char *const far[] = {
        "", "s", "upload", "xyz", "statement", "a-name-that-is-longer-than-names-are-in-practice"};
    for (size_t i = 0; i < COUNT_OF(far); i++)
        assert_null(find(far[i]));
}

static void a_hint_names_what_was_found_or_is_empty(void **state)
{
    (void)state;
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to("snd");
    assert_string_equal(nearest_hint(&nearest, "'", "'", hint), "");
    nearest_offer(&nearest, "send");
    assert_string_equal(nearest_hint(&nearest, "--", "", hint), "; did you mean --send?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_typo_finds_the_name),
        cmocka_unit_test(other_words_find_nothing),
        cmocka_unit_test(a_hint_names_what_was_found_or_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
