/* The lines that are drawn. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "sink/numbers.h"
#include "sink/progress/private.h"
#include "text/encode.h"
#include "text/printable.h"

#define NARROW         60 /* columns; in fewer, the lines are shorter */
#define BAR_MAX        44 /* columns of the bar, at most */
#define BAR_MIN        10
#define SECONDS_MINUTE 60
#define SECONDS_HOUR   3600
#define SECONDS_SHOWN  359999.0                  /* 99:59:59 */
#define SLOW_US        (3 * CLOCK_US_PER_SECOND) /* from then on, a file counts as slow */

#define RED    "\x1b[31m"
#define YELLOW "\x1b[33m"
#define NORMAL "\x1b[0m"

/* The signs that a terminal can show. */
struct signs {
    const char *full;   /* of the bar */
    const char *empty;  /* of the bar */
    const char *failed; /* before a cause */
    const char *times;  /* after a count */
    const char *pause;  /* before a server that is waited for */
};

static const struct signs unicode_signs = {"━", "─", "✗", "×", "‖"};
static const struct signs ascii_signs = {"#", "-", "x", "x", "="};

/* What the lines are made from. */
struct display {
    const struct progress_options *options;
    const struct signs *signs;
    const struct seen *seen;
    const struct shoal_event *event;
    unsigned width;
};

/* Adds text from outside, of which at most `most` columns. Characters that may be two columns wide
 * count as two. */
static void add_cut(
    const struct display *display, struct buf *line, const char *text, size_t length, unsigned most)
{
    struct buf safe;
    size_t at = 0;
    unsigned columns = 0;
    buf_init(&safe, (size_t)16 * LINE_SIZE_MAX);
    (void)printable_add(&safe, text, length < LINE_SIZE_MAX ? length : LINE_SIZE_MAX);
    while (at < safe.length) {
        unsigned code_point = 0;
        size_t step = utf8_sequence(safe.data + at, safe.length - at, &code_point);
        unsigned wide = code_point >= 0x1100 ? 2 : 1;
        if (step == 0 || columns + wide > most)
            break;
        columns += wide;
        if (step == 1 || display->options->unicode)
            (void)buf_add(line, safe.data + at, step);
        else
            (void)buf_add_text(line, wide == 2 ? "??" : "?");
        at += step;
    }
    buf_free(&safe);
}

static void color(const struct display *display, struct buf *line, const char *sequence)
{
    if (display->options->color)
        (void)buf_add_text(line, sequence);
}

/* ---- `✗ 26 × 422 duplicate debug id    first esm/toolbar.js` */

static void add_cause(
    const struct display *display, struct buf *line, const struct seen_cause *cause)
{
    struct buf head;
    buf_init(&head, LINE_SIZE_MAX);
    (void)numbers_add_count(&head, cause->count);
    color(display, line, RED);
    (void)buf_printf(
        line, "%s %s %s ", display->signs->failed, buf_text(&head), display->signs->times);
    unsigned used = (unsigned)head.length + 5;
    color(display, line, NORMAL);
    if (display->width > used)
        add_cut(display, line, cause->example, strlen(cause->example), display->width - used);
    buf_free(&head);
}

/* Whether a line for the cause is worth it: the first failure of each has a line of its own. */
static bool is_shown(const struct seen_cause *cause)
{
    return cause->count > 1;
}

/* The most frequent causes. Returns how many lines they take. */
static unsigned add_causes(const struct display *display, struct buf *lines)
{
    const struct seen_cause *shown[CAUSES_SHOWN];
    unsigned count = 0;
    for (size_t i = 0; i < display->seen->cause_count; i++) {
        const struct seen_cause *cause = &display->seen->causes[i];
        if (!is_shown(cause))
            continue;
        unsigned at = count < CAUSES_SHOWN ? count++ : CAUSES_SHOWN;
        for (; at > 0 && shown[at - 1]->count < cause->count; at--) {
            if (at < CAUSES_SHOWN)
                shown[at] = shown[at - 1];
        }
        if (at < CAUSES_SHOWN)
            shown[at] = cause;
    }
    for (unsigned i = 0; i < count; i++)
        add_cause(display, &lines[i], shown[i]);
    return count;
}

/* ---- `━━━━━━────────  1,204 / 3,000   40 %   0:16 left` */

