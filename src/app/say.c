#include "app/say.h"

#include <shoal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/stream.h"
#include "base/buf.h"
#include "text/printable.h"

#define TEXT_SIZE 4096            /* longest sentence, in bytes with its NUL */
#define LINE_SIZE (8 * TEXT_SIZE) /* longest line, with every byte escaped */

void say(const char *format, ...)
{
    static const char no_memory[] = "shoal: out of memory\n";
    char text[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    struct buf line;
    buf_init(&line, LINE_SIZE);
    struct stream stream;
    stream_init(&stream, STDERR_FILENO);
    if (buf_add_text(&line, "shoal: ") && printable_add(&line, text, strlen(text)) &&
        buf_add_byte(&line, '\n'))
        (void)stream_add(&stream, line.data, line.length);
    else
        (void)stream_add(&stream, no_memory, sizeof no_memory - 1);
    (void)stream_finish(&stream);
    buf_free(&line);
}

int say_wrong(const char *command, const char *text)
{
    say("%s", text);
    (void)dprintf(STDERR_FILENO, "Run `shoal %s --help` for its options.\n", command);
    return SHOAL_EXIT_USAGE;
}
