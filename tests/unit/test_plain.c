#include "sink_fixture.h"

#include "sink/plain.h"

#define SECONDS(number) ((number) * (int64_t)1000000)

static int64_t wall(void *context)
{
    (void)context;
    return 1767225600; /* 2026-01-01 */
}

static const struct clock fixed = {.wall_seconds = wall};

static void tell_progress(struct plain *plain, int64_t at_us, const struct shoal_totals *totals)
{
    plain_event(plain, &(struct shoal_event){.kind = SHOAL_EVENT_PROGRESS,
                           .at_us = at_us,
                           .progress = {.totals = totals, .in_flight = 3, .bytes_moved = at_us}});
}

static void a_run_starts_with_what_it_does(void **state)
{
    (void)state;
    static const char *const paths[] = {"dist", "b\x1b", NULL};
    struct buf kept;
    struct plain *plain = plain_new(writer_into(&kept), &fixed);
    plain_event(plain, &(struct shoal_event){.kind = SHOAL_EVENT_START,
                           .start = {.method = "POST", .url = "https://h/\n", .paths = paths}});
    assert_written(&kept, "2026-01-01T00:00:00Z shoal " SHOAL_VERSION
                          ": POST https://h/\\n, files in dist, b\\x1b\n");
    plain_event(
        plain, &(struct shoal_event){.kind = SHOAL_EVENT_START,
                   .start = {.method = "PUT", .url = "u", .paths = paths, .dry_run = true}});
    assert_written(&kept,
        "2026-01-01T00:00:00Z shoal " SHOAL_VERSION ": PUT u, dry run, files in dist, b\\x1b\n");
    plain_free(plain);
    buf_free(&kept);
}

static void progress_has_a_line_now_and_then(void **state)
{
    (void)state;
    struct buf kept;
    struct plain *plain = plain_new(writer_into(&kept), &fixed);
    struct shoal_totals totals = {.found = 1500, .verdicts = {1000}};
    tell_progress(plain, SECONDS(10) - 1, &totals);
    assert_written(&kept, "");
    tell_progress(plain, SECONDS(10), &totals);
    assert_written(&kept, "2026-01-01T00:00:00Z 1,000 of 1,500+ files, 976.6 KiB/s, "
                          "100.0 files/s, 3 in flight\n");
    totals.complete = true;
    totals.found = 3000;
    totals.verdicts[SHOAL_SENT] = 1200;
    totals.verdicts[SHOAL_FAILED] = 2;
    totals.verdicts[SHOAL_UNKNOWN] = 3;
    totals.retries = 7;
    tell_progress(plain, SECONDS(20) - 1, &totals);
    assert_written(&kept, "");
    tell_progress(plain, SECONDS(60), &totals);
    assert_written(&kept, "2026-01-01T00:00:00Z 1,205 of 3,000 files (40 %), 976.6 KiB/s, "
                          "4.1 files/s, 3 in flight, 2 failed, 3 unknown, 7 retries\n");
    tell_progress(plain, SECONDS(90) - 1, &totals);
    assert_written(&kept, "");
    plain_event(plain, &(struct shoal_event){.kind = SHOAL_EVENT_PROGRESS,
                           .at_us = SECONDS(90),
                           .progress = {.totals = &totals, .held_up = 3, .host = "h\r"}});
    assert_string_equal(
        buf_text(&kept) + strlen(buf_text(&kept)) - 32, "etries, waiting for h\\r, 2 more\n");
    plain_free(plain);
    buf_free(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_starts_with_what_it_does),
        cmocka_unit_test(progress_has_a_line_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
