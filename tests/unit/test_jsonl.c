#include "sink_fixture.h"

#include "sink/jsonl.h"

static int64_t new_year(void *context)
{
    (void)context;
    return 1767225600;
}

static int64_t no_time(void *context)
{
    (void)context;
    return 0;
}

static const struct clock new_year_clock = {.now_us = no_time, .wall_seconds = new_year};

/* The lines of `count` events. */
static void assert_lines(const struct shoal_event *events, size_t count, const char *expected)
{
    struct buf kept;
    struct jsonl *jsonl = jsonl_new(writer_into(&kept), &new_year_clock);
    assert_non_null(jsonl);
    for (size_t i = 0; i < count; i++)
        assert_true(jsonl_event(jsonl, &events[i]));
    assert_written(&kept, expected);
    jsonl_free(jsonl);
    buf_free(&kept);
}

static void a_start_says_what_was_asked_for(void **state)
{
    (void)state;
    static const char *const paths[] = {"dist", "\xff", NULL};
    const struct shoal_event event = {.kind = SHOAL_EVENT_START,
        .start = {.url = "https://h/", .method = "POST", .paths = paths, .jobs = 32}};
    assert_lines(&event, 1,
        "{\"event\":\"start\",\"version\":\"" SHOAL_VERSION
        "\",\"url\":\"https://h/\",\"method\":\"POST\",\"paths\":[\"dist\",\"\xef\xbf\xbd\"],"
        "\"jobs\":32,\"dry_run\":false,\"time\":\"2026-01-01T00:00:00Z\"}\n");
}

static void a_file_has_every_key_of_the_contract(void **state)
{
    (void)state;
    const struct shoal_event events[] = {sent_event(), failed_event()};
    assert_lines(events, COUNT_OF(events),
        "{\"event\":\"file\",\"path\":\"a/b.js\",\"verdict\":\"sent\",\"status\":201,"
        "\"attempts\":1,\"bytes\":4096,\"at_ms\":12,\"ms\":12.3,\"temporary\":false,"
        "\"response\":\"{\\\"ok\\\":true}\\r\\n\"}\n"
        "{\"event\":\"file\",\"path\":\"b\",\"verdict\":\"failed\",\"status\":null,"
        "\"attempts\":3,\"bytes\":null,\"at_ms\":2000,\"ms\":0.0,\"temporary\":true,"
        "\"response\":null,\"reason\":\"stall\",\"error\":\"it stalled\",\"cause\":\"it "
        "stalled\"}\n");
}

static void a_failure_says_that_it_may_be_there(void **state)
{
    (void)state;
    struct shoal_event event = failed_event();
    event.file.maybe_accepted = true;
    assert_lines(&event, 1,
        "{\"event\":\"file\",\"path\":\"b\",\"verdict\":\"failed\",\"status\":null,"
        "\"attempts\":3,\"bytes\":null,\"at_ms\":2000,\"ms\":0.0,\"temporary\":true,"
        "\"response\":null,\"reason\":\"stall\",\"error\":\"it stalled\",\"cause\":\"it stalled\","
        "\"maybe_accepted\":true}\n");
}

static void a_name_of_any_bytes_can_be_read_back(void **state)
{
    (void)state;
    struct shoal_event event = failed_event();
    event.file.path = TEXT("x\xff");
    event.file.response = TEXT("\x1b[2J\0\xc3");
    event.file.response_cut = true;
    assert_lines(&event, 1,
        "{\"event\":\"file\",\"path\":\"x\xef\xbf\xbd\",\"path_base64\":\"eP8=\","
        "\"verdict\":\"failed\",\"status\":null,\"attempts\":3,\"bytes\":null,\"at_ms\":2000,"
        "\"ms\":0.0,\"temporary\":true,\"response\":\"\\u001B[2J\\u0000\xef\xbf\xbd\","
        "\"response_cut\":true,\"reason\":\"stall\",\"error\":\"it stalled\",\"cause\":\"it "
        "stalled\"}\n");
}

