#include "sink_fixture.h"

#include "sink/progress.h"

#define CLEAR "\r\x1b[K"

static unsigned columns;

static unsigned width(void *context)
{
    (void)context;
    return columns;
}

static struct shoal_totals totals;

static void progress_at(struct progress *progress, int64_t at_us, int64_t bytes_moved)
{
    const struct shoal_event event = {.kind = SHOAL_EVENT_PROGRESS,
        .at_us = at_us,
        .progress = {.totals = &totals, .in_flight = 32, .bytes_moved = bytes_moved}};
    progress_event(progress, &event);
}

static struct progress *open_progress(struct buf *kept)
{
    columns = 80;
    totals = (struct shoal_totals){.found = 2000, .verdicts = {1200, 0, 0, 34, 0}};
    struct progress *progress = progress_new(writer_into(kept), width, NULL);
    assert_non_null(progress);
    return progress;
}

static void close_progress(struct progress *progress, struct buf *kept)
{
    progress_free(progress);
    buf_free(kept);
}

static void the_total_is_shown_once_it_is_known(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept);
    progress_at(progress, 1000000, 2048);
    assert_written(&kept, "\r1,234 files  2.0 KiB  2.0 KiB/s  34 failed  32 in flight\x1b[K");
    totals.complete = true;
    progress_at(progress, 2000000, 4096);
    assert_written(&kept, "\r1,234/2,000 files  4.0 KiB  2.0 KiB/s  34 failed  32 in flight\x1b[K");
    close_progress(progress, &kept);
    progress_free(NULL);
}

static void a_server_that_is_waited_for_is_named(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept);
    struct shoal_event event = {.kind = SHOAL_EVENT_PROGRESS,
        .at_us = 1000000,
        .progress = {.totals = &totals, .held_up = 1, .host = "a.example"}};
    columns = 120;
    progress_event(progress, &event);
    assert_written(
        &kept, "\r1,234 files  0 B  0 B/s  34 failed  0 in flight  waiting for a.example\x1b[K");
    event.at_us = 2000000;
    event.progress.held_up = 3;
    progress_event(progress, &event);
    assert_written(&kept,
        "\r1,234 files  0 B  0 B/s  34 failed  0 in flight  waiting for a.example "
        "and 2 more\x1b[K");
    close_progress(progress, &kept);
}

static void it_is_drawn_at_most_every_tenth_of_a_second(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept);
    progress_at(progress, 0, 0);
    progress_at(progress, 99999, 1);
    assert_written(&kept, "");
    progress_at(progress, 100000, 1);
    assert_true(kept.length > 0);
    buf_clear(&kept);
    progress_at(progress, 199999, 1);
    assert_written(&kept, "");
    progress_at(progress, 200000, 1);
    assert_true(kept.length > 0);
    close_progress(progress, &kept);
}

static void it_is_cut_to_the_terminal_as_it_is_now(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept);
    columns = 12;
    progress_at(progress, 1000000, 0);
    assert_written(&kept, "\r1,234 files\x1b[K");
    columns = 5;
    progress_at(progress, 2000000, 0);
    assert_written(&kept, "\r1,23\x1b[K");
    columns = 1;
    progress_at(progress, 3000000, 0);
    assert_written(&kept, CLEAR);
    columns = 0; /* it does not say */
    progress_at(progress, 4000000, 0);
    assert_non_null(strstr(buf_text(&kept), "in flight"));
    close_progress(progress, &kept);
}

static void it_goes_away_for_other_lines_and_at_the_end(void **state)
{
    (void)state;
    const struct shoal_event end = {.kind = SHOAL_EVENT_END, .end = {.totals = &totals}};
    struct buf kept;
    struct progress *progress = open_progress(&kept);
    progress_hide(progress);
    assert_written(&kept, "");
    progress_at(progress, 1000000, 0);
    buf_clear(&kept);
    progress_hide(progress);
    progress_hide(progress);
    assert_written(&kept, CLEAR);
    progress_at(progress, 2000000, 0);
    buf_clear(&kept);
    progress_event(progress, &end);
    assert_written(&kept, CLEAR);
    close_progress(progress, &kept);
}

static void the_rate_follows_slowly(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept);
    progress_at(progress, 1000000, 1048576);
    buf_clear(&kept);
    progress_at(progress, 2000000, 1048576); /* nothing moved: a quarter is forgotten */
    assert_non_null(strstr(buf_text(&kept), "  768.0 KiB/s  "));
    buf_clear(&kept);
    for (int second = 3; second < 60; second++)
        progress_at(progress, second * INT64_C(1000000), 1048576);
    buf_clear(&kept);
    progress_at(progress, 60000000, 1048576);
    assert_non_null(strstr(buf_text(&kept), "  0 B/s  "));
    close_progress(progress, &kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_total_is_shown_once_it_is_known),
        cmocka_unit_test(a_server_that_is_waited_for_is_named),
        cmocka_unit_test(it_is_drawn_at_most_every_tenth_of_a_second),
        cmocka_unit_test(it_is_cut_to_the_terminal_as_it_is_now),
        cmocka_unit_test(it_goes_away_for_other_lines_and_at_the_end),
        cmocka_unit_test(the_rate_follows_slowly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
