/* Files of events, whole and cut. */
#include "scratch.h"

#include "check.h"

#include <string.h>

#include "core/event_file.h"

#define A "{\"event\":\"file\",\"path\":\"a\",\"verdict\":\"sent\"}"
#define B "{\"event\":\"later\",\"x\":1}"
#define C "{\"event\":\"end\",\"found\":1}"

/* What was read: a letter per event. */
struct seen {
    char kinds[16];
    size_t count;
    size_t stop_after; /* 0: never */
};

static bool note(void *context, const struct event_line *line, struct error *error)
{
    struct seen *seen = context;
    char kind = !line->known                           ? '?'
                : line->event.kind == SHOAL_EVENT_FILE ? 'f'
                : line->event.kind == SHOAL_EVENT_END  ? 'e'
                                                       : '-';
    assert_true(seen->count < sizeof seen->kinds - 1);
    seen->kinds[seen->count++] = kind;
    return seen->count != seen->stop_after || error_set(error, ERROR_DATA, 7, "enough");
}

static void check_reads(const char *content, const char *kinds)
{
    struct seen seen = {0};
    struct error error = {0};
    make_file("events", content);
    assert_true(event_file_read("events", note, &seen, &error));
    assert_string_equal(seen.kinds, kinds);
}

static void check_fails(const char *content, const char *words)
{
    struct seen seen = {0};
    struct error error = {0};
    make_file("events", content);
    assert_false(event_file_read("events", note, &seen, &error));
    assert_non_null(strstr(error.text, words));
}

static void every_line_is_an_event(void **state)
{
    (void)state;
    check_reads("", "");
    check_reads(A "\n" B "\n" C "\n", "f?e");
    check_reads(A "\n\n" C, "fe");
}

static void a_cut_last_line_is_ignored(void **state)
{
    (void)state;
    check_reads(A "\n" B "\n{\"event\":\"fi", "f?");
    check_reads("x", "");
}

static void a_line_that_is_none_is_named(void **state)
{
    (void)state;
    check_fails(A "\n{\"event\":\"fi\n" C "\n", "'events', line 2: it is not an event");
    check_fails("{\"event\":\"file\",\"verdict\":\"sent\"}\n", "line 1");
    check_fails("[]\n", "line 1");
}

static void a_reader_can_stop(void **state)
{
    (void)state;
    struct seen seen = {.stop_after = 1};
    struct error error = {0};
    make_file("events", A "\n" C "\n");
    assert_false(event_file_read("events", note, &seen, &error));
    assert_string_equal(error.text, "'events', line 1: enough");
    assert_int_equal(error.class, ERROR_DATA);
    assert_int_equal(error.code, 7);
    assert_int_equal(seen.count, 1);
}

static void a_file_that_is_missing_is_named(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct error error = {0};
    assert_false(event_file_read("nowhere", note, &seen, &error));
    assert_non_null(strstr(error.text, "'nowhere' can't be read: no such file"));
    assert_false(event_file_read(".", note, &seen, &error));
    assert_non_null(strstr(error.text, "'.' can't be read: is a directory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_line_is_an_event, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(
            a_cut_last_line_is_ignored, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(
            a_line_that_is_none_is_named, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_reader_can_stop, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(
            a_file_that_is_missing_is_named, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
