#include "app/help.h"

#include <errno.h>
#include <shoal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/say.h"
#include "app/stream.h"
#include "base/err.h"

#define HELP_MAX    (256 * 1024) /* longest help, in bytes */
#define WIDTH       80           /* columns of a line */
#define INDENT      30           /* columns before an option's text where it is wrapped */
#define USAGE_WIDTH 36           /* columns before a command's summary */

static void add_blanks(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)buf_add_byte(out, ' ');
}

void help_add_wrapped(struct buf *out, const char *text, size_t column, size_t indent)
{
    add_blanks(out, column < indent ? indent - column : 0);
    column = column < indent ? indent : column;
    size_t begin = column;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > begin && column + 1 + length > WIDTH) {
            (void)buf_add_byte(out, '\n');
            add_blanks(out, indent);
            begin = column = indent;
        } else if (column > begin) {
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

void help_add_first_sentence(struct buf *out, const struct option_row *row)
{
    size_t length = 0;
    while (row->help[length] != '\0' && strncmp(row->help + length, ". ", 2) != 0 &&
           strncmp(row->help + length, ": ", 2) != 0)
        length++;
    (void)buf_add(out, row->help, length);
}

/* --- options --- */

/* Adds "  -j, --jobs N" and returns how many columns that is. */
static size_t add_label(struct buf *out, const struct option_row *row)
{
    size_t begin = out->length;
    if (row->letter != 0)
        (void)buf_printf(out, "  -%c, --%s", row->letter, row->name);
    else
        (void)buf_printf(out, "      --%s", row->name);
    if (row->shows != NULL)
        (void)buf_printf(out, "%s%s", row->value == OPTION_REQUIRED ? " " : "", row->shows);
    return out->length - begin;
}

static void add_row(struct buf *out, const struct option_row *row)
{
    size_t column = add_label(out, row);
    if (column + 2 > INDENT) {
        (void)buf_add_byte(out, '\n');
        column = 0;
    }
    help_add_wrapped(out, row->help, column, INDENT);
}

static void add_all_options(struct buf *out, const struct command *command)
{
    size_t count;
    const struct option_row *table = command->options(&count);
    const char *group = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(group, table[i].group) != 0) {
            group = table[i].group;
            (void)buf_printf(out, "\n%s:\n", group);
        }
        add_row(out, &table[i]);
    }
}

static bool is_common(const struct command *command, const struct option_row *row)
{
    if (command->common == NULL)
        return true;
    for (const char *const *name = command->common; *name != NULL; name++) {
        if (strcmp(row->name, *name) == 0)
            return true;
    }
    return false;
}

/* Adds one line for each common option. */
static void add_common_options(struct buf *out, const struct command *command)
{
    size_t count;
    size_t widest = 0;
    const struct option_row *table = command->options(&count);
    for (size_t i = 0; i < count; i++) {
        size_t begin = out->length;
        size_t width = is_common(command, &table[i]) ? add_label(out, &table[i]) : 0;
        widest = width > widest ? width : widest;
        buf_truncate(out, begin);
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_common(command, &table[i]))
            continue;
        add_blanks(out, widest + 2 - add_label(out, &table[i]));
        help_add_first_sentence(out, &table[i]);
        (void)buf_add_byte(out, '\n');
    }
}

/* --- commands --- */

static void add_usage(struct buf *out, const struct command *command)
{
    (void)buf_printf(out, "shoal %s%s%s", command->name, command->operands[0] == '\0' ? "" : " ",
        command->operands);
}

/* Adds what help says of a command before its options. */
static void add_introduction(struct buf *out, const struct command *command)
{
    add_usage(out, command);
    (void)buf_printf(out, "\n\n%s\n%s", command->about, command->examples);
}

static void add_all(struct buf *out, const struct command *command)
{
    add_introduction(out, command);
    add_all_options(out, command);
    if (command->more != NULL)
        (void)buf_printf(out, "\n%s", command->more());
}

static void add_short(struct buf *out, const struct command *command)
{
    size_t count;
    (void)command->options(&count);
    add_introduction(out, command);
    (void)buf_add_byte(out, '\n');
    add_common_options(out, command);
    if (command->common != NULL || command->more != NULL)
        (void)buf_printf(out,
            "\n`shoal %s --help all` shows all %zu options in full, `man shoal` the manual.\n",
            command->name, count);
}

static void add_overview(struct buf *out)
{
    size_t count;
    const struct command *const *commands = commands_list(&count);
    for (size_t i = 0; i < count; i++) {
        size_t begin = out->length;
        if (commands[i]->unlisted)
            continue;
        add_usage(out, commands[i]);
        add_blanks(out, USAGE_WIDTH - (out->length - begin));
        (void)buf_printf(out, "%s\n", commands[i]->summary);
    }
    (void)buf_printf(out, "\n%s\n", commands[0]->examples);
    add_common_options(out, commands[0]);
    (void)buf_add_text(
        out, "More: `shoal COMMAND --help`, `shoal send --help all`, `man shoal`.\n");
}

/* --- printing --- */

int help_print(const char *text)
{
    struct stream stream;
    stream_init(&stream, STDOUT_FILENO);
    (void)stream_add(&stream, text, strlen(text));
    if (stream_finish(&stream) || stream.failure == EPIPE)
        return SHOAL_EXIT_OK;
    say("standard output can't be written: %s", error_reason(stream.failure));
    return SHOAL_EXIT_FAILED;
}

/* Prints the text, and releases it. */
static int print_made(struct buf *text)
{
    int status = SHOAL_EXIT_FAILED;
    if (text->failed)
        say("out of memory");
    else
        status = help_print(buf_text(text));
    buf_free(text);
    return status;
}

int help_of(const struct command *command, bool all)
{
    struct buf text;
    buf_init(&text, HELP_MAX);
    if (all)
        add_all(&text, command);
    else
        add_short(&text, command);
    return print_made(&text);
}

int help_overview(bool all)
{
    size_t count;
    const struct command *const *commands = commands_list(&count);
    struct buf text;
    buf_init(&text, HELP_MAX);
    for (size_t i = 0; all && i < count; i++) {
        if (i > 0)
            (void)buf_add_text(&text, "\n\n");
        add_all(&text, commands[i]);
    }
    if (!all)
        add_overview(&text);
    return print_made(&text);
}

void help_write_overview(int descriptor)
{
    struct buf text;
    buf_init(&text, HELP_MAX);
    add_overview(&text);
    (void)dprintf(descriptor, "%s", buf_text(&text));
    buf_free(&text);
}

int help_version(void)
{
    return help_print("shoal " SHOAL_VERSION "\n");
}
