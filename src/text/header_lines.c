#include "text/header_lines.h"

#include <string.h>

bool header_lines_next(struct http_slice *lines, struct http_slice *name, struct http_slice *value)
{
    if (lines->length == 0)
        return false;
    const char *line = lines->data;
    const char *end = memchr(line, '\n', lines->length);
    size_t length = end == NULL ? lines->length : (size_t)(end - line);
    size_t taken = end == NULL ? length : length + 1;
    const char *colon = memchr(line, ':', length);
    size_t name_length = colon == NULL ? 0 : (size_t)(colon - line);
    size_t value_at = colon == NULL ? 0 : name_length + 1;
    *name = (struct http_slice){line, name_length};
    *value = http_trim((struct http_slice){line + value_at, length - value_at});
    *lines = (struct http_slice){line + taken, lines->length - taken};
    return true;
}

bool header_lines_find(struct http_slice *lines, const char *name, struct http_slice *value)
{
    struct http_slice found;
    while (header_lines_next(lines, &found, value)) {
        if (http_slice_is(found, name))
            return true;
    }
    return false;
}
