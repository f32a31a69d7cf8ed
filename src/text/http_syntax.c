#include "text/http_syntax.h"

#include <string.h>
#include <strings.h>

/* tchar */
static const bool token_bytes[256] = {
    ['!'] = true,
    ['#' ... '\''] = true,
    ['*'] = true,
    ['+'] = true,
    ['-'] = true,
    ['.'] = true,
    ['0' ... '9'] = true,
    ['A' ... 'Z'] = true,
    ['^' ... 'z'] = true,
    ['|'] = true,
    ['~'] = true,
};

size_t http_token_length(const char *data, size_t length)
{
    size_t count = 0;
    while (count < length && token_bytes[(unsigned char)data[count]])
        count++;
    return count;
}

bool http_is_field_value(struct http_slice value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct http_slice http_trim(struct http_slice slice)
{
    while (slice.length > 0 && is_blank(*slice.data)) {
        slice.data++;
        slice.length--;
    }
    while (slice.length > 0 && is_blank(slice.data[slice.length - 1]))
        slice.length--;
    return slice;
}

bool http_slice_is(struct http_slice slice, const char *text)
{
    return slice.length == strlen(text) && strncasecmp(slice.data, text, slice.length) == 0;
}

bool http_list_next(struct http_slice *list, struct http_slice *element)
{
    if (list->data == NULL)
        return false;
    const char *comma = memchr(list->data, ',', list->length);
    if (comma == NULL) {
        *element = http_trim(*list);
        *list = (struct http_slice){NULL, 0};
        return true;
    }
    size_t length = (size_t)(comma - list->data);
    *element = http_trim((struct http_slice){list->data, length});
    *list = (struct http_slice){comma + 1, list->length - length - 1};
    return true;
}
