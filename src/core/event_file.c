#include "core/event_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "text/encode.h"

#define PATH_MOST ((size_t)16 * 1024 * 1024) /* bytes */

/* Reads the path: the bytes of `path_base64`, where it is not valid UTF-8. False: there is none. */
static bool read_path(const json_t *event, struct buf *path)
{
    const char *encoded = json_string_value(json_object_get(event, "path_base64"));
    const char *text = json_string_value(json_object_get(event, "path"));
    buf_clear(path);
    if (encoded != NULL)
        return decode_base64(path, encoded, strlen(encoded));
    return text != NULL && buf_add_text(path, text);
}

/* False: the line is not an event. */
static bool read_line(const json_t *event, struct buf *path, struct event_file_line *line)
{
    const char *kind = json_string_value(json_object_get(event, "event"));
    *line = (struct event_file_line){.kind = EVENT_FILE_OTHER};
    if (kind == NULL)
        return false;
    if (strcmp(kind, "end") == 0)
        line->kind = EVENT_FILE_END;
    if (strcmp(kind, "file") != 0)
        return true;
    const char *verdict = json_string_value(json_object_get(event, "verdict"));
    if (verdict == NULL || !read_path(event, path))
        return false;
    line->kind = EVENT_FILE_FILE;
    line->path = buf_text(path);
    line->done = strcmp(verdict, "sent") == 0 || strcmp(verdict, "exists") == 0 ||
                 strcmp(verdict, "skipped") == 0;
    line->maybe_accepted =
        strcmp(verdict, "unknown") == 0 || json_is_true(json_object_get(event, "maybe_accepted"));
    return true;
}

/* What a file is read with. */
struct reading {
    const char *path;
    bool (*each)(void *context, const struct event_file_line *line, struct error *error);
    void *context;
    struct buf file_path; /* scratch */
    struct error *error;
};

static bool handle_line(struct reading *reading, const char *text, size_t length, uint64_t number)
{
    struct event_file_line line;
    json_t *event = json_loadb(text, length, JSON_ALLOW_NUL, NULL);
    bool is_event = event != NULL && read_line(event, &reading->file_path, &line);
    bool handled;
    if (is_event)
        handled = reading->each(reading->context, &line, reading->error);
    else
        handled = error_set(reading->error, ERROR_DATA, 0,
            "'%s': line %llu is not an event as --json=FILE writes it, and the file is not a "
            "journal",
            reading->path, (unsigned long long)number);
    json_decref(event);
    return handled;
}

static bool read_lines(struct reading *reading, FILE *file)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool handled = true;
    for (uint64_t number = 1; handled && (length = getline(&text, &capacity, file)) > 0; number++) {
        bool is_whole = text[length - 1] == '\n';
        if (is_whole)
            handled = handle_line(reading, text, (size_t)length, number);
    }
    int code = errno;
    if (handled && ferror(file) != 0)
        handled = error_set(
            reading->error, ERROR_SYSTEM, code, "'%s': %s", reading->path, strerror(code));
    free(text);
    return handled;
}

bool event_file_read(const char *path,
    bool (*each)(void *context, const struct event_file_line *line, struct error *error),
    void *context, struct error *error)
{
    struct reading reading = {.path = path, .each = each, .context = context, .error = error};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        int code = errno;
        return error_set(error, ERROR_SYSTEM, code, "'%s': %s", path, strerror(code));
    }
    buf_init(&reading.file_path, PATH_MOST);
    bool read = read_lines(&reading, file);
    buf_free(&reading.file_path);
    (void)fclose(file);
    return read;
}
