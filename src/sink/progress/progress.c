/* The drawing. */
#include <stdlib.h>

#include "base/clock.h"
#include "sink/progress/private.h"

#define DEFAULT_WIDTH 80 /* columns, if the terminal does not tell */

/* Erases from the cursor to the end of the line, and of the screen (ECMA-48, EL and ED). */
#define ERASE_LINE "\x1b[K"
#define ERASE_REST "\x1b[J"

struct progress {
    struct progress_options options;
    struct seen seen;
    struct buf lines[LINES_MAX]; /* as they are composed */
    struct buf drawing;          /* what is written to the terminal */
    unsigned shown;              /* lines that are on the terminal now */
    unsigned columns[LINES_MAX]; /* how wide each of them is */
    int64_t drawn_us;            /* `at_us` of the last drawing; 0: none yet */
};

struct progress *progress_new(const struct progress_options *options)
{
    struct progress *progress = calloc(1, sizeof *progress);
    if (progress == NULL)
        return NULL;
    progress->options = *options;
    for (size_t i = 0; i < LINES_MAX; i++)
        buf_init(&progress->lines[i], LINE_SIZE_MAX);
    buf_init(&progress->drawing, (size_t)2 * LINES_MAX * LINE_SIZE_MAX);
    return progress;
}

void progress_free(struct progress *progress)
{
    if (progress == NULL)
        return;
    for (size_t i = 0; i < LINES_MAX; i++)
        buf_free(&progress->lines[i]);
    buf_free(&progress->drawing);
    seen_free(&progress->seen);
    free(progress);
}

static unsigned width_of(const struct progress *progress)
{
    unsigned width = progress->options.width(progress->options.context);
    return width == 0 ? DEFAULT_WIDTH : width;
}

/* Moves to the start of the first line that is shown. If the terminal became narrower since, it has
 * wrapped the lines. */
static void move_to_start(struct progress *progress, unsigned width)
{
    unsigned rows = 0;
    for (unsigned i = 0; i < progress->shown; i++) {
        unsigned columns = progress->columns[i];
        rows += columns <= width ? 1 : (columns + width - 1) / width;
    }
    (void)buf_add_byte(&progress->drawing, '\r');
    if (rows > 1)
        (void)buf_printf(&progress->drawing, "\x1b[%uA", rows - 1);
}

static void write_drawing(struct progress *progress)
{
    if (!progress->drawing.failed)
        (void)writer_write(
            &progress->options.writer, progress->drawing.data, progress->drawing.length);
}

void progress_hide(struct progress *progress)
{
    if (progress->shown == 0)
        return;
    buf_clear(&progress->drawing);
    move_to_start(progress, width_of(progress));
    (void)buf_add_text(&progress->drawing, ERASE_REST);
    progress->shown = 0;
    write_drawing(progress);
}

void progress_forget(struct progress *progress)
{
    progress->shown = 0;
}

/* Columns of a line of ours: bytes that begin a character, outside of escape sequences. */
static unsigned columns_of(const struct buf *line)
{
    unsigned columns = 0;
    bool escape = false;
    for (size_t i = 0; i < line->length; i++) {
        char byte = line->data[i];
        if (byte == '\x1b')
            escape = true;
        else if (escape)
            escape = byte != 'm';
        else if ((byte & 0xc0) != 0x80)
            columns++;
    }
    return columns;
}

static void draw(struct progress *progress, const struct shoal_event *event)
{
    unsigned width = width_of(progress);
    struct buf *drawing = &progress->drawing;
    buf_clear(drawing);
    move_to_start(progress, width);
    /* The last column stays empty: some terminals wrap there. */
    unsigned count = compose_lines(
        &progress->options, &progress->seen, event, width > 1 ? width - 1 : 1, progress->lines);
    for (unsigned i = 0; i < count; i++) {
        const struct buf *line = &progress->lines[i];
        (void)buf_add(drawing, line->data, line->length);
        (void)buf_add_text(drawing, i + 1 < count ? ERASE_LINE "\n" : ERASE_REST);
        progress->columns[i] = columns_of(line);
    }
    progress->shown = count;
    write_drawing(progress);
}

void progress_event(struct progress *progress, const struct shoal_event *event)
{
    seen_note(&progress->seen, event);
    if (event->kind == SHOAL_EVENT_END)
        progress_hide(progress);
    if (event->kind != SHOAL_EVENT_PROGRESS)
        return;
    if (event->at_us - progress->drawn_us < PROGRESS_EVERY_US)
        return; /* a run shorter than that draws nothing at all */
    seen_measure(&progress->seen, event);
    draw(progress, event);
    progress->drawn_us = event->at_us;
}
