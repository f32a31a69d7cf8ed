#include "check.h"

#include <ctype.h>
#include <shoal.h>
#include <string.h>

#include "core/config.h"
#include "core/options.h"

static void every_row_is_complete_and_its_names_are_unique(void **state)
{
    (void)state;
    size_t count;
    const struct option_row *rows = options_table(&count);
    assert_true(count > 30);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(options_find(rows[i].name), &rows[i]);
        if (rows[i].letter != 0)
            assert_ptr_equal(option_find_letter_in(rows, count, rows[i].letter), &rows[i]);
        assert_true((rows[i].shows == NULL) == (rows[i].value == OPTION_FLAG));
        assert_true(isupper((unsigned char)rows[i].help[0]));
        assert_true(rows[i].group[0] != '\0');
        if (rows[i].fallback != NULL)
            assert_non_null(strstr(rows[i].help, rows[i].fallback));
    }
    assert_null(options_find("form="));
    assert_null(options_find("for"));
    assert_null(options_find(""));
    assert_null(option_find_letter_in(rows, count, '\0'));
    assert_null(option_find_letter_in(rows, count, '-'));
}

static void a_typo_finds_its_option(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *meant;
    } slips[] = {{"retires", "retries"}, {"retry", "retries"}, {"exlude", "exclude"},
        {"jbos", "jobs"}, {"connect", "connect-timeout"}, {"form_string", "form-string"},
        {"incldue", "include"}};
    static const char *const far[] = {"", "x", "recursive", "zzzzzz",
        "a-very-long-name-that-is-nothing-like-any-option-there-is"};
    size_t count;
    const struct option_row *rows = options_table(&count);
    for (size_t i = 0; i < COUNT_OF(slips); i++) {
        const struct option_row *row = option_nearest_in(rows, count, slips[i].typed);
        assert_non_null(row);
        assert_string_equal(row->name, slips[i].meant);
    }
    for (size_t i = 0; i < COUNT_OF(far); i++)
        assert_null(option_nearest_in(rows, count, far[i]));
}

static void a_bad_value_names_option_value_and_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *value;
        const char *allowed;
    } bad[] = {{"jobs", "0", "1 to 4096, or auto"}, {"jobs", "4097", "1 to 4096"},
        {"retries", "auto", "0 to 1000"}, {"max-failures", "0", "from 1"}, {"grace", "soon", "10s"},
        {"connect-timeout", "0", "more than 0"}, {"stall-timeout", "400d", "at most a year"},
        {"success", "2xx", "100 to 599"}, {"cacert", "", "empty"}, {"request", "", "empty"}};
    struct shoal_options *options = shoal_options_new();
    assert_non_null(options);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        char error[SHOAL_ERROR_SIZE] = "";
        assert_false(shoal_options_set(options, bad[i].name, bad[i].value, error));
        assert_non_null(strstr(error, bad[i].name));
        assert_non_null(strstr(error, bad[i].value));
        assert_non_null(strstr(error, bad[i].allowed));
    }
    size_t count;
    (void)options_settings(options, &count);
    assert_int_equal(count, 0);
    shoal_options_free(options);
}

static void an_unknown_option_or_a_missing_value_is_rejected(void **state)
{
    (void)state;
    struct shoal_options *options = shoal_options_new();
    char error[SHOAL_ERROR_SIZE];
    assert_false(shoal_options_set(options, "nothing", "1", error));
    assert_non_null(strstr(error, "nothing"));
    assert_false(shoal_options_set(options, "retires", "1", error));
    assert_string_equal(error, "unknown option 'retires'; did you mean 'retries'?");
    assert_false(shoal_options_set(options, "json", NULL, error));
    assert_non_null(strstr(error, "command"));
    assert_false(shoal_options_set(options, "insecure", "yes", error));
    assert_non_null(strstr(error, "takes no value"));
    assert_false(shoal_options_set(options, "jobs", NULL, error));
    assert_non_null(strstr(error, "needs a value"));
    assert_false(shoal_options_set(options, "jobs", NULL, NULL));
    shoal_options_free(options);
    shoal_options_free(NULL);
}

static void settings_keep_their_order_and_the_last_one_is_found(void **state)
{
    (void)state;
    struct shoal_options *options = shoal_options_new();
    char value[] = "3";
    assert_true(shoal_options_set(options, "retries", value, NULL));
    value[0] = 'x'; /* it was copied */
    assert_true(shoal_options_set(options, "exclude", "a", NULL));
    assert_true(shoal_options_set(options, "include", "b", NULL));
    assert_true(shoal_options_set(options, "follow", NULL, NULL));
    assert_true(shoal_options_set(options, "retries", "4", NULL));
    assert_true(shoal_options_add_operand(options, "one"));
    assert_true(shoal_options_add_operand(options, "two"));
    size_t count;
    const struct option_setting *settings = options_settings(options, &count);
    assert_int_equal(count, 5);
    assert_string_equal(settings[0].value, "3");
    assert_string_equal(settings[1].row->name, "exclude");
    assert_null(settings[3].value);
    assert_string_equal(options_last(options, "retries"), "4");
    assert_null(options_last(options, "jobs"));
    assert_true(options_given(options, "follow"));
    assert_false(options_given(options, "jobs"));
    char *const *operands = options_operands(options, &count);
    assert_int_equal(count, 2);
    assert_string_equal(operands[1], "two");
    shoal_options_free(options);
}

static void a_label_has_both_names(void **state)
{
    (void)state;
    char label[OPTION_LABEL_SIZE];
    option_label(options_find("jobs"), label);
    assert_string_equal(label, "--jobs (-j)");
    option_label(options_find("retries"), label);
    assert_string_equal(label, "--retries");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete_and_its_names_are_unique),
        cmocka_unit_test(a_typo_finds_its_option),
        cmocka_unit_test(a_bad_value_names_option_value_and_what_is_allowed),
        cmocka_unit_test(an_unknown_option_or_a_missing_value_is_rejected),
        cmocka_unit_test(settings_keep_their_order_and_the_last_one_is_found),
        cmocka_unit_test(a_label_has_both_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
