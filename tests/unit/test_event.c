/* Events: what is counted and reported, and which exit status follows. */
#include "event_fixture.h"

static void a_file_is_told_as_it_was(void **state)
{
    (void)state;
    struct bench *bench = bench_new(GIVEN(TO_URL));
    struct buf answer;
    buf_init(&answer, 100);
    (void)buf_add(&answer, "an\0swer", 7);
    struct http_end end = end_with(&answer);
    end.answer_cut = true;
    struct event_file file = {.entry = bench->entry,
        .verdict = SHOAL_UNKNOWN,
        .status = 500,
        .attempts = 3,
        .bytes = 7,
        .first_us = bench->now_us + 1000,
        .error = "status 500",
        .end = &end};
    bench->now_us += 4000;
    events_file(&bench->events, &file);
    assert_int_equal(bench->heard.last.kind, SHOAL_EVENT_FILE);
    assert_int_equal(bench->heard.last.at_us, 4000);
    const struct shoal_file *told = &bench->heard.last.file;
    assert_int_equal(told->verdict, SHOAL_UNKNOWN);
    assert_string_equal(bench->heard.path, "sub/a");
    assert_int_equal(told->path.length, 5);
    assert_string_equal(bench->heard.error, "status 500");
    assert_int_equal(told->status, 500);
    assert_int_equal(told->attempts, 3);
    assert_int_equal(told->took_us, 3000);
    assert_int_equal(told->response.length, 7);
    assert_true(told->response_cut);
    buf_free(&answer);
    bench_free(bench);
}

static void an_answer_that_never_came_is_none(void **state)
{
    (void)state;
    struct bench *bench = bench_new(GIVEN(TO_URL));
    struct buf answer;
    buf_init(&answer, 100);
    struct http_end end = end_with(&answer);
    struct event_file file = {
        .entry = bench->entry, .verdict = SHOAL_FAILED, .bytes = -1, .error = "x", .end = &end};
    events_file(&bench->events, &file);
    assert_null(bench->heard.last.file.response.data);
    assert_int_equal(bench->heard.last.file.took_us, 0);
    assert_int_equal(bench->heard.last.file.bytes, -1);
    bench_free(bench);
}

static void totals_add_up(void **state)
{
    (void)state;
    struct bench *bench = bench_new(GIVEN(TO_URL));
    tell(bench, SHOAL_SENT, false);
    tell(bench, SHOAL_EXISTS, false);
    tell(bench, SHOAL_FAILED, true);
    tell(bench, SHOAL_FAILED, false);
    tell(bench, SHOAL_UNKNOWN, false);
    events_problem(&bench->events, "folder", "can't be read");
    const struct shoal_totals *totals = &bench->events.totals;
    assert_int_equal(totals->found, 5);
    assert_int_equal(totals->verdicts[SHOAL_SENT], 1);
    assert_int_equal(totals->verdicts[SHOAL_EXISTS], 1);
    assert_int_equal(totals->verdicts[SHOAL_FAILED], 2);
    assert_int_equal(totals->verdicts[SHOAL_UNKNOWN], 1);
    assert_int_equal(totals->temporary, 1);
    assert_int_equal(totals->retries, 5);
    assert_int_equal(totals->bytes, 10);
    assert_int_equal(totals->problems, 1);
    assert_int_equal(bench->heard.last.kind, SHOAL_EVENT_PROBLEM);
    assert_string_equal(bench->heard.path, "folder");
    bench_free(bench);
}

static void files_not_attempted_or_perhaps_accepted_are_counted(void **state)
{
    (void)state;
    struct bench *bench = bench_new(GIVEN(TO_URL));
    struct event_file file = {.entry = bench->entry,
        .verdict = SHOAL_FAILED,
        .temporary = true,
        .reason = SHOAL_REASON_NOT_ATTEMPTED,
        .error = "why"};
    events_file(&bench->events, &file);
    assert_int_equal(bench->heard.last.file.reason, SHOAL_REASON_NOT_ATTEMPTED);
    assert_false(bench->heard.last.file.maybe_accepted);
    file.reason = SHOAL_REASON_STATUS;
    file.maybe_accepted = true;
    events_file(&bench->events, &file);
    assert_int_equal(bench->heard.last.file.reason, SHOAL_REASON_STATUS);
    assert_true(bench->heard.last.file.maybe_accepted);
    assert_int_equal(bench->events.totals.verdicts[SHOAL_FAILED], 2);
    assert_int_equal(bench->events.totals.not_attempted, 1);
    assert_int_equal(bench->events.totals.maybe_accepted, 1);
    bench_free(bench);
}

