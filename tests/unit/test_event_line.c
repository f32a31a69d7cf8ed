#include "sink_fixture.h"

#include "base/clock.h"
#include "core/event_line.h"
#include "sink/jsonl.h"

static int64_t wall(void *context)
{
    (void)context;
    return 1767225600; /* 2026-01-01 */
}

static const struct clock fixed = {.wall_seconds = wall};

/* Writes the event as a line, and reads that back. */
static void there_and_back(const struct shoal_event *event, struct event_line *line)
{
    struct buf kept;
    struct error error;
    struct jsonl *jsonl = jsonl_new(writer_into(&kept), &fixed);
    assert_true(jsonl_event(jsonl, event));
    assert_true(event_line_read(line, kept.data, kept.length - 1, &error));
    assert_true(line->known);
    assert_int_equal(line->event.kind, event->kind);
    jsonl_free(jsonl);
    buf_free(&kept);
}

static void a_start_tells_when_and_where(void **state)
{
    (void)state;
    static const char *const paths[] = {"d", NULL};
    const struct shoal_event event = {
        .kind = SHOAL_EVENT_START, .start = {.method = "PUT", .url = "http://h/", .paths = paths}};
    struct event_line line;
    there_and_back(&event, &line);
    assert_string_equal(line.event.start.method, "PUT");
    assert_string_equal(line.event.start.url, "http://h/");
    assert_int_equal(line.wall_seconds, 1767225600);
    assert_null(line.shard);
    event_line_free(&line);
}

static void a_file_is_what_it_was(void **state)
{
    (void)state;
    struct shoal_event event = failed_event();
    event.file.status = 503;
    event.file.bytes = 4096;
    event.file.maybe_accepted = true;
    event.file.took_us = 12500;
    struct event_line line;
    there_and_back(&event, &line);
    const struct shoal_file *file = &line.event.file;
    assert_string_equal(file->path.data, "b");
    assert_int_equal(file->verdict, SHOAL_FAILED);
    assert_int_equal(file->reason, SHOAL_REASON_STALL);
    assert_string_equal(file->error, "it stalled");
    assert_string_equal(file->cause, "it stalled");
    assert_int_equal(file->status, 503);
    assert_int_equal(file->attempts, 3);
    assert_int_equal(file->bytes, 4096);
    assert_int_equal(file->took_us, 12500);
    assert_true(file->temporary && file->maybe_accepted);
    assert_int_equal(line.event.at_us, 2000000);
    event_line_free(&line);
    event = sent_event();
    event.file.bytes = -1;
    there_and_back(&event, &line);
    assert_int_equal(file->verdict, SHOAL_SENT);
    assert_int_equal(file->reason, SHOAL_REASON_NONE);
    assert_int_equal(file->bytes, -1);
    assert_null(file->cause);
    event_line_free(&line);
}

static void attempts_and_pauses_are_what_they_were(void **state)
{
    (void)state;
    struct event_line line;
    there_and_back(&(struct shoal_event){.kind = SHOAL_EVENT_ATTEMPT,
                       .at_us = 7000,
                       .attempt = {.path = TEXT("a"),
                           .attempt = 2,
                           .status = 503,
                           .phase = "waiting",
                           .error = "why",
                           .took_us = 1500,
                           .wait_us = 300}},
        &line);
    assert_string_equal(line.event.attempt.path.data, "a");
    assert_int_equal(line.event.attempt.status, 503);
    assert_string_equal(line.event.attempt.phase, "waiting");
    assert_int_equal(line.event.attempt.took_us, 1500);
    assert_int_equal(line.event.attempt.wait_us, 300);
    event_line_free(&line);
    there_and_back(&(struct shoal_event){.kind = SHOAL_EVENT_PAUSE,
                       .pause = {.origin = "http://h",
                           .error = "why",
                           .status = 429,
                           .wait_us = 12 * CLOCK_US_PER_SECOND,
                           .until_seconds = 1767225612}},
        &line);
    assert_string_equal(line.event.pause.origin, "http://h");
    assert_int_equal(line.event.pause.wait_us, 12 * CLOCK_US_PER_SECOND);
    assert_int_equal(line.event.pause.until_seconds, 1767225612);
    event_line_free(&line);
    there_and_back(&(struct shoal_event){.kind = SHOAL_EVENT_PAUSE,
                       .pause = {.origin = "http://h", .error = "why", .wait_us = -1}},
        &line);
    assert_int_equal(line.event.pause.wait_us, -1);
    event_line_free(&line);
    there_and_back(&(struct shoal_event){.kind = SHOAL_EVENT_LIMIT,
                       .limit = {.origin = "http://h", .limit = 24}},
        &line);
    assert_string_equal(line.event.limit.origin, "http://h");
    assert_int_equal(line.event.limit.limit, 24);
    event_line_free(&line);
}

