#include "text/ignore.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Length without the spaces at the end, of which a backslash keeps one. */
static size_t without_closing_spaces(const char *line, size_t length)
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

/* Puts the place before the sentence that `error` already holds. */
static bool fail_at(struct error *error, const char *file_name, size_t number)
{
    if (error == NULL)
        return false;
    struct error inner = *error;
    return error_set(
        error, inner.class, inner.code, "%.200s, line %zu: %s", file_name, number, inner.text);
}

static bool add_pattern(struct ignore *ignore, const char *line, size_t length, struct error *error)
{
    bool takes = *line == '!';
    if (takes) {
        line++;
        length--;
    }
    if (length > IGNORE_PATTERN_MAX)
        return error_set(
            error, ERROR_USAGE, 0, "the pattern is longer than %d bytes", IGNORE_PATTERN_MAX);
    if (memchr(line, '\0', length) != NULL)
        return error_set(error, ERROR_USAGE, 0, "the pattern holds a NUL byte");
    char pattern[IGNORE_PATTERN_MAX + 1];
    memcpy(pattern, line, length);
    pattern[length] = '\0';
    return ignore_add(ignore, pattern, takes, error);
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
        line_length = without_closing_spaces(line, line_length);
        if (line_length > 0 && !add_pattern(ignore, line, line_length, error))
            return fail_at(error, file_name, number);
    }
    return true;
}
