/* The lines that are drawn. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "sink/numbers.h"
#include "sink/progress/private.h"
#include "text/units.h"

#define NARROW         60 /* columns; in fewer, the lines are shorter */
#define BAR_MAX        44 /* columns of the bar, at most */
#define BAR_MIN        10
#define SECONDS_MINUTE 60
#define SECONDS_HOUR   3600
#define SECONDS_SHOWN  359999.0                  /* 99:59:59 */
#define SLOW_US        (3 * CLOCK_US_PER_SECOND) /* from then on, a file counts as slow */

static const struct signs unicode_signs = {"━", "─", "✗", "×", "‖"};
static const struct signs ascii_signs = {"#", "-", "x", "x", "="};

static bool is_narrow(const struct display *display)
{
    return display->width < NARROW;
}

/* ---- `━━━━━━────────  1,204 / 3,000   40 %   0:16 left` */

static void add_left(const struct display *display, struct buf *text)
{
    double left = seen_seconds_left(display->seen, &display->event->progress);
    if (left < 0 || left > SECONDS_SHOWN)
        return;
    unsigned seconds = (unsigned)left;
    (void)buf_add_text(text, is_narrow(display) ? "  " : "   ");
    if (seconds >= SECONDS_HOUR)
        (void)buf_printf(text, "%u:%02u:%02u left", seconds / SECONDS_HOUR,
            seconds % SECONDS_HOUR / SECONDS_MINUTE, seconds % SECONDS_MINUTE);
    else
        (void)buf_printf(text, "%u:%02u left", seconds / SECONDS_MINUTE, seconds % SECONDS_MINUTE);
}

static unsigned percent_of(uint64_t done, uint64_t total)
{
    return done >= total ? 100 : (unsigned)((double)done * 100 / (double)total);
}

/* Adds `1,204 / 3,000`; while that is not known how many there are, `1,204 / 1,500+ found`. */
static void add_files(const struct display *display, struct buf *text, const char *slash)
{
    const struct shoal_progress *progress = &display->event->progress;
    uint64_t total = numbers_total(progress);
    uint64_t found = progress->totals->found;
    if (progress->files_ahead > found)
        found = progress->files_ahead;
    (void)numbers_add_count(text, numbers_done(progress->totals));
    (void)buf_add_text(text, slash);
    (void)numbers_add_count(text, total > 0 ? total : found);
    if (total == 0 && !progress->totals->complete)
        (void)buf_add_text(text, "+ found");
}

static void add_counts(const struct display *display, struct buf *text)
{
    const struct shoal_progress *progress = &display->event->progress;
    uint64_t total = numbers_total(progress);
    if (!is_narrow(display) || total == 0)
        add_files(display, text, " / ");
    if (total > 0)
        (void)buf_printf(text, "%s%u %%", text->length > 0 ? "   " : "",
            percent_of(numbers_done(progress->totals), total));
    add_left(display, text);
}

static void add_bar(const struct display *display, struct buf *line)
{
    const struct shoal_progress *progress = &display->event->progress;
    uint64_t total = numbers_total(progress);
    struct buf text;
    buf_init(&text, LINE_SIZE_MAX);
    add_counts(display, &text);
    const char *space = is_narrow(display) ? " " : "  ";
    unsigned used = (unsigned)(text.length + strlen(space));
    unsigned room = display->width > used ? display->width - used : 0;
    unsigned length = room < BAR_MAX ? room : BAR_MAX;
    if (total > 0 && length >= BAR_MIN) {
        unsigned full = percent_of(numbers_done(progress->totals), total) * length / 100;
        for (unsigned i = 0; i < length; i++)
            (void)buf_add_text(line, i < full ? display->signs->full : display->signs->empty);
        (void)buf_add_text(line, space);
    }
    display_cut(display, line, buf_text(&text), text.length, display->width);
    buf_free(&text);
}

/* ---- `42.1 / 99.5 MiB   2.3 MiB/s   116 files/s   32 in flight   29 failed   88 retried` */

/* Adds a part, if there is room for all of it. */
static void add_part(const struct display *display, struct buf *line, const char *part)
{
    const char *space = line->length == 0 ? "" : is_narrow(display) ? "  " : "   ";
    if (line->length + strlen(space) + strlen(part) <= display->width)
        (void)buf_printf(line, "%s%s", space, part);
}

static void add_count(
    const struct display *display, struct buf *line, uint64_t count, const char *what)
{
    struct buf part;
    if (count == 0)
        return;
    buf_init(&part, LINE_SIZE_MAX);
    (void)numbers_add_count(&part, count);
    (void)buf_add_text(&part, what);
    add_part(display, line, buf_text(&part));
    buf_free(&part);
}

static void add_size(
    const struct display *display, struct buf *line, int64_t bytes, const char *what)
{
    struct buf part;
    buf_init(&part, LINE_SIZE_MAX);
    (void)numbers_add_bytes(&part, bytes);
    (void)buf_add_text(&part, what);
    add_part(display, line, buf_text(&part));
    buf_free(&part);
}

