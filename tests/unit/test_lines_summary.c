#include "lines_fixture.h"

#include "sink/cause_text.h"

static void the_summary_adds_up(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = false});
    struct shoal_totals totals = {.found = 2041, .bytes = 32715571, .complete = true};
    totals.verdicts[SHOAL_SENT] = 2041;
    end_with(&sink, totals, 1900000, 0);
    assert_written(&sink.messages, "2,041 files, 31.2 MiB in 1.9 s (1,074 files/s): 2,041 sent\n");
    totals = (struct shoal_totals){.found = 5, .verdicts = {1, 1, 1, 1, 1}, .hidden = 3};
    totals.passed_over = 2;
    totals.problems = 1;
    totals.temporary = 1;
    end_with(&sink, totals, 2000000, 2);
    assert_written(&sink.messages,
        "FAILED 2 of 5 files                                                        2.0 s\n"
        "sent 1, there already 1, skipped 1, failed 1 (1 temporary), not attempted 0, unknown 1, "
        "retries 0\n"
        "0 B, 2.5 files/s\n"
        "(3 dot files among them; 2 links, FIFOs, sockets or devices passed over)\n"
        "1 problem: see above\n"
        "interrupted by signal 2\n"
        "not all folders were read: there may be more files\n"
        "1 failure may be temporary: run again to retry\n"
        "1 file may have been accepted: check the server\n");
    totals =
        (struct shoal_totals){.found = 9, .not_attempted = 6, .temporary = 6, .maybe_accepted = 2};
    totals.verdicts[SHOAL_FAILED] = 9;
    totals.complete = true;
    end_with(&sink, totals, 1000000, 0);
    assert_written(&sink.messages,
        "FAILED 3 of 9 files                                                        1.0 s\n"
        "sent 0, failed 3, not attempted 6, unknown 0, retries 0\n"
        "0 B, 9.0 files/s\n"
        "6 failures may be temporary: run again to retry\n"
        "2 failed files may have been accepted all the same: check the server\n");
    close_sink(&sink);
}

static void of_each_cause_the_first_file_has_a_line(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = false});
    struct shoal_event event = failed_event();
    event.file.first_of_cause = false;
    tell(&sink, event);
    assert_written(&sink.messages, "");
    close_sink(&sink);
    open_sink(&sink, (struct lines_options){.verbose = true});
    tell(&sink, event);
    assert_written(&sink.data, "failed b: it stalled (3 attempts)\n");
    assert_written(&sink.messages, "");
    close_sink(&sink);
}

static void a_name_is_not_said_twice(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = false});
    struct shoal_event event = failed_event();
    event.file.attempts = 0;
    event.file.error = "'dist/b': permission denied";
    tell(&sink, event);
    assert_written(&sink.messages, "failed b: permission denied\n");
    event.file.error = "'dist/c': permission denied";
    tell(&sink, event);
    assert_written(&sink.messages, "failed b: 'dist/c': permission denied\n");
    event.file.error = "'b': ";
    tell(&sink, event);
    assert_written(&sink.messages, "failed b: \n");
    close_sink(&sink);
}

static void a_file_too_large_has_its_size_beside_one_that_was_accepted(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = false});
    struct shoal_event event = failed_event();
    event.file.status = 413;
    event.file.reason = SHOAL_REASON_STATUS;
    event.file.error = "413 Content Too Large";
    event.file.attempts = 1;
    event.file.bytes = 3 << 20;
    tell(&sink, event);
    assert_written(&sink.messages, "failed b: 413 Content Too Large (this file: 3.0 MiB)\n");
    tell(&sink, sent_event());
    tell(&sink, event);
    assert_written(&sink.messages,
        "failed b: 413 Content Too Large (this file: 3.0 MiB; largest accepted: 4.0 KiB)\n");
    close_sink(&sink);
}

static const struct shoal_cause two_causes[] = {
    {.text = "413 Content Too Large",
        .example = "413 Content Too Large",
        .reason = SHOAL_REASON_STATUS,
        .first_path = {"a\x1b", 2},
        .count = 1200,
        .first_bytes = 3 << 20,
        .bytes_least = 2 << 20,
        .bytes_most = 3 << 20,
        .last_us = 1500000},
    {.text = "refused #",
        .example = "refused 7",
        .reason = SHOAL_REASON_CONNECT,
        .first_path = {"b", 1},
        .count = 1,
        .temporary = 1,
        .attempts_least = 6,
        .attempts_most = 6,
        .first_bytes = -1,
        .bytes_least = -1,
        .bytes_most = -1},
};

