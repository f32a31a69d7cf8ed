#include "sink_fixture.h"

#include "base/clock.h"
#include "sink/progress.h"

#define SECOND CLOCK_US_PER_SECOND

static unsigned columns;

static unsigned width(void *context)
{
    (void)context;
    return columns;
}

static struct shoal_totals totals;
static struct shoal_progress state_of_run;

static struct progress *open_progress(struct buf *kept, bool unicode, bool color)
{
    columns = 80;
    totals = (struct shoal_totals){.found = 2000, .verdicts = {1200, 0, 0, 34, 0}};
    state_of_run = (struct shoal_progress){.totals = &totals, .in_flight = 32};
    const struct progress_options options = {
        .writer = writer_into(kept), .width = width, .unicode = unicode, .color = color};
    struct progress *progress = progress_new(&options);
    assert_non_null(progress);
    return progress;
}

static void close_progress(struct progress *progress, struct buf *kept)
{
    progress_free(progress);
    buf_free(kept);
}

static void progress_at(struct progress *progress, int64_t at_us, int64_t bytes_moved)
{
    state_of_run.bytes_moved = bytes_moved;
    progress_event(
        progress, &(struct shoal_event){
                      .kind = SHOAL_EVENT_PROGRESS, .at_us = at_us, .progress = state_of_run});
}

static void fail_files(
    struct progress *progress, const char *cause, const char *error, unsigned times)
{
    struct shoal_event event = failed_event();
    event.file.cause = cause;
    event.file.error = error;
    for (unsigned i = 0; i < times; i++)
        progress_event(progress, &event);
}

static void the_total_is_shown_once_it_is_known(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, false, false);
    progress_at(progress, SECOND / 2, 2048);
    assert_written(&kept, "\r1,234 / 2,000+ found\x1b[K\n"
                          "2.0 KiB   4.0 KiB/s   32 in flight   34 failed\x1b[J");
    totals.complete = true;
    totals.retries = 7;
    totals.verdicts[SHOAL_UNKNOWN] = 6;
    progress_at(progress, SECOND, 4096);
    assert_written(&kept,
        "\r\x1b[1A###########################-----------------  1,240 / 2,000   62 %\x1b[K\n"
        "4.0 KiB   4.0 KiB/s   1,240 files/s   32 in flight   34 failed   6 unknown"
        "\x1b[J");
    close_progress(progress, &kept);
    progress_free(NULL);
}

static void what_is_left_follows_the_median_rate(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, true, false);
    columns = 100;
    totals = (struct shoal_totals){.found = 3000, .complete = true};
    for (int second = 1; second <= 9; second++) {
        totals.verdicts[SHOAL_SENT] += second == 5 ? 0 : 10; /* one second stands still */
        buf_clear(&kept);
        progress_at(progress, second * SECOND, 0);
        assert_int_equal(strstr(buf_text(&kept), " left") != NULL, second >= 3);
    }
    assert_non_null(strstr(buf_text(&kept), "  80 / 3,000   2 %   4:52 left"));
    totals.found = 100000000;
    progress_at(progress, 10 * SECOND, 0);
    assert_null(strstr(buf_text(&kept) + kept.length - 60, " left"));
    close_progress(progress, &kept);
}

static void a_server_that_is_waited_for_is_named(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, true, true);
    progress_event(progress, &(struct shoal_event){.kind = SHOAL_EVENT_PAUSE,
                                 .at_us = SECOND,
                                 .pause = {.status = 429, .wait_us = 12 * SECOND}});
    state_of_run.held_up = 1;
    state_of_run.host = "a.example\x1b";
    progress_at(progress, 2 * SECOND - 1, 0);
    assert_non_null(strstr(buf_text(&kept),
        "\n\x1b[33m\xe2\x80\x96\x1b[0m a.example\\x1b asks for a pause: 12 s (429)"));
    buf_clear(&kept);
    state_of_run.held_up = 3;
    progress_event(
        progress, &(struct shoal_event){
                      .kind = SHOAL_EVENT_PAUSE, .at_us = SECOND, .pause = {.wait_us = -1}});
    progress_at(progress, 3 * SECOND, 0);
    assert_non_null(strstr(buf_text(&kept), " waiting for a.example\\x1b and 2 more"));
    close_progress(progress, &kept);
}

static void a_slow_file_is_named_with_its_progress(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, false, false);
    state_of_run.slowest = TEXT("a/ts.worker.js");
    state_of_run.slowest_sent = 61;
    state_of_run.slowest_length = 100;
    state_of_run.slowest_us = 3 * SECOND - 1;
    progress_at(progress, SECOND, 0);
    assert_null(strstr(buf_text(&kept), "slowest"));
    state_of_run.slowest_us = 9 * SECOND;
    progress_at(progress, 2 * SECOND, 0);
    assert_non_null(strstr(buf_text(&kept), "\nslowest: ts.worker.js 61 % 9 s\x1b[J"));
    close_progress(progress, &kept);
}

