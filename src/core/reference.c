#include "core/reference.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "core/read_file.h"
#include "text/units.h"

static bool from_environment(const char *name, struct buf *value, struct error *error)
{
    const char *found = getenv(name);
    if (found == NULL)
        return error_set(error, ERROR_USAGE, 0, "the environment has no variable '%s'", name);
    if (found[0] == '\0')
        return error_set(error, ERROR_USAGE, 0, "the environment variable '%s' is empty", name);
    return buf_add_text(value, found) || error_set(error, ERROR_USAGE, 0, "it is too large");
}

static bool from_descriptor(const char *text, struct buf *value, struct error *error)
{
    int64_t descriptor;
    if (!units_parse_number(text, 0, INT_MAX, &descriptor))
        return error_set(
            error, ERROR_USAGE, 0, "'fd:%s': it must be the number of an open descriptor", text);
    return read_file_descriptor((int)descriptor, value, error);
}

static void remove_line_end(struct buf *value)
{
    if (value->length == 0 || value->data[value->length - 1] != '\n')
        return;
    buf_truncate(value, value->length - 1);
    if (value->length > 0 && value->data[value->length - 1] == '\r')
        buf_truncate(value, value->length - 1);
}

/* A line end or a tab inside is the sign of a wrong file, and a header or a URL cannot have one. */
static bool check_bytes(const char *source, const struct buf *value, struct error *error)
{
    for (size_t i = 0; i < value->length; i++) {
        unsigned char byte = (unsigned char)value->data[i];
        if (ascii_is_control(value->data[i]))
            return error_set(error, ERROR_USAGE, 0,
                "'%s' contains a control byte (0x%02X, byte %zu); it must be one line of text",
                source, byte, i + 1);
    }
    return true;
}

bool reference_is(const char *source)
{
    return strncmp(source, "env:", 4) == 0 || strncmp(source, "file:", 5) == 0 ||
           strncmp(source, "fd:", 3) == 0;
}

static bool fetch(const char *source, struct buf *value, struct error *error)
{
    if (strcmp(source, "env:") == 0 || strcmp(source, "file:") == 0)
        return error_set(error, ERROR_USAGE, 0, "'%s' needs a name: env:NAME or file:PATH", source);
    if (strncmp(source, "env:", 4) == 0)
        return from_environment(source + 4, value, error);
    if (strncmp(source, "file:", 5) == 0)
        return read_file_path(source + 5, value, error);
    return from_descriptor(source + 3, value, error);
}

bool reference_read(const char *source, struct buf *value, bool *is_missing, struct error *error)
{
    bool fetched = fetch(source, value, error);
    *is_missing = !fetched && strncmp(source, "env:", 4) == 0;
    if (!fetched)
        return false;
    remove_line_end(value);
    if (value->length > 0)
        return check_bytes(source, value, error);
    *is_missing = true;
    return error_set(error, ERROR_USAGE, 0, "'%s' is empty", source);
}
