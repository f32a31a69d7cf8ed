#include "lines_fixture.h"

#include <stdio.h>

static void a_failure_has_a_line_and_a_success_has_none(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = false});
    tell(&sink, sent_event());
    assert_written(&sink.messages, "");
    tell(&sink, failed_event());
    assert_written(&sink.messages, "failed b: it stalled (3 attempts)\n");
    struct shoal_event perhaps = failed_event();
    perhaps.file.maybe_accepted = true;
    tell(&sink, perhaps);
    assert_written(
        &sink.messages, "failed b: it stalled (3 attempts; the server may have accepted it)\n");
    perhaps.file.attempts = 1;
    tell(&sink, perhaps);
    assert_written(&sink.messages, "failed b: it stalled (the server may have accepted it)\n");
    struct shoal_event refused = failed_event();
    refused.file.verdict = SHOAL_UNKNOWN;
    refused.file.error = NULL;
    refused.file.status = 502;
    refused.file.attempts = 1;
    refused.file.response = TEXT("bad\ngateway\n");
    tell(&sink, refused);
    assert_written(&sink.messages, "unknown b: status 502: bad\\ngateway\n");
    assert_written(&sink.data, "");
    close_sink(&sink);
}

static void a_long_answer_is_cut_between_two_characters(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = false});
    char answer[301] = "";
    char expected[400];
    memset(answer, 'x', 300);
    memcpy(answer + 198, "\xe2\x82\xac", 3); /* the 200th byte is in the middle of it */
    (void)snprintf(
        expected, sizeof expected, "failed b: it stalled (3 attempts): %.198s...\n", answer);
    struct shoal_event event = failed_event();
    event.file.response = (struct shoal_text){.data = answer, .length = 300};
    tell(&sink, event);
    assert_written(&sink.messages, expected);
    close_sink(&sink);
}

static void verbose_has_every_file_with_its_answer(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = true});
    tell(&sink, sent_event());
    assert_written(&sink.data, "sent 201 a/b.js {\"ok\":true}\n");
    struct shoal_event cut = sent_event();
    cut.file.verdict = SHOAL_EXISTS;
    cut.file.response_cut = true;
    tell(&sink, cut);
    assert_written(&sink.data, "exists 201 a/b.js {\"ok\":true}...\n");
    assert_written(&sink.messages, "");
    tell(&sink, failed_event());
    assert_written(&sink.data, "failed b: it stalled (3 attempts)\n");
    assert_written(&sink.messages, "failed b: it stalled (3 attempts)\n");
    close_sink(&sink);
    open_sink(&sink, (struct lines_options){.verbose = true, .same_destination = true});
    tell(&sink, failed_event());
    assert_written(&sink.data, "failed b: it stalled (3 attempts)\n");
    assert_written(&sink.messages, "");
    close_sink(&sink);
}

static void nothing_from_outside_is_obeyed_by_a_terminal(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = true});
    struct shoal_event event = sent_event();
    event.file.path = TEXT("\x1b]0;t\x07\xe2\x80\xae");
    event.file.response = TEXT("\x1b[2J\r\n\0\x9b");
    tell(&sink, event);
    assert_written(&sink.data, "sent 201 \\x1b]0;t\\x07\\u{202E} \\x1b[2J\\r\\n\\x00\\x9b\n");
    tell(&sink, (struct shoal_event){.kind = SHOAL_EVENT_PROBLEM,
                    .problem = {.path = TEXT("a\nb"), .error = "it says \x1b[31m"}});
    tell(&sink,
        (struct shoal_event){.kind = SHOAL_EVENT_NOTICE, .notice = {.message = "note \x1b[31m"}});
    assert_written(&sink.messages, "problem a\\nb: it says \\x1b[31m\nnote \\x1b[31m\n");
    close_sink(&sink);
}

static struct shoal_event pause_event(const char *origin, int64_t wait_us)
{
    return (struct shoal_event){.kind = SHOAL_EVENT_PAUSE,
        .pause = {.origin = origin, .error = "status 429\x1b", .status = 429, .wait_us = wait_us}};
}

