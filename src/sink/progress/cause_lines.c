/* The lines of causes: `✗ 26 × 422 duplicate debug id   first esm/…/toolbar.js`. */
#include <stdbool.h>
#include <string.h>

#include "sink/numbers.h"
#include "sink/progress/private.h"

#define PATH_COLUMNS 32 /* of the path, where the text beside it is long */
#define NAME_COLUMNS 12 /* the same, where the text must not be cut */

/* Content Too Large (RFC 9110, section 15.5.14) */
static bool is_too_large(const struct seen_cause *cause)
{
    return strncmp(cause->text, "413", 3) == 0;
}

/* Adds a path in at most `most` columns: of one that is longer, the first name and the last. */
static void add_path(
    const struct display *display, struct buf *line, const char *path, unsigned most)
{
    const char *dots = display->options->unicode ? "/…" : "/..";
    const char *last = strrchr(path, '/');
    size_t first = strcspn(path, "/");
    size_t length = strlen(path);
    if (length > most && last != NULL && first + strlen(last) + 3 > most) {
        path = last + 1;
    } else if (length > most && last != NULL) {
        display_cut(display, line, path, first, most);
        (void)buf_add_text(line, dots);
        path = last;
        most -= (unsigned)first + 3;
    }
    display_cut(display, line, path, strlen(path), most);
}

/* Adds why the files failed. Where they are too large, the size that was accepted says more than
 * the server does. */
static void add_why(
    struct buf *why, const struct seen_cause *cause, const struct shoal_totals *totals)
{
    if (!is_too_large(cause)) {
        (void)buf_add(why, cause->error, strnlen(cause->error, LINE_SIZE_MAX));
        return;
    }
    (void)buf_add_text(why, "413 too large");
    if (totals->largest_sent > 0 && totals->largest_sent < cause->bytes_least) {
        (void)buf_add_text(why, " (largest sent ");
        (void)numbers_add_bytes(why, totals->largest_sent);
        (void)buf_add_byte(why, ')');
    }
}

/* Adds the text and the path, which share what the line has left after `used` columns. */
static void add_why_and_first(const struct display *display, struct buf *line,
    const struct seen_cause *cause, const struct buf *why, unsigned used)
{
    static const char first[] = "    first ";
    struct buf size;
    buf_init(&size, LINE_SIZE_MAX);
    if (is_too_large(cause) && cause->first_bytes >= 0) {
        (void)buf_add_byte(&size, ' ');
        (void)numbers_add_bytes(&size, cause->first_bytes);
    }
    used += (unsigned)(sizeof first - 1 + size.length);
    unsigned room = display->width > used ? display->width - used : 0;
    unsigned path = (unsigned)strlen(cause->path);
    unsigned text = (unsigned)why->length;
    unsigned least = is_too_large(cause) ? NAME_COLUMNS : PATH_COLUMNS;
    if (text + path > room && path > least)
        path = text + least > room ? least : room - text;
    display_cut(display, line, why->data, why->length, room > path ? room - path : 0);
    if (room > path) {
        (void)buf_add_text(line, first);
        add_path(display, line, cause->path, path);
        (void)buf_add_text(line, buf_text(&size));
    }
    buf_free(&size);
}

/* `digits`: the columns of the largest count, which the others are aligned with. */
static void add_cause(const struct display *display, struct buf *line,
    const struct seen_cause *cause, unsigned digits)
{
    struct buf count;
    struct buf why;
    buf_init(&count, LINE_SIZE_MAX);
    buf_init(&why, LINE_SIZE_MAX);
    (void)numbers_add_count(&count, cause->count);
    add_why(&why, cause, display->event->progress.totals);
    display_color(display, line, RED);
    (void)buf_printf(line, "%s %*s %s ", display->signs->failed, (int)digits, buf_text(&count),
        display->signs->times);
    display_color(display, line, NORMAL);
    add_why_and_first(display, line, cause, &why, digits + 5);
    buf_free(&count);
    buf_free(&why);
}

/* Whether a line for the cause is worth it: the first failure of each has a line of its own. */
static bool is_shown(const struct seen_cause *cause)
{
    return cause->count > 1;
}

unsigned cause_lines_compose(const struct display *display, struct buf *lines)
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
    struct buf largest;
    buf_init(&largest, LINE_SIZE_MAX);
    if (count > 0)
        (void)numbers_add_count(&largest, shown[0]->count);
    for (unsigned i = 0; i < count; i++)
        add_cause(display, &lines[i], shown[i], (unsigned)largest.length);
    buf_free(&largest);
    return count;
}