static void problems_and_notices_have_their_sentence(void **state)
{
    (void)state;
    const struct shoal_event events[] = {
        {.kind = SHOAL_EVENT_PROBLEM, .problem = {.path = TEXT("d"), .error = "it can't be read"}},
        {.kind = SHOAL_EVENT_PROBLEM, .at_us = 5999, .problem = {.error = "the transport broke"}},
        {.kind = SHOAL_EVENT_NOTICE, .notice = {.message = "a pause"}},
        {.kind = SHOAL_EVENT_PROGRESS},
    };
    assert_lines(events, COUNT_OF(events),
        "{\"event\":\"problem\",\"path\":\"d\",\"error\":\"it can't be read\",\"at_ms\":0}\n"
        "{\"event\":\"problem\",\"error\":\"the transport broke\",\"at_ms\":5}\n"
        "{\"event\":\"notice\",\"message\":\"a pause\",\"at_ms\":0}\n");
}

static void a_pause_has_its_origin_and_its_end_if_that_is_known(void **state)
{
    (void)state;
    const struct shoal_event events[] = {
        {.kind = SHOAL_EVENT_PAUSE,
            .at_us = 3120999,
            .pause = {.origin = "https://a",
                .error = "status 429",
                .status = 429,
                .wait_us = 11999600,
                .until_seconds = 1700000000}},
        {.kind = SHOAL_EVENT_PAUSE,
            .pause = {.origin = "http://b:81", .error = "refused", .wait_us = -1}},
    };
    assert_lines(events, COUNT_OF(events),
        "{\"event\":\"pause\",\"origin\":\"https://a\",\"status\":429,\"seconds\":12.0,"
        "\"until\":\"2023-11-14T22:13:20Z\",\"error\":\"status 429\",\"at_ms\":3120}\n"
        "{\"event\":\"pause\",\"origin\":\"http://b:81\",\"status\":null,\"seconds\":null,"
        "\"until\":null,\"error\":\"refused\",\"at_ms\":0}\n");
}

static void an_attempt_says_how_far_it_got_and_how_long_its_file_waits(void **state)
{
    (void)state;
    const struct shoal_event event = {.kind = SHOAL_EVENT_ATTEMPT,
        .at_us = 22000,
        .attempt = {.path = TEXT("a"),
            .attempt = 2,
            .phase = "sending",
            .error = "it broke",
            .took_us = 12549,
            .wait_us = 340200}};
    assert_lines(&event, 1,
        "{\"event\":\"attempt\",\"path\":\"a\",\"attempt\":2,\"status\":null,"
        "\"phase\":\"sending\",\"ms\":12.5,\"wait_ms\":340.2,\"error\":\"it broke\","
        "\"at_ms\":22}\n");
}

static void a_limit_has_its_origin(void **state)
{
    (void)state;
    const struct shoal_event event = {.kind = SHOAL_EVENT_LIMIT,
        .at_us = 2210000,
        .limit = {.origin = "https://a.example", .limit = 24}};
    assert_lines(&event, 1,
        "{\"event\":\"limit\",\"origin\":\"https://a.example\",\"limit\":24,\"at_ms\":2210}\n");
}

static void a_dry_run_has_plans_and_their_count(void **state)
{
    (void)state;
    static const struct shoal_totals totals = {.found = 2, .planned = 2, .complete = true};
    const struct shoal_event events[] = {
        {.kind = SHOAL_EVENT_START,
            .start = {.url = "u", .method = "PUT", .jobs = 1, .dry_run = true}},
        plan_event(),
        {.kind = SHOAL_EVENT_PLAN,
            .plan = {.path = TEXT("b"), .method = "PUT", .url = "http://h/b"}},
        {.kind = SHOAL_EVENT_END, .at_us = 1234567, .end = {.totals = &totals}},
    };
    assert_lines(events, COUNT_OF(events),
        "{\"event\":\"start\",\"version\":\"" SHOAL_VERSION
        "\",\"url\":\"u\",\"method\":\"PUT\",\"paths\":[],\"jobs\":1,\"dry_run\":true,"
        "\"time\":\"2026-01-01T00:00:00Z\"}\n"
        "{\"event\":\"plan\",\"path\":\"a\",\"method\":\"POST\",\"url\":\"http://h/\","
        "\"headers\":[\"X: y\"],\"fields\":[{\"name\":\"u\",\"value\":\"v\\nw\"},"
        "{\"name\":\"file\",\"file\":\"d/a\",\"filename\":\"a\",\"type\":\"text/plain\"}],"
        "\"bytes\":7}\n"
        "{\"event\":\"plan\",\"path\":\"b\",\"method\":\"PUT\",\"url\":\"http://h/b\","
        "\"headers\":[],\"fields\":[],\"bytes\":0}\n"
        "{\"event\":\"end\",\"found\":2,\"sent\":0,\"exists\":0,\"skipped\":0,\"failed\":0,"
        "\"unknown\":0,\"passed_over\":0,\"problems\":0,\"bytes\":0,\"seconds\":1.235,"
        "\"complete\":true,\"temporary\":0,\"not_attempted\":0,\"maybe_accepted\":0,\"html_"
        "responses\":0,"
        "\"retries\":0,\"redirects\":0,\"hidden\":0,\"without_pair\":0,\"largest_sent\":0,"
        "\"causes\":[],\"exit\":0,"
        "\"dry_run\":true,\"planned\":2,\"left_out\":0}\n");
}

