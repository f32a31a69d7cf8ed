/* The library's promises to a careless caller: NULL anywhere, calls in a wrong order, and runs that
 * are cut short. */
#include <stdbool.h>

#include "scratch.h"

#include "check.h"

#include <signal.h>

#include <shoal.h>

static void every_function_takes_null_for_every_pointer(void **state)
{
    (void)state;
    char error[SHOAL_ERROR_SIZE] = "";
    struct shoal_options *options = shoal_options_new();
    assert_non_null(options);
    assert_false(shoal_options_set(NULL, "jobs", "1", error));
    assert_string_not_equal(error, "");
    error[0] = '\0';
    assert_false(shoal_options_set(options, NULL, "1", error));
    assert_string_not_equal(error, "");
    assert_false(shoal_options_set(options, "jobs", NULL, NULL));
    assert_false(shoal_options_set(NULL, NULL, NULL, NULL));
    assert_false(shoal_options_add_operand(options, NULL));
    assert_false(shoal_options_add_operand(NULL, "dist"));
    error[0] = '\0';
    assert_null(shoal_session_new(NULL, NULL, NULL, error));
    assert_string_not_equal(error, "");
    assert_null(shoal_session_new(options, NULL, NULL, NULL)); /* it has no URL */
    assert_int_equal(shoal_session_run(NULL), SHOAL_EXIT_USAGE);
    shoal_session_interrupt(NULL, SIGINT);
    shoal_session_free(NULL);
    shoal_options_free(NULL);
    assert_int_equal(shoal_printable(NULL, 5, NULL, 5), 0);
    assert_int_equal(shoal_printable("a\n", 2, NULL, 5), 3);
    shoal_options_free(options);
}

static void numbers_that_are_no_constant_have_no_name(void **state)
{
    (void)state;
    assert_string_equal(shoal_verdict_name((enum shoal_verdict) - 1), "");
    assert_string_equal(shoal_verdict_name((enum shoal_verdict)SHOAL_VERDICTS), "");
    assert_string_equal(shoal_reason_name((enum shoal_reason) - 1), "");
    assert_string_equal(shoal_reason_name((enum shoal_reason)SHOAL_REASONS), "");
    assert_string_equal(shoal_version(), SHOAL_VERSION);
}

/* Options for a folder `dist` with one file that a server on no port would get. */
static struct shoal_options *options_for_dist(void)
{
    struct shoal_options *options = shoal_options_new();
    make_file("dist/a", "content");
    assert_non_null(options);
    assert_true(shoal_options_add_operand(options, "dist"));
    assert_true(shoal_options_set(options, "url", "http://127.0.0.1:9/", NULL));
    assert_true(shoal_options_set(options, "dry-run", NULL, NULL));
    return options;
}

static void options_can_be_used_after_a_failed_set(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {{"jobs", "many"}, {"nope", "1"}, {"raw", "1"},
        {"grace", "x"}, {"success", "9"}, {"form", NULL}};
    struct shoal_options *options = options_for_dist();
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(shoal_options_set(options, wrong[i][0], wrong[i][1], NULL));
    /* A session that can't be made changes nothing either. */
    assert_true(shoal_options_set(options, "serial-by", "{nope}", NULL));
    assert_null(shoal_session_new(options, NULL, NULL, NULL));
    assert_true(shoal_options_set(options, "serial-by", "{dir}", NULL));
    struct shoal_session *session = shoal_session_new(options, NULL, NULL, NULL);
    assert_non_null(session);
    assert_int_equal(shoal_session_run(session), SHOAL_EXIT_OK);
    shoal_session_free(session);
    shoal_options_free(options);
}

struct heard {
    unsigned events;
    struct shoal_totals totals;
    struct shoal_session *session;
};

static void hear(void *context, const struct shoal_event *event)
{
    struct heard *heard = context;
    heard->events++;
    if (event->kind == SHOAL_EVENT_START)
        assert_int_equal(shoal_session_run(heard->session), SHOAL_EXIT_USAGE);
    if (event->kind == SHOAL_EVENT_END)
        heard->totals = *event->end.totals;
}

