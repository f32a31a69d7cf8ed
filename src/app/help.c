#include "app/help.h"

#include <shoal.h>
#include <string.h>
#include <unistd.h>

#include "app/say.h"
#include "app/stream.h"
#include "base/buf.h"

#define HELP_MAX (256 * 1024) /* longest help of a command, in bytes */
#define WIDTH    80           /* columns of a line */
#define INDENT   30           /* columns before an option's text */

static void add_blanks(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)buf_add_byte(out, ' ');
}

/* Adds `text` wrapped between the columns INDENT and WIDTH. `column` is the length of the line so
 * far. */
static void add_wrapped(struct buf *out, const char *text, size_t column)
{
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > INDENT && column + 1 + length > WIDTH) {
            (void)buf_add_byte(out, '\n');
            add_blanks(out, INDENT);
            column = INDENT;
        } else if (column > INDENT) {
            (void)buf_add_byte(out, ' ');
            column++;
        }
        (void)buf_add(out, text, length);
        column += length;
        text += length;
        text += strspn(text, " ");
    }
    (void)buf_add_byte(out, '\n');
}

static void add_row(struct buf *out, const struct option_row *row)
{
    size_t begin = out->length;
    if (row->letter != 0)
        (void)buf_printf(out, "  -%c, --%s", row->letter, row->name);
    else
        (void)buf_printf(out, "      --%s", row->name);
    if (row->shows != NULL)
        (void)buf_printf(out, "%s%s", row->value == OPTION_REQUIRED ? " " : "", row->shows);
    size_t column = out->length - begin;
    if (column + 2 > INDENT) {
        (void)buf_add_byte(out, '\n');
        column = 0;
    }
    add_blanks(out, INDENT - column);
    add_wrapped(out, row->help, INDENT);
}

static void add_options(struct buf *out, const struct option_row *table, size_t count)
{
    const char *group = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(group, table[i].group) != 0) {
            group = table[i].group;
            (void)buf_printf(out, "\n%s:\n", group);
        }
        add_row(out, &table[i]);
    }
}

int help_print(const char *text)
{
    struct stream stream;
    stream_init(&stream, STDOUT_FILENO);
    (void)stream_add(&stream, text, strlen(text));
    if (stream_finish(&stream))
        return SHOAL_EXIT_OK;
    say("standard output can't be written: %s", strerror(stream.failure));
    return SHOAL_EXIT_FAILED;
}

int help_command(
    const char *introduction, const struct option_row *table, size_t count, const char *closing)
{
    struct buf text;
    buf_init(&text, HELP_MAX);
    (void)buf_add_text(&text, introduction);
    int status = SHOAL_EXIT_FAILED;
    add_options(&text, table, count);
    if (buf_add_text(&text, closing))
        status = help_print(buf_text(&text));
    else
        say("out of memory");
    buf_free(&text);
    return status;
}

int help_version(void)
{
    return help_print("shoal " SHOAL_VERSION "\n");
}
