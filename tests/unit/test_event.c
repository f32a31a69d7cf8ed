/* Events: what is counted and reported, which exit status follows, and that no secret is in them.
 */
#include "plan_fixture.h"

#include "core/event.h"

#define SECRET "pass word&1"

struct heard {
    unsigned count;
    struct shoal_event last;
    char path[64];
    char error[256];
    char response[256];
};

static const char *shown(const char *text)
{
    return text == NULL ? "" : text;
}

static void keep(struct heard *heard, const char *path, const char *error)
{
    (void)snprintf(heard->path, sizeof heard->path, "%s", shown(path));
    (void)snprintf(heard->error, sizeof heard->error, "%s", shown(error));
}

static void hear(void *context, const struct shoal_event *event)
{
    struct heard *heard = context;
    heard->count++;
    heard->last = *event;
    heard->response[0] = '\0';
    switch (event->kind) {
    case SHOAL_EVENT_FILE:
        keep(heard, event->file.path.data, event->file.error);
        (void)snprintf(heard->response, sizeof heard->response, "%.*s",
            (int)event->file.response.length, shown(event->file.response.data));
        break;
    case SHOAL_EVENT_PROBLEM:
        keep(heard, event->problem.path.data, event->problem.error);
        break;
    case SHOAL_EVENT_NOTICE:
        keep(heard, NULL, event->notice.message);
        break;
    case SHOAL_EVENT_PAUSE:
        keep(heard, event->pause.origin, event->pause.error);
        break;
    default:
        keep(heard, NULL, NULL);
    }
}

static int64_t now_of(void *context)
{
    return *(const int64_t *)context;
}

struct bench {
    struct config *config;
    struct events events;
    struct heard heard;
    int64_t now_us;
    struct clock clock;
    struct entry *entry;
};

static struct bench *bench_new(const char *const *pairs)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->config = good(pairs);
    bench->now_us = 5 * CLOCK_US_PER_SECOND;
    bench->clock = (struct clock){.now_us = now_of, .context = &bench->now_us};
    bench->entry = calloc(1, sizeof *bench->entry + 16);
    assert_non_null(bench->entry);
    memcpy(bench->entry->path, "sub/a", 6);
    events_init(&bench->events, bench->config, &bench->clock, hear, &bench->heard);
    return bench;
}

static void bench_free(struct bench *bench)
{
    events_free(&bench->events);
    config_free(bench->config);
    free(bench->entry);
    free(bench);
}

static void tell(struct bench *bench, enum shoal_verdict verdict, bool temporary)
{
    struct event_file file = {.entry = bench->entry,
        .verdict = verdict,
        .temporary = temporary,
        .status = 200,
        .attempts = 2,
        .bytes = 10,
        .first_us = bench->now_us,
        .error = verdict == SHOAL_SENT ? NULL : "why"};
    events_found(&bench->events, bench->entry);
    events_file(&bench->events, &file);
}

/* The end of an attempt whose response has this body and no headers. */
static struct http_end end_with(const struct buf *answer)
{
    static const struct buf none;
    return (struct http_end){
        .answer = answer, .headers = &none, .coding = "", .location = "", .retry_after = ""};
}

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

static const char *const *with_secret(void)
{
    assert_int_equal(setenv("SHOAL_TEST_SECRET", SECRET, 1), 0);
    static const char *const pairs[] = {"PATH", "dist", "set", "token=env:SHOAL_TEST_SECRET", "url",
        "https://example.com/up?token={token}", "form", "key={token}", "form", "file=@{file}",
        "header", "X-Token: {token}", "header", "Accept:", "header", "X-Empty;", "dry-run", NULL,
        NULL};
    return pairs;
}

static void secrets_are_replaced_in_all_that_is_told_of_a_file(void **state)
{
    (void)state;
    struct bench *bench = bench_new(with_secret());
    struct buf answer;
    buf_init(&answer, 1000);
    (void)buf_add_text(&answer, "you sent pass%20word%261 and pass word&1");
    struct http_end end = end_with(&answer);
    struct event_file file = {.entry = bench->entry,
        .verdict = SHOAL_FAILED,
        .status = 401,
        .attempts = 1,
        .error = "https://example.com/up?token=pass%20word%261 said no to pass word&1",
        .end = &end};
    events_file(&bench->events, &file);
    assert_string_equal(bench->heard.error, "https://example.com/up?token=*** said no to ***");
    assert_string_equal(bench->heard.response, "you sent *** and ***");
    events_problem(&bench->events, NULL, SECRET "!");
    assert_string_equal(bench->heard.error, "***!");
    events_notice(&bench->events, "a " SECRET);
    assert_string_equal(bench->heard.error, "a ***");
    buf_free(&answer);
    bench_free(bench);
}