static void the_exit_status_follows_from_the_verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *verdicts; /* s e f(inal) t(emporary) u, p: a problem, i: the walk did not end */
        bool allow_empty;
        int signal;
        int status;
    } cases[] = {
        {"", false, 0, 2},
        {"", true, 0, 0},
        {"s", false, 0, 0},
        {"se", false, 0, 0},
        {"st", false, 0, 75},
        {"tt", false, 0, 75},
        {"sf", false, 0, 1},
        {"ft", false, 0, 1},
        {"tu", false, 0, 1},
        {"su", false, 0, 1},
        {"sp", false, 0, 1},
        {"tp", false, 0, 1},
        {"p", false, 0, 1},
        {"p", true, 0, 1},
        {"i", false, 0, 75},
        {"i", true, 0, 75},
        {"si", false, 0, 75},
        {"fi", false, 0, 1},
        {"ti", false, 0, 75},
        {"s", false, 2, 130},
        {"f", false, 15, 143},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bench *bench =
            bench_new(cases[i].allow_empty ? GIVEN(TO_URL, "allow-empty", NULL) : GIVEN(TO_URL));
        bench->events.totals.complete = true;
        for (const char *at = cases[i].verdicts; *at != '\0'; at++) {
            if (*at == 'i')
                bench->events.totals.complete = false;
            else if (*at == 'p')
                events_problem(&bench->events, NULL, "wrong");
            else
                tell(bench,
                    *at == 's'   ? SHOAL_SENT
                    : *at == 'e' ? SHOAL_EXISTS
                    : *at == 'u' ? SHOAL_UNKNOWN
                                 : SHOAL_FAILED,
                    *at == 't');
        }
        assert_int_equal(events_end(&bench->events, cases[i].signal), cases[i].status);
        assert_int_equal(bench->heard.last.end.exit_status, cases[i].status);
        assert_int_equal(bench->heard.last.kind, SHOAL_EVENT_END);
        bench_free(bench);
    }
}

static void verdicts_have_names(void **state)
{
    (void)state;
    assert_string_equal(shoal_verdict_name(SHOAL_SENT), "sent");
    assert_string_equal(shoal_verdict_name(SHOAL_EXISTS), "exists");
    assert_string_equal(shoal_verdict_name(SHOAL_SKIPPED), "skipped");
    assert_string_equal(shoal_verdict_name(SHOAL_FAILED), "failed");
    assert_string_equal(shoal_verdict_name(SHOAL_UNKNOWN), "unknown");
    assert_string_equal(shoal_verdict_name((enum shoal_verdict)99), "");
}

static void reasons_have_names(void **state)
{
    (void)state;
    assert_string_equal(shoal_reason_name(SHOAL_REASON_NONE), "");
    assert_string_equal(shoal_reason_name(SHOAL_REASON_STATUS), "status");
    assert_string_equal(shoal_reason_name(SHOAL_REASON_NOT_ATTEMPTED), "not-attempted");
    for (int reason = 1; reason < SHOAL_REASONS; reason++)
        assert_string_not_equal(shoal_reason_name((enum shoal_reason)reason), "");
    assert_string_equal(shoal_reason_name((enum shoal_reason)SHOAL_REASONS), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_told_as_it_was),
        cmocka_unit_test(an_answer_that_never_came_is_none),
        cmocka_unit_test(totals_add_up),
        cmocka_unit_test(files_not_attempted_or_perhaps_accepted_are_counted),
        cmocka_unit_test(the_exit_status_follows_from_the_verdicts),
        cmocka_unit_test(verdicts_have_names),
        cmocka_unit_test(reasons_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
