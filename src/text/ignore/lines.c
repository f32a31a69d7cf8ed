/* Reads a file of rules, line by line. */
#include <stdio.h>
#include <string.h>

#include "text/ignore.h"
#include "text/ignore/private.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* The length without the spaces at the end; a backslash keeps one. */
static size_t length_without_spaces(const char *line, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (line[i] == '\\' && i + 1 < length)
            kept = ++i + 1;
        else if (line[i] != ' ')
            kept = i + 1;
    }
    return kept;
}

/* Prefixes the sentence in `error` with the file and the line. Always false. */
static bool fail_at(struct error *error, const char *file_name, size_t number)
{
    if (error == NULL)
        return false;
    struct error inner = *error;
    return error_set(
        error, inner.class, inner.code, "%.200s, line %zu: %s", file_name, number, inner.text);
}

/* A line of a file. */
struct line {
    const char *text;
    size_t length;
    const char *file_name;
    size_t number; /* from 1 */
};

static bool add_pattern(struct ignore *ignore, const struct line *from, struct error *error)
{
    const char *line = from->text;
    size_t length = from->length;
    bool includes = *line == '!';
    if (includes) {
        line++;
        length--;
    }
    if (length > IGNORE_PATTERN_MAX)
        return error_set(
            error, ERROR_USAGE, 0, "the pattern is longer than %d bytes", IGNORE_PATTERN_MAX);
    if (memchr(line, '\0', length) != NULL)
        return error_set(error, ERROR_USAGE, 0, "the pattern contains a NUL byte");
    char pattern[IGNORE_PATTERN_MAX + 1];
    memcpy(pattern, line, length);
    pattern[length] = '\0';
    char *name;
    if (asprintf(&name, "%s, line %zu", from->file_name, from->number) < 0)
        name = NULL;
    return ignore_add_named(ignore, pattern, includes, name, error);
}

bool ignore_add_lines(struct ignore *ignore, const char *text, size_t length, const char *file_name,
    struct error *error)
{
    size_t mark = sizeof BYTE_ORDER_MARK - 1;
    const char *end = text + length;
    const char *next = text;
    if (length >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0)
        next += mark;
    for (size_t number = 1; next < end; number++) {
        const char *line = next;
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        size_t line_length = (size_t)((feed == NULL ? end : feed) - line);
        next = line + line_length + (feed == NULL ? 0 : 1);
        if (line_length > 0 && line[line_length - 1] == '\r')
            line_length--;
        if (line_length == 0 || *line == '#')
            continue;
        line_length = length_without_spaces(line, line_length);
        struct line from = {line, line_length, file_name, number};
        if (line_length > 0 && !add_pattern(ignore, &from, error))
            return fail_at(error, file_name, number);
    }
    return true;
}