static void the_summary_has_the_causes(void **state)
{
    (void)state;
    struct sink sink;
    struct shoal_totals totals = {.found = 1203, .complete = true, .largest_sent = 1 << 20};
    totals.verdicts[SHOAL_SENT] = 2;
    totals.verdicts[SHOAL_FAILED] = 1201;
    const struct shoal_event event = {.kind = SHOAL_EVENT_END,
        .at_us = 2000000,
        .end = {.totals = &totals, .causes = two_causes, .cause_count = 2, .exit_status = 1}};
    static const char causes[] =
        " 1,200  413 Content Too Large      final, 2.0 MiB and more; largest sent 1.0 MiB\n"
        "          a\\x1b   3.0 MiB   and 1,199 more\n"
        "     1  refused 7                                 temporary, 6 attempts\n"
        "          b\n";
    static const char quiet[] = "FAILED 1,201 of 1,203 files, 2 causes\n";
    static const char head[] =
        "FAILED 1,201 of 1,203 files, 2 causes                                      2.0 s\n";
    struct buf expected;
    buf_init(&expected, 4096);
    (void)buf_printf(&expected, "%s%s", quiet, causes);
    open_sink(&sink, (struct lines_options){.quiet = true});
    tell(&sink, event);
    assert_written(&sink.messages, buf_text(&expected));
    totals.verdicts[SHOAL_FAILED] = 1;
    tell(&sink, event);
    assert_written(&sink.messages, "");
    close_sink(&sink);
    totals.verdicts[SHOAL_FAILED] = 1201;
    open_sink(&sink, (struct lines_options){.verbose = false});
    tell(&sink, event);
    buf_clear(&expected);
    (void)buf_printf(&expected, "%s%s%s", head, causes,
        "sent 2, failed 1,201, not attempted 0, unknown 0, retries 0\n0 B, 602 files/s\n");
    assert_written(&sink.messages, buf_text(&expected));
    buf_free(&expected);
    close_sink(&sink);
}

static void what_was_not_attempted_is_no_cause_of_failures(void **state)
{
    (void)state;
    struct sink sink;
    struct shoal_totals totals = {.found = 3, .complete = true, .not_attempted = 2, .temporary = 2};
    const struct shoal_cause causes[] = {{.text = "the run ended",
                                             .example = "the run ended",
                                             .reason = SHOAL_REASON_NOT_ATTEMPTED,
                                             .first_path = {"c", 1},
                                             .count = 2,
                                             .temporary = 2,
                                             .first_bytes = -1,
                                             .bytes_least = -1},
        two_causes[1]};
    totals.verdicts[SHOAL_FAILED] = 3;
    open_sink(&sink, (struct lines_options){.again = "shoal send --only-failed e d URL"});
    struct shoal_event event = failed_event();
    event.file.reason = SHOAL_REASON_NOT_ATTEMPTED;
    event.file.attempts = 0;
    tell(&sink, event);
    assert_written(&sink.messages, "");
    tell(&sink,
        (struct shoal_event){.kind = SHOAL_EVENT_END,
            .at_us = 1000000,
            .end = {.totals = &totals, .causes = causes, .cause_count = 2, .again_helps = true}});
    assert_written(&sink.messages,
        "FAILED 1 of 3 files, 1 cause                                               1.0 s\n"
        "     1  refused 7                                 temporary, 6 attempts\n"
        "          b\n"
        "     2  not attempted: the run ended\n"
        "sent 0, failed 1, not attempted 2, unknown 0, retries 0\n"
        "0 B, 3.0 files/s\n"
        "again, failures only: shoal send --only-failed e d URL\n");
    close_sink(&sink);
    open_sink(&sink, (struct lines_options){.verbose = true, .quiet = true});
    tell(&sink, event);
    assert_written(&sink.data, "not attempted b: it stalled\n");
    assert_written(&sink.messages, "not attempted b: it stalled\n");
    close_sink(&sink);
}

