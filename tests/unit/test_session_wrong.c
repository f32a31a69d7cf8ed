/* What the library says of options that cannot work. */
#include "session_fixture.h"

static void invalid_options_are_rejected_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *value;
        const char *words;
    } wrong[] = {
        {"nope", NULL, "nope"},
        {"jobs", "many", "many"},
        {"jobs", NULL, "jobs"},
        {"raw", "yes", "raw"},
        {"stall-timeout", "3 parsecs", "parsecs"},
        {"json", "file", "json"},
        {"cacert", "", "cacert"},
        {"", NULL, ""},
    };
    struct shoal_options *options = shoal_options_new();
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        char error[SHOAL_ERROR_SIZE] = "";
        assert_false(shoal_options_set(options, wrong[i].name, wrong[i].value, error));
        assert_true(error[0] != '\0');
        assert_non_null(strstr(error, wrong[i].words));
        assert_false(shoal_options_set(options, wrong[i].name, wrong[i].value, NULL));
    }
    shoal_options_free(options);
    shoal_options_free(NULL);
}

static void assert_no_session(struct shoal_options *options, const char *words)
{
    char error[SHOAL_ERROR_SIZE] = "";
    struct heard heard = {0};
    assert_null(shoal_session_new(options, hear, &heard, error));
    if (strstr(error, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error, words);
    assert_null(shoal_session_new(options, hear, &heard, NULL));
    assert_int_equal(heard.kinds[SHOAL_EVENT_START], 0);
    shoal_options_free(options);
}

static void what_cannot_work_is_reported_before_anything_is_sent(void **state)
{
    (void)state;
    make_files();
    struct shoal_options *options = shoal_options_new();
    assert_true(shoal_options_add_operand(options, "dist"));
    assert_no_session(options, "URL");
    assert_no_session(options_for("no URL at all"), "no URL at all");
    assert_no_session(options_for("https://example.com/{nope}"), "{nope}");
    options = options_for("https://example.com/");
    assert_true(shoal_options_add_operand(options, "missing"));
    assert_no_session(options, "missing");
    options = options_for("https://example.com/");
    set(options, "form", "text=only");
    assert_no_session(options, "{file}");
}

static void a_session_need_not_run(void **state)
{
    (void)state;
    struct heard heard = {0};
    make_files();
    struct shoal_options *options = options_for("https://example.com/");
    struct shoal_session *session = shoal_session_new(options, hear, &heard, NULL);
    assert_non_null(session);
    shoal_session_free(session);
    shoal_session_free(NULL);
    assert_int_equal(heard.kinds[SHOAL_EVENT_START], 0);
    shoal_options_free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(invalid_options_are_rejected_with_a_sentence),
        IN_SCRATCH(what_cannot_work_is_reported_before_anything_is_sent),
        IN_SCRATCH(a_session_need_not_run),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