static void add_left(const struct display *display, struct buf *text)
{
    double left = seen_seconds_left(display->seen, display->event->progress.totals);
    if (left < 0 || left > SECONDS_SHOWN)
        return;
    unsigned seconds = (unsigned)left;
    (void)buf_add_text(text, "   ");
    if (seconds >= SECONDS_HOUR)
        (void)buf_printf(text, "%u:%02u:%02u left", seconds / SECONDS_HOUR,
            seconds % SECONDS_HOUR / SECONDS_MINUTE, seconds % SECONDS_MINUTE);
    else
        (void)buf_printf(text, "%u:%02u left", seconds / SECONDS_MINUTE, seconds % SECONDS_MINUTE);
}

/* While the walk is on, how many files there are is not known. */
static void add_counts(const struct display *display, struct buf *text)
{
    const struct shoal_totals *totals = display->event->progress.totals;
    uint64_t done = numbers_done(totals);
    (void)numbers_add_count(text, done);
    (void)buf_add_text(text, " / ");
    (void)numbers_add_count(text, totals->found);
    if (!totals->complete)
        (void)buf_add_text(text, "+ found");
    else if (totals->found > 0)
        (void)buf_printf(text, "   %u %%", (unsigned)(done * 100 / totals->found));
    add_left(display, text);
}

static void add_bar(const struct display *display, struct buf *line)
{
    const struct shoal_totals *totals = display->event->progress.totals;
    struct buf text;
    buf_init(&text, LINE_SIZE_MAX);
    add_counts(display, &text);
    unsigned room =
        display->width > text.length + 2 ? display->width - (unsigned)text.length - 2 : 0;
    unsigned length = room < BAR_MAX ? room : BAR_MAX;
    if (totals->complete && totals->found > 0 && length >= BAR_MIN) {
        unsigned full = (unsigned)(numbers_done(totals) * length / totals->found);
        for (unsigned i = 0; i < length; i++)
            (void)buf_add_text(line, i < full ? display->signs->full : display->signs->empty);
        (void)buf_add_text(line, "  ");
    }
    add_cut(display, line, buf_text(&text), text.length, display->width);
    buf_free(&text);
}

/* ---- `42.1 MiB   2.3 MiB/s   116 files/s   32 in flight   29 failed   88 retried` */

/* Adds a part, if there is room for all of it. */
static void add_part(const struct display *display, struct buf *line, const char *part)
{
    const char *space = line->length == 0 ? "" : "   ";
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

static void add_numbers(const struct display *display, struct buf *line)
{
    const struct shoal_progress *progress = &display->event->progress;
    const struct shoal_totals *totals = progress->totals;
    const struct seen *seen = display->seen;
    bool narrow = display->width < NARROW;
    if (!narrow)
        add_size(display, line, progress->bytes_moved, "");
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

/* ---- `‖ example.com pauses: 12 s (429)   slowest: ts.worker.js 61 % 9 s` */

static void add_pause(const struct display *display, struct buf *text)
{
    const struct shoal_progress *progress = &display->event->progress;
    int64_t left_us = display->seen->pause_until_us - display->event->at_us;
    if (progress->held_up == 0)
        return;
    if (display->seen->pause_until_us < 0 || left_us <= 0)
        (void)buf_printf(text, "waiting for %s", progress->host);
    else
        (void)buf_printf(text, "%s pauses: %" PRId64 " s", progress->host,
            (left_us + CLOCK_US_PER_SECOND - 1) / CLOCK_US_PER_SECOND);
    if (display->seen->pause_status != 0)
        (void)buf_printf(text, " (%ld)", display->seen->pause_status);
    if (progress->held_up > 1)
        (void)buf_printf(text, " and %" PRIu64 " more", progress->held_up - 1);
    (void)buf_add_text(text, "   ");
}

static void add_slowest(const struct display *display, struct buf *text)
{
    const struct shoal_progress *progress = &display->event->progress;
    if (progress->slowest.data == NULL || progress->slowest_us < SLOW_US ||
        display->width < NARROW || progress->slowest_length <= 0)
        return;
    const char *slash = strrchr(progress->slowest.data, '/');
    (void)buf_printf(text, "slowest: %s %u %% %" PRId64 " s",
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
        color(display, line, YELLOW);
        (void)buf_add_text(line, display->signs->pause);
        color(display, line, NORMAL);
        (void)buf_add_byte(line, ' ');
    }
    unsigned used = pauses ? 2 : 0;
    add_cut(display, line, buf_text(&text), text.length,
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
    unsigned count = width < NARROW ? 0 : add_causes(&display, lines);
    add_bar(&display, &lines[count++]);
    add_numbers(&display, &lines[count++]);
    return count + add_state(&display, &lines[count]);
}