static void causes_that_repeat_are_counted(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, true, true);
    fail_files(progress, "once", "once", 1);
    fail_files(progress, "few #", "few 7\x1b", 2);
    fail_files(progress, "many", "many", 1200);
    progress_at(progress, SECOND, 0);
    assert_int_equal(strncmp(buf_text(&kept),
                         "\r\x1b[31m\xe2\x9c\x97 1,200 \xc3\x97 \x1b[0mmany    first b\x1b[K\n"
                         "\x1b[31m\xe2\x9c\x97     2 \xc3\x97 \x1b[0m"
                         "few 7\\x1b    first b\x1b[K\n"
                         "1,234 / ",
                         strlen("\r\x1b[31m\xe2\x9c\x97 1,200 \xc3\x97 \x1b[0mmany    first b\x1b[K"
                                "\n\x1b[31m\xe2\x9c\x97     2 \xc3\x97 \x1b[0mfew 7\\x1b    first b"
                                "\x1b[K\n1,234 / ")),
        0);
    buf_clear(&kept);
    progress_hide(progress);
    assert_written(&kept, "\r\x1b[3A\x1b[J");
    fail_files(progress, "a", "a", 3);
    fail_files(progress, "b", "b", 4);
    progress_at(progress, 2 * SECOND, 0);
    assert_null(strstr(buf_text(&kept), "few 7"));
    close_progress(progress, &kept);
}

static void a_look_ahead_tells_the_total_and_the_bytes(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, true, false);
    struct shoal_event sent = sent_event();
    sent.file.bytes = 3 << 20;
    progress_event(progress, &sent);
    state_of_run.files_ahead = 3000;
    state_of_run.bytes_ahead = 99 << 20;
    state_of_run.bytes_in_flight = 1 << 20;
    progress_at(progress, SECOND, 77 << 20);
    assert_non_null(strstr(buf_text(&kept), "\r1,234 / 3,000+ found\x1b[K\n77.0 MiB   "));
    buf_clear(&kept);
    state_of_run.ahead_complete = true;
    progress_at(progress, 2 * SECOND, 77 << 20);
    assert_non_null(strstr(buf_text(&kept), "  1,234 / 3,000   41 %"));
    assert_non_null(strstr(buf_text(&kept), "\n4.0 / 99.0 MiB   "));
    buf_clear(&kept);
    columns = 40;
    state_of_run.held_up = 1;
    state_of_run.host = "a.example";
    progress_event(progress, &(struct shoal_event){.kind = SHOAL_EVENT_PAUSE,
                                 .at_us = 2 * SECOND,
                                 .pause = {.status = 429, .wait_us = 12 * SECOND}});
    progress_at(progress, 3 * SECOND, 77 << 20);
    assert_non_null(strstr(buf_text(&kept), " 41 %\x1b[K\n1,234/3,000  "));
    assert_non_null(strstr(buf_text(&kept), " pause 11 s (429)\x1b[J"));
    buf_clear(&kept);
    columns = 80;
    state_of_run.bytes_ahead = 2 << 10; /* files grew since */
    progress_at(progress, 4 * SECOND, 77 << 20);
    assert_non_null(strstr(buf_text(&kept), "\n2.0 / 2.0 KiB   "));
    close_progress(progress, &kept);
}

static void a_long_cause_leaves_room_for_the_path(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, true, false);
    struct shoal_event event = failed_event();
    event.file.cause = event.file.error = "422 a long text about which one can say that it is long";
    event.file.path = TEXT("packages/editor/browser/services/toolbar.js");
    progress_event(progress, &event);
    progress_event(progress, &event);
    progress_at(progress, SECOND, 0);
    assert_non_null(strstr(buf_text(&kept), "2 \xc3\x97 422 a long text about which one    first "
                                            "packages/\xe2\x80\xa6/toolbar.js\x1b[K"));
    close_progress(progress, &kept);
}

static void what_is_too_large_is_shown_beside_what_was_accepted(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, true, false);
    struct shoal_event event = failed_event();
    event.file.cause = event.file.error = "413 Request Entity Too Large (nginx/1.22.1)";
    event.file.path = TEXT("min/vs/main.js");
    event.file.bytes = 4299161;
    progress_event(progress, &event);
    event.file.bytes = 1258291;
    progress_event(progress, &event);
    progress_at(progress, SECOND, 0);
    assert_non_null(
        strstr(buf_text(&kept), "2 \xc3\x97 413 too large    first min/vs/main.js 4.1 MiB\x1b[K"));
    buf_clear(&kept);
    totals.largest_sent = 943718;
    progress_at(progress, 2 * SECOND, 0);
    assert_non_null(strstr(buf_text(&kept), "2 \xc3\x97 413 too large (largest sent 921.6 KiB)    "
                                            "first min/vs/main.js 4.1 MiB\x1b[K"));
    buf_clear(&kept);
    columns = 75;
    progress_at(progress, 5 * SECOND / 2, 0);
    assert_non_null(strstr(buf_text(&kept), "2 \xc3\x97 413 too large (largest sent 921.6 KiB)    "
                                            "first main.js 4.1 MiB\x1b[K"));
    buf_clear(&kept);
    columns = 80;
    totals.largest_sent = 2000000; /* one of the files that failed was smaller */
    progress_at(progress, 3 * SECOND, 0);
    assert_non_null(strstr(buf_text(&kept), "413 too large    first"));
    totals.largest_sent = 0;
    close_progress(progress, &kept);
}