static void a_pause_is_told_without_the_secret(void **state)
{
    (void)state;
    struct bench *bench = bench_new(with_secret());
    events_pause(&bench->events, &(struct shoal_pause){.origin = "https://" SECRET,
                                     .error = "status 429 of " SECRET,
                                     .status = 429,
                                     .wait_us = 7});
    assert_int_equal(bench->heard.last.kind, SHOAL_EVENT_PAUSE);
    assert_string_equal(bench->heard.path, "https://***");
    assert_string_equal(bench->heard.error, "status 429 of ***");
    assert_int_equal(bench->heard.last.pause.status, 429);
    assert_int_equal(bench->heard.last.pause.wait_us, 7);
    bench_free(bench);
}

static void the_start_shows_the_url_without_the_secret(void **state)
{
    (void)state;
    struct bench *bench = bench_new(with_secret());
    events_start(&bench->events, 7);
    assert_int_equal(bench->heard.last.kind, SHOAL_EVENT_START);
    assert_int_equal(bench->heard.last.start.jobs, 7);
    assert_true(bench->heard.last.start.dry_run);
    assert_null(strstr(bench->heard.last.start.url, "pass"));
    bench_free(bench);
}

/* Checks the plan's event while it is valid. */
static void see_plan(void *context, const struct shoal_event *event)
{
    unsigned *seen = context;
    assert_int_equal(event->kind, SHOAL_EVENT_PLAN);
    const struct shoal_plan *plan = &event->plan;
    assert_string_equal(plan->url, "https://example.com/up?token=***");
    assert_int_equal(plan->field_count, 2);
    assert_string_equal(plan->fields[0].name, "key");
    assert_string_equal(plan->fields[0].value.data, "***");
    assert_int_equal(plan->fields[0].value.length, 3);
    assert_false(plan->fields[0].is_file);
    assert_null(plan->fields[0].file_name);
    assert_true(plan->fields[1].is_file);
    assert_string_equal(plan->fields[1].value.data, "dist/a");
    assert_string_equal(plan->fields[1].file_name, "a");
    assert_string_equal(plan->headers[0], "X-Token: ***");
    assert_string_equal(plan->headers[1], "X-Empty:"); /* Accept is removed: it is not sent */
    assert_non_null(strstr(plan->headers[2], "multipart/form-data"));
    assert_null(plan->headers[3]);
    assert_int_equal(plan->bytes, 1);
    (*seen)++;
}

static void a_plan_is_shown_without_the_secret(void **state)
{
    (void)state;
    unsigned seen = 0;
    make_file("dist/a", "x");
    struct planned *planned = planned_made(with_secret(), "a", 0);
    struct events events;
    struct clock clock = clock_system();
    events_init(&events, planned->config, &clock, see_plan, &seen);
    events_plan(&events, planned->entry, planned->plan);
    assert_int_equal(seen, 1);
    assert_int_equal(events.totals.planned, 1);
    events_free(&events);
    planned_free(planned);
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
        cmocka_unit_test(verdicts_have_names),
        cmocka_unit_test(reasons_have_names),
        cmocka_unit_test(a_file_is_told_as_it_was),
        cmocka_unit_test(an_answer_that_never_came_is_none),
        cmocka_unit_test(totals_add_up),
        cmocka_unit_test(files_not_attempted_or_perhaps_accepted_are_counted),
        cmocka_unit_test(the_exit_status_follows_from_the_verdicts),
        cmocka_unit_test(secrets_are_replaced_in_all_that_is_told_of_a_file),
        cmocka_unit_test(a_pause_is_told_without_the_secret),
        cmocka_unit_test(the_start_shows_the_url_without_the_secret),
        IN_SCRATCH(a_plan_is_shown_without_the_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