static void a_session_runs_once(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct shoal_options *options = options_for_dist();
    heard.session = shoal_session_new(options, hear, &heard, NULL);
    assert_non_null(heard.session);
    assert_int_equal(shoal_session_run(heard.session), SHOAL_EXIT_OK);
    unsigned events = heard.events;
    assert_int_equal(shoal_session_run(heard.session), SHOAL_EXIT_USAGE);
    assert_int_equal(heard.events, events);
    shoal_session_free(heard.session);
    shoal_options_free(options);
}

/* The run of a session that was interrupted before it began. */
static int run_interrupted(const char *option, int number, struct shoal_totals *totals)
{
    struct heard heard = {0};
    struct shoal_options *options = options_for_dist();
    if (option != NULL)
        assert_true(shoal_options_set(options, option, NULL, NULL));
    heard.session = shoal_session_new(options, hear, &heard, NULL);
    assert_non_null(heard.session);
    shoal_session_interrupt(heard.session, number);
    int status = shoal_session_run(heard.session);
    *totals = heard.totals;
    shoal_session_free(heard.session);
    shoal_options_free(options);
    return status;
}

static void a_run_that_is_not_complete_never_ends_with_0(void **state)
{
    (void)state;
    static const int no_signals[] = {0, -1, -128, 128, 1 << 30};
    struct shoal_totals totals;
    for (size_t i = 0; i < COUNT_OF(no_signals); i++) {
        assert_int_equal(run_interrupted(NULL, no_signals[i], &totals), SHOAL_EXIT_TEMPORARY);
        assert_false(totals.complete);
        assert_int_equal(
            run_interrupted("allow-empty", no_signals[i], &totals), SHOAL_EXIT_TEMPORARY);
        assert_false(totals.complete);
    }
    assert_int_equal(run_interrupted(NULL, SIGTERM, &totals), SHOAL_EXIT_SIGNAL + SIGTERM);
}

static void an_interrupt_without_a_signal_does_not_erase_an_earlier_one(void **state)
{
    (void)state;
    struct shoal_options *options = options_for_dist();
    struct shoal_session *session = shoal_session_new(options, NULL, NULL, NULL);
    assert_non_null(session);
    shoal_session_interrupt(session, SIGINT);
    shoal_session_interrupt(session, 0);
    assert_int_equal(shoal_session_run(session), SHOAL_EXIT_SIGNAL + SIGINT);
    shoal_session_free(session);
    shoal_options_free(options);
}

static void text_from_outside_is_made_safe(void **state)
{
    (void)state;
    static const char text[] = "a\n\x1b[2J\\ \xc3\xa9 \xff\xe2\x80\xae.";
    static const char safe[] = "a\\n\\x1b[2J\\\\ \xc3\xa9 \\xff\\u{202E}.";
    char out[64];
    assert_int_equal(shoal_printable(text, sizeof text - 1, out, sizeof out), sizeof safe - 1);
    assert_string_equal(out, safe);
    for (size_t size = 1; size < sizeof out; size++) {
        memset(out, 'x', sizeof out);
        assert_int_equal(shoal_printable(text, sizeof text - 1, out, size), sizeof safe - 1);
        size_t length = strlen(out);
        assert_true(length < size);
        assert_memory_equal(out, safe, length);
        if (length < sizeof safe - 1) /* cut between two characters, not within one */
            assert_true(size - length <= sizeof "\\u{202E}" - 1);
        for (size_t i = size; i < sizeof out; i++)
            assert_int_equal(out[i], 'x');
    }
    assert_int_equal(shoal_printable("\xc3\xa9", 2, out, 2), 2);
    assert_string_equal(out, "");
    assert_int_equal(shoal_printable(text, sizeof text - 1, out, 0), sizeof safe - 1);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_takes_null_for_every_pointer),
        cmocka_unit_test(numbers_that_are_no_constant_have_no_name),
        IN_SCRATCH(options_can_be_used_after_a_failed_set),
        IN_SCRATCH(a_session_runs_once),
        IN_SCRATCH(a_run_that_is_not_complete_never_ends_with_0),
        IN_SCRATCH(an_interrupt_without_a_signal_does_not_erase_an_earlier_one),
        cmocka_unit_test(text_from_outside_is_made_safe),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
