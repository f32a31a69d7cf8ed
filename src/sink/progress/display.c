/* What the lines have in common: text of a limited width, and colors. */
#include "sink/progress/private.h"
#include "text/encode.h"
#include "text/printable.h"

void display_cut(
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

void display_color(const struct display *display, struct buf *line, const char *sequence)
{
    if (display->options->color)
        (void)buf_add_text(line, sequence);
}