static void an_end_has_its_totals(void **state)
{
    (void)state;
    static const struct shoal_totals totals = {.found = 15,
        .verdicts = {1, 2, 3, 4, 5},
        .temporary = 6,
        .not_attempted = 2,
        .maybe_accepted = 3,
        .passed_over = 7,
        .problems = 9,
        .retries = 10,
        .redirects = 11,
        .bytes = 5000,
        .largest_sent = 40,
        .complete = true};
    const struct shoal_event event = {
        .kind = SHOAL_EVENT_END, .at_us = 1500000, .end = {.totals = &totals, .exit_status = 75}};
    struct event_line line;
    there_and_back(&event, &line);
    assert_memory_equal(line.event.end.totals, &totals, sizeof totals);
    assert_int_equal(line.event.end.exit_status, 75);
    assert_int_equal(line.event.at_us, 1500000);
    event_line_free(&line);
}

static void read_wrong(const char *text)
{
    struct event_line line;
    struct error error = {0};
    assert_false(event_line_read(&line, text, strlen(text), &error));
    assert_true(error.text[0] != '\0');
}

static void a_path_that_is_not_utf_8_has_its_bytes(void **state)
{
    (void)state;
    struct shoal_event event = sent_event();
    event.file.path = (struct shoal_text){"a\xff", 2};
    struct event_line line;
    there_and_back(&event, &line);
    assert_int_equal(line.event.file.path.length, 2);
    assert_memory_equal(line.event.file.path.data, "a\xff", 3);
    event_line_free(&line);
}

static void what_is_no_event_is_an_error(void **state)
{
    (void)state;
    struct event_line line;
    struct error error;
    read_wrong("");
    read_wrong("{");
    read_wrong("[]");
    read_wrong("{\"event\":7}");
    read_wrong("{\"event\":\"file\",\"verdict\":\"done\",\"path\":\"a\"}");
    read_wrong("{\"event\":\"file\",\"path\":\"a\"}");
    read_wrong("{\"event\":\"file\",\"verdict\":\"sent\"}");
    read_wrong("{\"event\":\"file\",\"verdict\":\"sent\",\"path\":7}");
    read_wrong("{\"event\":\"file\",\"verdict\":\"sent\",\"path\":\"a\",\"path_base64\":\"?\"}");
    read_wrong("{\"event\":\"attempt\",\"attempt\":1}");
    static const char later[] = "{\"event\":\"later\",\"x\":1}";
    assert_true(event_line_read(&line, later, sizeof later - 1, &error));
    assert_false(line.known);
    event_line_free(&line);
    static const char odd[] =
        "{\"event\":\"file\",\"verdict\":\"sent\",\"path\":\"p\",\"bytes\":\"x\"}";
    assert_true(event_line_read(&line, odd, sizeof odd - 1, &error));
    assert_string_equal(line.event.file.path.data, "p");
    assert_int_equal(line.event.file.bytes, -1);
    event_line_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_tells_when_and_where),
        cmocka_unit_test(a_file_is_what_it_was),
        cmocka_unit_test(attempts_and_pauses_are_what_they_were),
        cmocka_unit_test(an_end_has_its_totals),
        cmocka_unit_test(a_path_that_is_not_utf_8_has_its_bytes),
        cmocka_unit_test(what_is_no_event_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