static void an_end_has_every_total(void **state)
{
    (void)state;
    static const struct shoal_totals totals = {.found = 15,
        .verdicts = {1, 2, 3, 4, 5},
        .temporary = 6,
        .not_attempted = 2,
        .maybe_accepted = 3,
        .passed_over = 7,
        .hidden = 8,
        .problems = 9,
        .retries = 10,
        .redirects = 11,
        .bytes = INT64_C(5000000000),
        .largest_sent = 4096};
    static const struct shoal_cause causes[] = {
        {.text = "413 Content Too Large",
            .example = "413",
            .reason = SHOAL_REASON_STATUS,
            .first_path = {"a", 1},
            .count = 3,
            .temporary = 2,
            .attempts_most = 2,
            .bytes_least = 5000,
            .bytes_most = -1,
            .first_us = 1999,
            .last_us = 2000},
        {.text = "refused",
            .example = "refused",
            .reason = SHOAL_REASON_CONNECT,
            .first_path = {"b", 1},
            .count = 1,
            .temporary = 1,
            .bytes_least = -1,
            .bytes_most = -1},
    };
    const struct shoal_event event = {.kind = SHOAL_EVENT_END,
        .at_us = 60000000,
        .end = {.totals = &totals, .causes = causes, .cause_count = 2, .exit_status = 1}};
    assert_lines(&event, 1,
        "{\"event\":\"end\",\"found\":15,\"sent\":1,\"exists\":2,\"skipped\":3,\"failed\":4,"
        "\"unknown\":5,\"passed_over\":7,\"problems\":9,\"bytes\":5000000000,\"seconds\":60.0,"
        "\"complete\":false,\"temporary\":6,\"not_attempted\":2,\"maybe_accepted\":3,\"html_"
        "responses\":0,"
        "\"retries\":10,\"redirects\":11,\"hidden\":8,\"without_pair\":0,\"largest_sent\":4096,"
        "\"causes\":["
        "{\"cause\":\"413 Content Too Large\",\"reason\":\"status\",\"count\":3,"
        "\"temporary\":false,\"first_path\":\"a\",\"example\":\"413\",\"attempts\":2,"
        "\"bytes_least\":5000,\"bytes_most\":null,\"first_at_ms\":1,\"last_at_ms\":2},"
        "{\"cause\":\"refused\",\"reason\":\"connect\",\"count\":1,\"temporary\":true,"
        "\"first_path\":\"b\",\"example\":\"refused\",\"attempts\":0,\"bytes_least\":null,"
        "\"bytes_most\":null,\"first_at_ms\":0,\"last_at_ms\":0}],\"exit\":1}\n");
}

static bool full(void *context, const char *data, size_t length)
{
    (void)context;
    (void)data;
    (void)length;
    return false;
}

static void a_writer_that_failed_is_told(void **state)
{
    (void)state;
    struct jsonl *jsonl = jsonl_new((struct writer){.write = full}, &new_year_clock);
    const struct shoal_event event = sent_event();
    assert_false(jsonl_event(jsonl, &event));
    jsonl_free(jsonl);
    jsonl_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_says_what_was_asked_for),
        cmocka_unit_test(a_file_has_every_key_of_the_contract),
        cmocka_unit_test(a_failure_says_that_it_may_be_there),
        cmocka_unit_test(a_name_of_any_bytes_can_be_read_back),
        cmocka_unit_test(problems_and_notices_have_their_sentence),
        cmocka_unit_test(a_pause_has_its_origin_and_its_end_if_that_is_known),
        cmocka_unit_test(an_attempt_says_how_far_it_got_and_how_long_its_file_waits),
        cmocka_unit_test(a_limit_has_its_origin),
        cmocka_unit_test(a_dry_run_has_plans_and_their_count),
        cmocka_unit_test(an_end_has_every_total),
        cmocka_unit_test(a_writer_that_failed_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