static void it_is_drawn_at_most_every_tenth_of_a_second(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, false, false);
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
    struct progress *progress = open_progress(&kept, true, false);
    columns = 40;
    progress_at(progress, SECOND, 4096);
    assert_written(&kept, "\r1,234 / 2,000+ found\x1b[K\n4.0 KiB/s  34 failed\x1b[J");
    columns = 12; /* the terminal has wrapped both lines */
    progress_at(progress, 2 * SECOND, 4096);
    assert_written(&kept, "\r\x1b[3A1,234 / 2,0\x1b[K\n3.0 KiB/s\x1b[J");
    columns = 1;
    progress_at(progress, 3 * SECOND, 0);
    buf_clear(&kept);
    columns = 0; /* it does not say */
    progress_at(progress, 4 * SECOND, 0);
    assert_non_null(strstr(buf_text(&kept), "in flight"));
    close_progress(progress, &kept);
}

static void without_unicode_all_is_ascii(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, false, true);
    totals.complete = true;
    fail_files(progress, "x", "\xc3\xa9\xe6\x97\xa5", 2);
    progress_at(progress, SECOND, 0);
    for (size_t i = 0; i < kept.length; i++)
        assert_true((kept.data[i] & 0x80) == 0);
    assert_non_null(strstr(buf_text(&kept), "x 2 x \x1b[0m???    first b"));
    close_progress(progress, &kept);
}

static void it_goes_away_for_other_lines_and_at_the_end(void **state)
{
    (void)state;
    const struct shoal_event end = {.kind = SHOAL_EVENT_END, .end = {.totals = &totals}};
    struct buf kept;
    struct progress *progress = open_progress(&kept, false, false);
    progress_hide(progress);
    assert_written(&kept, "");
    progress_at(progress, SECOND, 0);
    buf_clear(&kept);
    progress_hide(progress);
    progress_hide(progress);
    assert_written(&kept, "\r\x1b[1A\x1b[J");
    progress_at(progress, 2 * SECOND, 0);
    buf_clear(&kept);
    progress_forget(progress);
    progress_hide(progress);
    assert_written(&kept, "");
    progress_at(progress, 3 * SECOND, 0);
    assert_int_equal(buf_text(&kept)[1], '1'); /* no cursor is moved up */
    buf_clear(&kept);
    progress_event(progress, &end);
    assert_written(&kept, "\r\x1b[1A\x1b[J");
    close_progress(progress, &kept);
}

static void the_rate_follows_slowly(void **state)
{
    (void)state;
    struct buf kept;
    struct progress *progress = open_progress(&kept, false, false);
    progress_at(progress, SECOND, 1048576);
    buf_clear(&kept);
    progress_at(progress, 2 * SECOND, 1048576); /* nothing moved: a quarter is forgotten */
    assert_non_null(strstr(buf_text(&kept), "   768.0 KiB/s   "));
    for (int second = 3; second < 60; second++)
        progress_at(progress, second * SECOND, 1048576);
    buf_clear(&kept);
    progress_at(progress, 60 * SECOND, 1048576);
    assert_non_null(strstr(buf_text(&kept), "   0 B/s   "));
    close_progress(progress, &kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_total_is_shown_once_it_is_known),
        cmocka_unit_test(what_is_left_follows_the_median_rate),
        cmocka_unit_test(a_server_that_is_waited_for_is_named),
        cmocka_unit_test(a_slow_file_is_named_with_its_progress),
        cmocka_unit_test(causes_that_repeat_are_counted),
        cmocka_unit_test(a_look_ahead_tells_the_total_and_the_bytes),
        cmocka_unit_test(a_long_cause_leaves_room_for_the_path),
        cmocka_unit_test(what_is_too_large_is_shown_beside_what_was_accepted),
        cmocka_unit_test(it_is_drawn_at_most_every_tenth_of_a_second),
        cmocka_unit_test(it_is_cut_to_the_terminal_as_it_is_now),
        cmocka_unit_test(without_unicode_all_is_ascii),
        cmocka_unit_test(it_goes_away_for_other_lines_and_at_the_end),
        cmocka_unit_test(the_rate_follows_slowly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