/* Adds `42.1 / 99.5 MiB`: of the files, once it is known how large they are; else what was sent. */
static void add_bytes(const struct display *display, struct buf *line)
{
    const struct shoal_progress *progress = &display->event->progress;
    char done[UNITS_TEXT_SIZE];
    char total[UNITS_TEXT_SIZE];
    struct buf part;
    if (!progress->ahead_complete || progress->bytes_ahead <= 0) {
        add_size(display, line, progress->bytes_moved, "");
        return;
    }
    int64_t bytes = display->seen->done_bytes + progress->bytes_in_flight;
    units_format_bytes(bytes < progress->bytes_ahead ? bytes : progress->bytes_ahead, done);
    units_format_bytes(progress->bytes_ahead, total);
    const char *unit = strchr(done, ' ');
    const char *total_unit = strchr(total, ' ');
    bool equal = unit != NULL && total_unit != NULL && strcmp(unit, total_unit) == 0;
    buf_init(&part, LINE_SIZE_MAX);
    (void)buf_printf(
        &part, "%.*s / %s", (int)(equal ? (size_t)(unit - done) : strlen(done)), done, total);
    add_part(display, line, buf_text(&part));
    buf_free(&part);
}

static void add_numbers(const struct display *display, struct buf *line)
{
    const struct shoal_progress *progress = &display->event->progress;
    const struct shoal_totals *totals = progress->totals;
    const struct seen *seen = display->seen;
    bool narrow = is_narrow(display);
    if (!narrow)
        add_bytes(display, line);
    else if (numbers_total(progress) > 0)
        add_files(display, line, "/");
    add_size(display, line, (int64_t)seen->bytes_rate, "/s");
    if (!narrow && seen->rate_count > 0) {
        double rate = seen->rates[(seen->rate_count - 1) % RATES_KEPT];
        add_count(display, line, (uint64_t)(rate + 0.5), " files/s");
    }
    if (!narrow)
        add_count(display, line, progress->in_flight, " in flight");
    add_count(display, line, totals->verdicts[SHOAL_FAILED], " failed");
    add_count(display, line, totals->verdicts[SHOAL_UNKNOWN], " unknown");
    if (!narrow)
        add_count(display, line, totals->retries, " retried");
}

/* ---- `‖ example.com asks for a pause: 12 s (429)   slowest: ts.worker.js 61 % 9 s` */

static void add_pause(const struct display *display, struct buf *text)
{
    const struct shoal_progress *progress = &display->event->progress;
    int64_t left_us = display->seen->pause_until_us - display->event->at_us;
    bool pauses = display->seen->pause_until_us >= 0 && left_us > 0;
    int64_t seconds = (left_us + CLOCK_US_PER_SECOND - 1) / CLOCK_US_PER_SECOND;
    if (progress->held_up == 0)
        return;
    if (pauses && is_narrow(display))
        (void)buf_printf(text, "pause %" PRId64 " s", seconds);
    else if (pauses)
        (void)buf_printf(text, "%s asks for a pause: %" PRId64 " s", progress->host, seconds);
    else
        (void)buf_printf(text, "waiting for %s", progress->host);
    if (display->seen->pause_status != 0)
        (void)buf_printf(text, " (%ld)", display->seen->pause_status);
    if (progress->held_up > 1)
        (void)buf_printf(text, " and %" PRIu64 " more", progress->held_up - 1);
}

static void add_slowest(const struct display *display, struct buf *text)
{
    const struct shoal_progress *progress = &display->event->progress;
    if (progress->slowest.data == NULL || progress->slowest_us < SLOW_US || is_narrow(display) ||
        progress->slowest_length <= 0)
        return;
    const char *slash = strrchr(progress->slowest.data, '/');
    (void)buf_printf(text, "%sslowest: %s %u %% %" PRId64 " s", text->length > 0 ? "   " : "",
        slash == NULL ? progress->slowest.data : slash + 1,
        (unsigned)((double)progress->slowest_sent * 100 / (double)progress->slowest_length),
        progress->slowest_us / CLOCK_US_PER_SECOND);
}

/* Returns how many lines it took: one or none. */
static unsigned add_state(const struct display *display, struct buf *line)
{
    struct buf text;
    buf_init(&text, (size_t)8 * LINE_SIZE_MAX);
    add_pause(display, &text);
    bool pauses = text.length > 0;
    add_slowest(display, &text);
    if (text.length == 0)
        return 0;
    if (pauses) {
        display_color(display, line, YELLOW);
        (void)buf_add_text(line, display->signs->pause);
        display_color(display, line, NORMAL);
        (void)buf_add_byte(line, ' ');
    }
    unsigned used = pauses ? 2 : 0;
    display_cut(display, line, buf_text(&text), text.length,
        display->width > used ? display->width - used : 0);
    buf_free(&text);
    return 1;
}

unsigned compose_lines(const struct progress_options *options, const struct seen *seen,
    const struct shoal_event *event, unsigned width, struct buf *lines)
{
    const struct display display = {.options = options,
        .signs = options->unicode ? &unicode_signs : &ascii_signs,
        .seen = seen,
        .event = event,
        .width = width};
    for (size_t i = 0; i < LINES_MAX; i++)
        buf_clear(&lines[i]);
    unsigned count = width < NARROW ? 0 : cause_lines_compose(&display, lines);
    add_bar(&display, &lines[count++]);
    add_numbers(&display, &lines[count++]);
    return count + add_state(&display, &lines[count]);
}
