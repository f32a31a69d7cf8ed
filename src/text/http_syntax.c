#include "text/http_syntax.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"

size_t http_token_length(const char *data, size_t length)
{
    size_t count = 0;
    while (count < length && ascii_is_token_byte(data[count]))
        count++;
    return count;
}

bool http_is_field_value(struct http_slice value)
{
    for (size_t i = 0; i < value.length; i++) {
        if (ascii_is_control(value.data[i]) && value.data[i] != '\t')
            return false;
    }
    return true;
}

struct http_slice http_trim(struct http_slice slice)
{
    while (slice.length > 0 && ascii_is_blank(*slice.data)) {
        slice.data++;
        slice.length--;
    }
    while (slice.length > 0 && ascii_is_blank(slice.data[slice.length - 1]))
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
