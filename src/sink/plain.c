#include "sink/plain.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sink/numbers.h"
#include "text/http_date.h"
#include "text/printable.h"

#define LINE_SIZE_MAX (64 * 1024) /* longest line, in bytes */

/* Between two lines, in microseconds: at first, after a minute. */
#define SOON_US  (10 * CLOCK_US_PER_SECOND)
#define LATER_US (30 * CLOCK_US_PER_SECOND)
#define FIRST_US (60 * CLOCK_US_PER_SECOND)

struct plain {
    struct writer writer;
    const struct clock *clock; /* the caller's */
    struct buf line;           /* the line that is being built */
    int64_t next_us;           /* `at_us` from which the next line is due */
    int64_t last_us;           /* `at_us` of the last line */
    uint64_t last_done;        /* files with a verdict at the last line */
    int64_t last_bytes;        /* `bytes_moved` at the last line */
};

struct plain *plain_new(struct writer writer, const struct clock *clock)
{
    struct plain *plain = calloc(1, sizeof *plain);
    if (plain == NULL)
        return NULL;
    plain->writer = writer;
    plain->clock = clock;
    plain->next_us = SOON_US;
    buf_init(&plain->line, LINE_SIZE_MAX);
    return plain;
}

void plain_free(struct plain *plain)
{
    if (plain == NULL)
        return;
    buf_free(&plain->line);
    free(plain);
}

static void begin_line(struct plain *plain)
{
    char date[HTTP_DATE_RFC3339_SIZE];
    http_date_rfc3339(clock_wall_seconds(plain->clock), date);
    buf_clear(&plain->line);
    (void)buf_printf(&plain->line, "%s ", date);
}

static void end_line(struct plain *plain)
{
    if (buf_add_byte(&plain->line, '\n'))
        (void)writer_write(&plain->writer, plain->line.data, plain->line.length);
}

static void add_text(struct plain *plain, const char *text)
{
    (void)printable_add(&plain->line, text, strlen(text));
}

/* Writes `2026-11-25T18:48:12Z shoal 0.1.0: POST https://example.com/upload, files in dist`. */
static void start_line(struct plain *plain, const struct shoal_start *start)
{
    const char *separator = start->dry_run ? ", dry run, files in " : ", files in ";
    begin_line(plain);
    (void)buf_add_text(&plain->line, "shoal " SHOAL_VERSION ": ");
    add_text(plain, start->method);
    (void)buf_add_byte(&plain->line, ' ');
    add_text(plain, start->url);
    for (const char *const *path = start->paths; path != NULL && *path != NULL; path++) {
        (void)buf_add_text(&plain->line, separator);
        add_text(plain, *path);
        separator = ", ";
    }
    end_line(plain);
}

/* Adds `1,204 of 3,000 files (40 %)`; while the walk is on, `1,204 of 1,500+ files`. */
static void add_done(struct buf *line, const struct shoal_progress *progress, uint64_t done)
{
    uint64_t total = numbers_total(progress);
    (void)numbers_add_count(line, done);
    (void)buf_add_text(line, " of ");
    (void)numbers_add_count(line, total > 0 ? total : progress->totals->found);
    if (total > 0)
        (void)buf_printf(line, " files (%u %%)", (unsigned)(done * 100 / total));
    else if (!progress->totals->complete)
        (void)buf_add_text(line, "+ files");
}

static void add_counted(struct buf *line, uint64_t count, const char *what)
{
    if (count == 0)
        return;
    (void)buf_add_text(line, ", ");
    (void)numbers_add_count(line, count);
    (void)buf_add_text(line, what);
}

static void add_rates(
    const struct plain *plain, struct buf *line, const struct shoal_event *event, uint64_t done)
{
    double seconds = (double)(event->at_us - plain->last_us) / (double)CLOCK_US_PER_SECOND;
    if (seconds <= 0)
        return;
    double bytes = (double)(event->progress.bytes_moved - plain->last_bytes);
    (void)buf_add_text(line, ", ");
    (void)numbers_add_bytes(line, (int64_t)(bytes / seconds));
    (void)buf_printf(line, "/s, %.1f files/s", (double)(done - plain->last_done) / seconds);
}

void plain_report(struct plain *plain, const struct shoal_event *event)
{
    const struct shoal_progress *progress = &event->progress;
    const struct shoal_totals *totals = progress->totals;
    struct buf *line = &plain->line;
    uint64_t done = numbers_done(totals);
    begin_line(plain);
    add_done(line, progress, done);
    add_rates(plain, line, event, done);
    add_counted(line, progress->in_flight, " in flight");
    add_counted(line, totals->verdicts[SHOAL_FAILED], " failed");
    add_counted(line, totals->verdicts[SHOAL_UNKNOWN], " unknown");
    add_counted(line, totals->retries, " retries");
    if (progress->held_up > 0) {
        (void)buf_add_text(line, ", waiting for ");
        add_text(plain, progress->host);
        add_counted(line, progress->held_up - 1, " more");
    }
    end_line(plain);
    plain->last_us = event->at_us;
    plain->last_done = done;
    plain->last_bytes = progress->bytes_moved;
    plain->next_us = event->at_us + (event->at_us < FIRST_US ? SOON_US : LATER_US);
}

void plain_event(struct plain *plain, const struct shoal_event *event)
{
    if (event->kind == SHOAL_EVENT_START)
        start_line(plain, &event->start);
    else if (event->kind == SHOAL_EVENT_PROGRESS && event->at_us >= plain->next_us)
        plain_report(plain, event);
}