static void a_pause_names_the_server_and_why(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){0});
    tell(&sink, pause_event("https://a.example", 12000000));
    assert_written(
        &sink.messages, "a.example asks for a pause of 12.0 s (status 429\\x1b); its files wait\n");
    tell(&sink, pause_event("b", -1));
    assert_written(&sink.messages,
        "b is down (status 429\\x1b); its files wait, and it is tried once per second\n");
    close_sink(&sink);
    open_sink(&sink, (struct lines_options){.quiet = true});
    tell(&sink, pause_event("https://a.example", 12000000));
    assert_written(&sink.messages, "");
    close_sink(&sink);
}

static void of_hundreds_of_pauses_the_first_are_shown(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){0});
    size_t lines = 0;
    for (int i = 0; i < 300; i++)
        tell(&sink, pause_event("https://a.example", 1000000));
    for (size_t i = 0; i < sink.messages.length; i++)
        lines += sink.messages.data[i] == '\n';
    assert_int_equal(lines, 21);
    assert_non_null(strstr(buf_text(&sink.messages), "\nmore servers pause or are down"));
    close_sink(&sink);
}

static void a_plan_is_a_line_and_with_verbose_all_of_the_request(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.plans = true});
    tell(&sink, plan_event());
    assert_written(&sink.data, "POST a -> http://h/ u=v\\nw file=@d/a\n");
    close_sink(&sink);
    open_sink(&sink, (struct lines_options){.plans = true, .verbose = true, .quiet = true});
    tell(&sink, plan_event());
    assert_written(&sink.data, "POST a -> http://h/\n"
                               "    header X: y\n"
                               "    field u=v\\nw\n"
                               "    field file=@d/a;filename=a;type=text/plain\n");
    close_sink(&sink);
    open_sink(&sink, (struct lines_options){.verbose = true});
    tell(&sink, plan_event());
    assert_written(&sink.data, "");
    close_sink(&sink);
}

static void quiet_keeps_failures_and_what_ends_in_an_error(void **state)
{
    (void)state;
    static const char *const paths[] = {"dist", "src\x1b", NULL};
    struct sink sink;
    open_sink(&sink, (struct lines_options){.quiet = true});
    tell(&sink, (struct shoal_event){.kind = SHOAL_EVENT_START, .start = {.paths = paths}});
    tell(&sink, (struct shoal_event){.kind = SHOAL_EVENT_NOTICE, .notice = {.message = "a pause"}});
    assert_written(&sink.messages, "");
    tell(&sink, (struct shoal_event){.kind = SHOAL_EVENT_PROBLEM, .problem = {.error = "broken"}});
    assert_written(&sink.messages, "problem broken\n");
    struct shoal_totals totals = {.found = 1, .verdicts = {1}, .complete = true};
    end_with(&sink, totals, 1, 0);
    assert_written(&sink.messages, "");
    totals = (struct shoal_totals){.complete = true};
    end_with(&sink, totals, 1, 0);
    assert_written(&sink.messages, ""); /* --allow-empty */
    tell(&sink, (struct shoal_event){
                    .kind = SHOAL_EVENT_END, .end = {.totals = &totals, .exit_status = 2}});
    assert_written(&sink.messages, "no file found in dist, src\\x1b\n");
    close_sink(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_has_a_line_and_a_success_has_none),
        cmocka_unit_test(a_long_answer_is_cut_between_two_characters),
        cmocka_unit_test(verbose_has_every_file_with_its_answer),
        cmocka_unit_test(nothing_from_outside_is_obeyed_by_a_terminal),
        cmocka_unit_test(a_pause_names_the_server_and_why),
        cmocka_unit_test(of_hundreds_of_pauses_the_first_are_shown),
        cmocka_unit_test(a_plan_is_a_line_and_with_verbose_all_of_the_request),
        cmocka_unit_test(quiet_keeps_failures_and_what_ends_in_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