/* 2 of 12 files were sent until second 5, and those with 502 kept the run until second 100. */
static void the_summary_names_the_cause_that_the_run_waited_for(void **state)
{
    (void)state;
    struct shoal_cause causes[] = {two_causes[0], two_causes[1]};
    struct shoal_totals totals = {.found = 12, .complete = true};
    struct shoal_event event = {.kind = SHOAL_EVENT_END,
        .at_us = 100 * INT64_C(1000000),
        .end = {.totals = &totals, .causes = causes, .cause_count = 2}};
    unsigned percent = 0;
    causes[0].last_us = 4000000;
    causes[1].text = "502 Bad Gateway";
    causes[1].last_us = 99000000;
    assert_ptr_equal(cause_text_find_slowest(&event, 5000000, &percent), &causes[1]);
    assert_int_equal(percent, 95);
    causes[0].last_us = 10000000;
    assert_ptr_equal(cause_text_find_slowest(&event, 5000000, &percent), &causes[1]);
    assert_int_equal(percent, 90);
    assert_null(cause_text_find_slowest(&event, 60000000, &percent)); /* not most of the time */
    assert_null(cause_text_find_slowest(&event, 99500000, &percent)); /* others took longer */
    event.at_us = 9000000;
    assert_null(cause_text_find_slowest(&event, 5000, &percent)); /* a short run */
    event.at_us = 100000000;
    causes[0].reason = SHOAL_REASON_NOT_ATTEMPTED;
    assert_null(cause_text_find_slowest(&event, 5000000, &percent));
}

static void of_many_causes_ten_are_shown(void **state)
{
    (void)state;
    struct sink sink;
    struct shoal_cause causes[12];
    struct shoal_totals totals = {.found = 12, .complete = true};
    totals.verdicts[SHOAL_UNKNOWN] = 12;
    for (size_t i = 0; i < 12; i++)
        causes[i] = two_causes[1];
    open_sink(&sink, (struct lines_options){.verbose = false});
    tell(&sink, (struct shoal_event){.kind = SHOAL_EVENT_END,
                    .end = {.totals = &totals, .causes = causes, .cause_count = 12}});
    const char *text = buf_text(&sink.messages);
    assert_int_equal(strncmp(text, "UNKNOWN 12 of 12 files, 12 causes ", 34), 0);
    assert_non_null(strstr(text, "\n        and 2 more causes\n"));
    close_sink(&sink);
}

static void a_dry_run_says_that_it_was_one(void **state)
{
    (void)state;
    struct sink sink;
    open_sink(&sink, (struct lines_options){.verbose = false});
    tell(&sink, (struct shoal_event){.kind = SHOAL_EVENT_START, .start = {.dry_run = true}});
    struct shoal_totals totals = {.found = 1, .planned = 1, .complete = true, .hidden = 1};
    end_with(&sink, totals, 1, 0);
    assert_written(&sink.messages, "dry run: 1 file would be sent\n(1 dot file among them)\n");
    totals = (struct shoal_totals){.found = 4, .planned = 1, .complete = true, .left_out = 2};
    totals.verdicts[SHOAL_SKIPPED] = 2;
    totals.verdicts[SHOAL_FAILED] = 1;
    end_with(&sink, totals, 1, 0);
    assert_written(&sink.messages, "dry run: 1 file would be sent, 2 skipped, 1 failed\n"
                                   "(2 files and folders left out: -v names them)\n");
    close_sink(&sink);
}

static void nothing_found_is_said_as_the_filters_say_it(void **state)
{
    (void)state;
    struct sink sink;
    struct shoal_totals totals = {.complete = true};
    open_sink(&sink, (struct lines_options){.quiet = true});
    tell(&sink, (struct shoal_event){.kind = SHOAL_EVENT_END,
                    .end = {.totals = &totals,
                        .exit_status = SHOAL_EXIT_USAGE,
                        .nothing_found = "d has 1 file, none passes"}});
    assert_written(&sink.messages, "d has 1 file, none passes\n");
    close_sink(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_adds_up),
        cmocka_unit_test(of_each_cause_the_first_file_has_a_line),
        cmocka_unit_test(a_name_is_not_said_twice),
        cmocka_unit_test(a_file_too_large_has_its_size_beside_one_that_was_accepted),
        cmocka_unit_test(the_summary_has_the_causes),
        cmocka_unit_test(what_was_not_attempted_is_no_cause_of_failures),
        cmocka_unit_test(the_summary_names_the_cause_that_the_run_waited_for),
        cmocka_unit_test(of_many_causes_ten_are_shown),
        cmocka_unit_test(a_dry_run_says_that_it_was_one),
        cmocka_unit_test(nothing_found_is_said_as_the_filters_say_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
