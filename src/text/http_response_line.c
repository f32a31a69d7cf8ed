#include "text/http_response_line.h"

#include <string.h>

#include "base/ascii.h"

#define VERSION_AT (sizeof "HTTP/" - 1)
#define STATUS_AT  (sizeof "HTTP/1.1 " - 1)
#define REASON_AT  (sizeof "HTTP/1.1 200 " - 1)

static const char invalid_content_length[] = "the response has an invalid Content-Length";
static const char invalid_chunk_size[] = "the response has a chunk with an invalid size";

static bool contains_nul_or_cr(struct http_slice slice)
{
    return memchr(slice.data, '\0', slice.length) != NULL ||
           memchr(slice.data, '\r', slice.length) != NULL;
}

const char *http_status_line_check_start(const char *data, size_t from, size_t length)
{
    static const char start[] = HTTP_STATUS_LINE_START;
    for (size_t i = from; i < length && i < HTTP_STATUS_LINE_START_LENGTH; i++) {
        if (data[i] != start[i])
            return i < VERSION_AT ? "the response does not begin with HTTP/"
                                  : "the response's HTTP version is not 1.0 or 1.1";
    }
    return NULL;
}

/* Has a line whose start was checked the form of a status line? */
static bool is_status_line(struct http_slice line)
{
    static const char form[] = "HTTP/1.0 000 "; /* 0 for any digit */
    if (line.length < REASON_AT - 1)
        return false;
    for (size_t i = HTTP_STATUS_LINE_START_LENGTH; i < line.length && i < REASON_AT; i++) {
        if (form[i] == '0' ? !ascii_is_digit(line.data[i]) : line.data[i] != form[i])
            return false;
    }
    return true;
}

const char *http_status_line_read(struct http_slice line, struct http_status_line *read)
{
    if (!is_status_line(line))
        return "the response's status line is malformed";
    const char *status = line.data + STATUS_AT;
    read->minor_version = line.data[VERSION_AT + 2] == '0' ? 0 : 1;
    read->status = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
    size_t reason_at = line.length < REASON_AT ? line.length : REASON_AT;
    read->reason = (struct http_slice){line.data + reason_at, line.length - reason_at};
    if (contains_nul_or_cr(read->reason))
        return "the response's reason phrase contains a NUL or a CR";
    return read->status < 100 ? "the response's status is below 100" : NULL;
}

const char *http_field_line_read(
    struct http_slice line, struct http_slice *name, struct http_slice *value)
{
    size_t length = http_token_length(line.data, line.length);
    if (length == 0 && line.length > 0 && ascii_is_blank(*line.data))
        return "the response has a folded header line";
    if (length == 0 || length == line.length || line.data[length] != ':')
        return "the response has a header line without a valid name";
    *name = (struct http_slice){line.data, length};
    *value = http_trim((struct http_slice){line.data + length + 1, line.length - length - 1});
    if (contains_nul_or_cr(*value))
        return "the response has a header whose value contains a NUL or a CR";
    return NULL;
}

/* Reads a number of digits only. False: no digits, another byte, or too large for an int64_t. */
static bool read_number(struct http_slice digits, int64_t *number)
{
    int64_t value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (!ascii_is_digit(digits.data[i]))
            return false;
        int digit = digits.data[i] - '0';
        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return digits.length > 0;
}

const char *http_content_length_read(struct http_slice value, int64_t *length)
{
    struct http_slice element;
    if (!http_list_next(&value, &element) || !read_number(element, length))
        return invalid_content_length;
    while (http_list_next(&value, &element)) {
        int64_t again;
        if (!read_number(element, &again) || again != *length)
            return invalid_content_length;
    }
    return NULL;
}

const char *http_chunk_line_check_start(char byte)
{
    return ascii_hex_value(byte) >= 0 ? NULL : invalid_chunk_size;
}

const char *http_chunk_line_read(struct http_slice line, int64_t *size, size_t *extension_length)
{
    size_t count = 0;
    *size = 0;
    for (; count < line.length && ascii_hex_value(line.data[count]) >= 0; count++) {
        if (count == HTTP_CHUNK_DIGITS_MAX || *size > INT64_MAX >> 4)
            return invalid_chunk_size;
        *size = *size << 4 | ascii_hex_value(line.data[count]);
    }
    struct http_slice rest = {line.data + count, line.length - count};
    *extension_length = rest.length;
    struct http_slice extensions = http_trim(rest);
    if (count == 0 || (extensions.length > 0 && *extensions.data != ';'))
        return invalid_chunk_size;
    return http_is_field_value(extensions)
               ? NULL
               : "the response has a chunk extension with a control byte";
}
