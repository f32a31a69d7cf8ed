#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST_CAPACITY 64

void buf_init(struct buf *buf, size_t maximum)
{
    *buf = (struct buf){.maximum = maximum};
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    buf_init(buf, buf->maximum);
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    buf->failed = false;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

bool buf_reserve(struct buf *buf, size_t extra)
{
    if (buf->failed)
        return false;
    if (extra > buf->maximum - buf->length) {
        buf->failed = true;
        return false;
    }
    size_t needed = buf->length + extra + 1;
    if (needed <= buf->capacity)
        return true;
    size_t capacity = buf->capacity < SMALLEST_CAPACITY ? SMALLEST_CAPACITY : buf->capacity;
    while (capacity < needed)
        capacity += capacity / 2;
    if (capacity > buf->maximum + 1)
        capacity = buf->maximum + 1;
    char *data = realloc(buf->data, capacity);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }
    data[buf->length] = '\0';
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

bool buf_add(struct buf *buf, const void *data, size_t length)
{
    if (!buf_reserve(buf, length))
        return false;
    if (length > 0)
        memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
    return true;
}

bool buf_add_text(struct buf *buf, const char *text)
{
    return buf_add(buf, text, strlen(text));
}

bool buf_add_byte(struct buf *buf, char byte)
{
    return buf_add(buf, &byte, 1);
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    bool added = length >= 0 && buf_reserve(buf, (size_t)length);
    if (added) {
        (void)vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    } else {
        buf->failed = true;
    }
    va_end(again);
    return added;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data == NULL ? "" : buf->data;
}

char *buf_detach(struct buf *buf)
{
    if (!buf_reserve(buf, 0))
        return NULL;
    char *data = buf->data;
    buf_init(buf, buf->maximum);
    return data;
}
