/* Which files an earlier run's events leave to be sent. Journals: tests/run/test_only_failed.py. */
#include "config_fixture.h"

#include "core/only_failed.h"

#define FILE_EVENT(path, rest) "{\"event\":\"file\",\"path\":\"" path "\"," rest "}\n"
#define END                    "{\"event\":\"end\",\"found\":1}\n"

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

static const char all[] = FILE_EVENT("sent", "\"verdict\":\"sent\"")
    FILE_EVENT("exists", "\"verdict\":\"exists\"") FILE_EVENT("skipped", "\"verdict\":\"skipped\"")
        FILE_EVENT("failed", "\"verdict\":\"failed\"")
            FILE_EVENT("maybe", "\"verdict\":\"failed\",\"maybe_accepted\":true")
                FILE_EVENT("unknown", "\"verdict\":\"unknown\"");

struct bench {
    struct config *config;
    struct only_failed *known;
    struct root root;
};

static void begin(struct bench *bench, const char *events, bool at_most_once)
{
    struct error error = {0};
    *bench = (struct bench){.root.operand = "dist"};
    make_file("events", events);
    bench->config = good(at_most_once ? GIVEN(TO_URL, "only-failed", "events", "at-most-once", NULL)
                                      : GIVEN(TO_URL, "only-failed", "events"));
    bench->known = only_failed_new(bench->config, &error);
    assert_non_null(bench->known);
}

static void end(struct bench *bench)
{
    only_failed_free(bench->known);
    config_free(bench->config);
}

static bool takes(struct bench *bench, const char *path)
{
    size_t size = strlen(path) + 1;
    struct entry *entry = calloc(1, sizeof *entry + size);
    assert_non_null(entry);
    entry->root = &bench->root;
    memcpy(entry->path, path, size);
    bool taken = only_failed_takes(bench->known, entry);
    free(entry);
    return taken;
}

static void what_is_not_shown_as_done_is_sent(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, all, false);
    assert_false(takes(&bench, "sent"));
    assert_false(takes(&bench, "exists"));
    assert_false(takes(&bench, "skipped"));
    assert_true(takes(&bench, "failed"));
    assert_true(takes(&bench, "maybe"));
    assert_true(takes(&bench, "unknown"));
    assert_true(takes(&bench, "without an event"));
    end(&bench);
}

static void with_at_most_once_what_may_be_there_is_not_sent(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, all, true);
    assert_false(takes(&bench, "sent"));
    assert_true(takes(&bench, "failed"));
    assert_false(takes(&bench, "maybe"));
    assert_false(takes(&bench, "unknown"));
    assert_true(takes(&bench, "without an event"));
    end(&bench);
}

static void what_is_said_last_counts(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench,
        FILE_EVENT("a", "\"verdict\":\"failed\"") FILE_EVENT("b", "\"verdict\":\"sent\"")
            FILE_EVENT("a", "\"verdict\":\"sent\"") FILE_EVENT("b", "\"verdict\":\"failed\""),
        false);
    assert_false(takes(&bench, "a"));
    assert_true(takes(&bench, "b"));
    end(&bench);
}

static void paths_are_compared_byte_by_byte(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, FILE_EVENT("a\xef\xbf\xbd", "\"path_base64\":\"Yf8=\",\"verdict\":\"sent\""),
        false);
    assert_false(takes(&bench, "a\xff"));
    assert_true(takes(&bench, "a\xef\xbf\xbd"));
    end(&bench);
}

static void events_without_an_end_are_said(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, END, false);
    assert_null(only_failed_notice(bench.known));
    end(&bench);
    begin(&bench, FILE_EVENT("a", "\"verdict\":\"sent\"") "{\"event\":\"fi", false);
    assert_non_null(strstr(only_failed_notice(bench.known), "have no end"));
    assert_false(takes(&bench, "a"));
    end(&bench);
    begin(&bench, "", false);
    assert_non_null(only_failed_notice(bench.known));
    end(&bench);
}

/* Keeps the paths, separated by blanks. */
static void note_gone(void *context, const char *path)
{
    assert_true(buf_printf(context, "%s ", path));
}

static void what_was_to_be_sent_and_is_gone_is_told(void **state)
{
    (void)state;
    struct bench bench;
    struct buf gone;
    buf_init(&gone, 100);
    make_folder("dist");
    make_file("dist/unknown", "");
    begin(&bench, all, false);
    assert_true(takes(&bench, "failed"));
    only_failed_each_gone(bench.known, note_gone, &gone);
    assert_string_equal(buf_text(&gone), "maybe ");
    buf_free(&gone);
    end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(what_is_not_shown_as_done_is_sent),
        IN_SCRATCH(with_at_most_once_what_may_be_there_is_not_sent),
        IN_SCRATCH(what_is_said_last_counts),
        IN_SCRATCH(paths_are_compared_byte_by_byte),
        IN_SCRATCH(events_without_an_end_are_said),
        IN_SCRATCH(what_was_to_be_sent_and_is_gone_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
