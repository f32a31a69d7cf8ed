/* No secret is in an event. */
#include "event_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_replaced_in_all_that_is_told_of_a_file),
        cmocka_unit_test(a_pause_is_told_without_the_secret),
        cmocka_unit_test(the_start_shows_the_url_without_the_secret),
        IN_SCRATCH(a_plan_is_shown_without_the_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
