#include "sink/progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "sink/numbers.h"
#include "text/printable.h"

#define LINE_SIZE_MAX 1024 /* longest line, in bytes */
#define DEFAULT_WIDTH 80   /* columns, if the terminal does not tell */

/* Time constant of the moving average of the rate, in microseconds. */
#define RATE_MEMORY_US (3.0 * (double)CLOCK_US_PER_SECOND)

/* Erases from the cursor to the end of the line (ECMA-48, EL). */
#define ERASE_TO_END "\x1b[K"

struct progress {
    struct writer writer;
    unsigned (*width)(void *context); /* columns of the terminal; 0: unknown */
    void *context;                    /* for `width` */
    struct buf line;                  /* the text of the line, not cut to the width */
    bool shown;                       /* the line is on the terminal now */
    bool drawn_before;                /* the line was drawn once or more */
    int64_t drawn_us;                 /* `at_us` of the last drawing; 0: none yet */
    int64_t drawn_bytes;              /* `bytes_moved` at the last drawing */
    double rate;                      /* moving average, bytes per second */
};

struct progress *progress_new(struct writer writer, unsigned (*width)(void *context), void *context)
{
    struct progress *progress = calloc(1, sizeof *progress);
    if (progress == NULL)
        return NULL;
    progress->writer = writer;
    progress->width = width;
    progress->context = context;
    buf_init(&progress->line, LINE_SIZE_MAX);
    return progress;
}

void progress_free(struct progress *progress)
{
    if (progress == NULL)
        return;
    buf_free(&progress->line);
    free(progress);
}

void progress_hide(struct progress *progress)
{
    static const char erase[] = "\r" ERASE_TO_END;
    if (!progress->shown)
        return;
    progress->shown = false;
    (void)writer_write(&progress->writer, erase, sizeof erase - 1);
}

/* A moving average changes slowly enough to be read. The first rate is taken as it is. */
static void update_rate(struct progress *progress, const struct shoal_event *event)
{
    int64_t elapsed_us = event->at_us - progress->drawn_us;
    if (elapsed_us <= 0)
        return;
    double moved = (double)(event->progress.bytes_moved - progress->drawn_bytes);
    double rate = moved * (double)CLOCK_US_PER_SECOND / (double)elapsed_us;
    double weight = (double)elapsed_us / ((double)elapsed_us + RATE_MEMORY_US);
    if (!progress->drawn_before)
        weight = 1;
    progress->rate += (rate - progress->rate) * weight;
}

/* Adds `  waiting for example.com and 2 more`. */
static void add_held_up(struct buf *line, const struct shoal_progress *progress)
{
    if (progress->held_up == 0)
        return;
    (void)buf_add_text(line, "  waiting for ");
    (void)printable_add(line, progress->host, strlen(progress->host));
    if (progress->held_up > 1)
        (void)buf_printf(line, " and %" PRIu64 " more", progress->held_up - 1);
}

/* Builds the line: `1,234/2,041 files  31.2 MiB  4.0 MiB/s  0 failed  16 in flight`. */
static void compose(struct progress *progress, const struct shoal_event *event)
{
    const struct shoal_totals *totals = event->progress.totals;
    struct buf *line = &progress->line;
    uint64_t done = totals->planned;
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++)
        done += totals->verdicts[verdict];
    buf_clear(line);
    (void)numbers_add_count(line, done);
    if (totals->complete) {
        (void)buf_add_byte(line, '/');
        (void)numbers_add_counted(line, totals->found, "file", "files");
    } else {
        (void)buf_add_text(line, done == 1 ? " file" : " files");
    }
    (void)buf_add_text(line, "  ");
    (void)numbers_add_bytes(line, event->progress.bytes_moved);
    (void)buf_add_text(line, "  ");
    (void)numbers_add_bytes(line, (int64_t)progress->rate);
    (void)buf_add_text(line, "/s  ");
    (void)numbers_add_count(line, totals->verdicts[SHOAL_FAILED]);
    (void)buf_add_text(line, " failed  ");
    (void)numbers_add_count(line, event->progress.in_flight);
    (void)buf_add_text(line, " in flight");
    add_held_up(line, &event->progress);
}

/* The line is ASCII: one byte per column. The last column stays empty: some terminals wrap there.
 */
static void draw(struct progress *progress)
{
    char drawn[LINE_SIZE_MAX + 8];
    unsigned width = progress->width(progress->context);
    if (width == 0)
        width = DEFAULT_WIDTH;
    size_t length = progress->line.length;
    if (length > width - 1)
        length = width - 1;
    drawn[0] = '\r';
    memcpy(drawn + 1, buf_text(&progress->line), length);
    memcpy(drawn + 1 + length, ERASE_TO_END, sizeof ERASE_TO_END - 1);
    (void)writer_write(&progress->writer, drawn, 1 + length + sizeof ERASE_TO_END - 1);
    progress->shown = true;
}

void progress_event(struct progress *progress, const struct shoal_event *event)
{
    if (event->kind == SHOAL_EVENT_END)
        progress_hide(progress);
    if (event->kind != SHOAL_EVENT_PROGRESS)
        return;
    if (event->at_us - progress->drawn_us < PROGRESS_EVERY_US)
        return; /* a run shorter than that draws nothing at all */
    update_rate(progress, event);
    compose(progress, event);
    draw(progress);
    progress->drawn_before = true;
    progress->drawn_us = event->at_us;
    progress->drawn_bytes = event->progress.bytes_moved;
}
