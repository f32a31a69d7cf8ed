#include "core/event_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"

/* What a file is read with. */
struct reading {
    const char *path;
    event_file_fn *each;
    void *context;
    struct error *error;
};

/* `length` is that of the line with its newline. */
static bool take_line(const struct reading *reading, const char *text, size_t length, size_t number)
{
    struct event_line line;
    struct error why = {0};
    bool whole = text[length - 1] == '\n';
    if (length == 1 && whole)
        return true;
    if (!event_line_read(&line, text, length - whole, &why)) {
        if (!whole)
            return true;
    } else {
        bool taken = reading->each(reading->context, &line, &why);
        event_line_free(&line);
        if (taken)
            return true;
    }
    return error_set(
        reading->error, why.class, why.code, "'%s', line %zu: %s", reading->path, number, why.text);
}

static bool read_lines(const struct reading *reading, FILE *file)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool taken = true;
    for (size_t number = 1; taken && (length = getline(&text, &capacity, file)) > 0; number++)
        taken = take_line(reading, text, (size_t)length, number);
    int code = errno;
    free(text);
    if (!taken || ferror(file) == 0)
        return taken;
    return error_set(reading->error, ERROR_SYSTEM, code, "'%s' can't be read: %s", reading->path,
        error_reason(code));
}

bool event_file_read(const char *path, event_file_fn *each, void *context, struct error *error)
{
    const struct reading reading = {path, each, context, error};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        int code = errno;
        return error_set(
            error, ERROR_SYSTEM, code, "'%s' can't be read: %s", path, error_reason(code));
    }
    bool read = read_lines(&reading, file);
    (void)fclose(file);
    return read;
}
