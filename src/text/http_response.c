#include "text/http_response.h"

#include <string.h>

#include "text/http_response_line.h"

#define CRLF_LENGTH 2

_Static_assert(
    HTTP_RESPONSE_LINE_MAX == HTTP_RESPONSE_SECTION_MAX + HTTP_CHUNK_DIGITS_MAX + CRLF_LENGTH,
    "the longest line is a chunk's size");

enum line_end {
    LINE_END_ANY,  /* LF, or CRLF */
    LINE_END_CRLF, /* only CRLF */
};

void http_response_init(struct http_response *response, bool to_head)
{
    *response = (struct http_response){
        .to_head = to_head,
        .section_left = HTTP_RESPONSE_SECTION_MAX,
    };
}

static enum http_response_event fail(struct http_response *response, const char *error)
{
    response->error = error;
    response->state = HTTP_RESPONSE_BROKEN;
    return HTTP_RESPONSE_ERROR;
}

/* The section being read exceeds its limit. */
static enum http_response_event fail_too_long(struct http_response *response)
{
    return fail(response, response->state == HTTP_RESPONSE_AT_CHUNK_LINE
                              ? "the response's chunk extensions exceed 256 KiB"
                              : "the response's headers exceed 256 KiB");
}

static void take(struct http_slice *input, size_t length)
{
    input->data += length;
    input->length -= length;
}

/* Takes a line of at most `maximum` bytes, its end included. True: `line` is the line without its
 * end. False: `event` says why. */
static bool take_line(struct http_response *response, struct http_slice *input, size_t maximum,
    struct http_slice *line, enum http_response_event *event)
{
    size_t window = input->length < maximum ? input->length : maximum;
    size_t from = response->scanned < window ? response->scanned : window;
    const char *end = memchr(input->data + from, '\n', window - from);
    if (end == NULL) {
        response->scanned = window;
        *event = window < maximum ? HTTP_RESPONSE_MORE : fail_too_long(response);
        return false;
    }
    response->scanned = 0;
    *line = (struct http_slice){input->data, (size_t)(end - input->data)};
    take(input, line->length + 1);
    return true;
}

/* Removes the line's CR. False: it has none. */
static bool take_carriage_return(struct http_slice *line)
{
    if (line->length == 0 || line->data[line->length - 1] != '\r')
        return false;
    line->length--;
    return true;
}

/* A line of the head or the trailers, counted against the section's limit. As take_line(). */
static bool take_section_line(struct http_response *response, struct http_slice *input,
    enum line_end line_end, struct http_slice *line, enum http_response_event *event)
{
    if (!take_line(response, input, response->section_left, line, event))
        return false;
    response->section_left -= line->length + 1;
    if (!take_carriage_return(line) && line_end == LINE_END_CRLF) {
        *event = fail(response, "the response has a trailer line that does not end in CRLF");
        return false;
    }
    return true;
}

static enum http_response_event next_status_line(
    struct http_response *response, struct http_slice *input)
{
    const char *error = http_status_line_check_start(input->data, response->scanned, input->length);
    if (error != NULL)
        return fail(response, error);
    size_t section_left = response->section_left;
    struct http_slice line;
    enum http_response_event event;
    if (!take_section_line(response, input, LINE_END_ANY, &line, &event))
        return event;
    struct http_status_line read;
    error = http_status_line_read(line, &read);
    if (error != NULL)
        return fail(response, error);
    response->status = read.status;
    response->minor_version = read.minor_version;
    response->reason = read.reason;
    /* `closes` stays: what an interim head says about the connection is still true. */
    response->is_chunked = response->has_length = response->keeps_alive = false;
    response->left = 0;
    if (read.status >= 200)
        response->section_left += HTTP_RESPONSE_SECTION_MAX - section_left;
    response->state = HTTP_RESPONSE_AT_HEADER;
    return HTTP_RESPONSE_STATUS;
}

static const char *read_content_length(struct http_response *response)
{
    int64_t length;
    const char *error = http_content_length_read(response->value, &length);
    if (error != NULL)
        return error;
    if (response->has_length && length != response->left)
        return "the response has different Content-Lengths";
    response->has_length = true;
    response->left = length;
    return NULL;
}

static const char *read_transfer_encoding(struct http_response *response)
{
    if (response->is_chunked || !http_slice_is(response->value, "chunked"))
        return "the response's Transfer-Encoding is not chunked alone";
    response->is_chunked = true;
    return NULL;
}

static void read_connection(struct http_response *response)
{
    struct http_slice list = response->value;
    struct http_slice option;
    while (http_list_next(&list, &option)) {
        if (http_slice_is(option, "close"))
            response->closes = true;
        else if (http_slice_is(option, "keep-alive"))
            response->keeps_alive = true;
    }
}

/* Notes what the header means for the framing and for the connection. */
static const char *read_header_line(struct http_response *response)
{
    if (http_slice_is(response->name, "Content-Length"))
        return read_content_length(response);
    if (http_slice_is(response->name, "Transfer-Encoding"))
        return read_transfer_encoding(response);
    if (http_slice_is(response->name, "Connection"))
        read_connection(response);
    return NULL;
}

/* Where two readers could disagree about the framing, the bytes after the message are not trusted:
 * the connection is not kept. */
static void distrust_ambiguous_framing(struct http_response *response)
{
    bool must_be_empty = response->status < 200 || response->status == 204;
    if (response->is_chunked && response->has_length)
        response->closes = true;
    if (must_be_empty && (response->is_chunked || response->left > 0))
        response->closes = true;
}

static bool has_body(const struct http_response *response)
{
    return !response->to_head && response->status != 204 && response->status != 304;
}

/* Decides where the message ends by the rules of RFC 9112, section 6.3, in their order. */
static enum http_response_event end_head(struct http_response *response)
{
    if (response->status == 101)
        return fail(response, "the response switches to a protocol that was not asked for");
    if (response->is_chunked && response->minor_version == 0)
        return fail(response, "the response has a Transfer-Encoding, but is HTTP/1.0");
    distrust_ambiguous_framing(response);
    if (response->status < 200) {
        response->state = HTTP_RESPONSE_AT_STATUS_LINE;
    } else if (!has_body(response)) {
        response->state = HTTP_RESPONSE_AT_END;
    } else if (response->is_chunked) {
        response->state = HTTP_RESPONSE_AT_CHUNK_LINE;
        response->section_left = HTTP_RESPONSE_SECTION_MAX;
    } else if (response->has_length) {
        response->state = response->left > 0 ? HTTP_RESPONSE_IN_BODY : HTTP_RESPONSE_AT_END;
    } else {
        response->state = HTTP_RESPONSE_IN_OPEN_BODY;
    }
    return HTTP_RESPONSE_HEAD_END;
}

static enum http_response_event next_header(
    struct http_response *response, struct http_slice *input)
{
    struct http_slice line;
    enum http_response_event event;
    if (!take_section_line(response, input, LINE_END_ANY, &line, &event))
        return event;
    if (line.length == 0)
        return end_head(response);
    const char *error = http_field_line_read(line, &response->name, &response->value);
    if (error == NULL)
        error = read_header_line(response);
    return error == NULL ? HTTP_RESPONSE_HEADER : fail(response, error);
}

/* Reports the first `length` bytes of the input as body. */
static enum http_response_event report_body(
    struct http_response *response, struct http_slice *input, size_t length)
{
    response->body = (struct http_slice){input->data, length};
    take(input, length);
    return HTTP_RESPONSE_BODY;
}

/* Reports what has arrived of a body or chunk of known length; `then` is the state after its end.
 */
static enum http_response_event next_body(
    struct http_response *response, struct http_slice *input, enum http_response_state then)
{
    bool is_whole = (uint64_t)response->left <= input->length;
    size_t length = is_whole ? (size_t)response->left : input->length;
    response->left -= (int64_t)length;
    if (is_whole)
        response->state = then;
    return report_body(response, input, length);
}

/* Reads a chunk's size and counts its extensions against their limit. HTTP_RESPONSE_MORE: go on. */
static enum http_response_event read_chunk_line(
    struct http_response *response, struct http_slice line)
{
    if (!take_carriage_return(&line))
        return fail(response, "the response has a chunk size that is not followed by CRLF");
    size_t extension_length;
    const char *error = http_chunk_line_read(line, &response->left, &extension_length);
    if (error != NULL)
        return fail(response, error);
    if (extension_length > response->section_left)
        return fail_too_long(response);
    response->section_left -= extension_length;
    response->state = HTTP_RESPONSE_IN_CHUNK;
    if (response->left == 0) {
        response->section_left = HTTP_RESPONSE_SECTION_MAX;
        response->state = HTTP_RESPONSE_AT_TRAILER;
    }
    return HTTP_RESPONSE_MORE;
}

/* As take_line(): true if parsing continues. A body that is not chunked although its head says so
 * may never contain a line end, so its first byte is checked before one arrives. */
static bool take_chunk_line(
    struct http_response *response, struct http_slice *input, enum http_response_event *event)
{
    const char *error = response->scanned == 0 ? http_chunk_line_check_start(*input->data) : NULL;
    if (error != NULL) {
        *event = fail(response, error);
        return false;
    }
    size_t maximum = HTTP_CHUNK_DIGITS_MAX + response->section_left + CRLF_LENGTH;
    struct http_slice line;
    if (!take_line(response, input, maximum, &line, event))
        return false;
    *event = read_chunk_line(response, line);
    return *event == HTTP_RESPONSE_MORE;
}

static bool take_chunk_end(
    struct http_response *response, struct http_slice *input, enum http_response_event *event)
{
    bool is_valid = input->data[0] == '\r' && (input->length == 1 || input->data[1] == '\n');
    if (!is_valid || input->length == 1) {
        *event = is_valid ? HTTP_RESPONSE_MORE
                          : fail(response, "the response has a chunk longer than its size");
        return false;
    }
    take(input, CRLF_LENGTH);
    response->state = HTTP_RESPONSE_AT_CHUNK_LINE;
    return true;
}

/* Trailers are checked like headers and otherwise ignored: none of them may change the framing
 * (RFC 9110, section 6.5.1). */
static bool take_trailer(
    struct http_response *response, struct http_slice *input, enum http_response_event *event)
{
    struct http_slice line;
    if (!take_section_line(response, input, LINE_END_CRLF, &line, event))
        return false;
    if (line.length == 0) {
        response->state = HTTP_RESPONSE_AT_END;
        *event = HTTP_RESPONSE_END;
        return false;
    }
    struct http_slice name;
    struct http_slice value;
    const char *error = http_field_line_read(line, &name, &value);
    if (error != NULL)
        *event = fail(response, error);
    return error == NULL;
}

/* Parses the framing of chunks up to the next bytes of the body. */
static enum http_response_event next_chunked(
    struct http_response *response, struct http_slice *input)
{
    enum http_response_event event = HTTP_RESPONSE_MORE;
    bool continues = true;
    while (continues && input->length > 0) {
        switch (response->state) {
        case HTTP_RESPONSE_AT_CHUNK_LINE:
            continues = take_chunk_line(response, input, &event);
            break;
        case HTTP_RESPONSE_IN_CHUNK:
            return next_body(response, input, HTTP_RESPONSE_AT_CHUNK_END);
        case HTTP_RESPONSE_AT_CHUNK_END:
            continues = take_chunk_end(response, input, &event);
            break;
        default:
            continues = take_trailer(response, input, &event);
            break;
        }
    }
    return event;
}

enum http_response_event http_response_next(
    struct http_response *response, struct http_slice *input)
{
    if (response->state == HTTP_RESPONSE_AT_END)
        return HTTP_RESPONSE_END;
    if (response->state == HTTP_RESPONSE_BROKEN)
        return HTTP_RESPONSE_ERROR;
    if (input->length == 0)
        return HTTP_RESPONSE_MORE;
    response->has_begun = true;
    switch (response->state) {
    case HTTP_RESPONSE_AT_STATUS_LINE:
        return next_status_line(response, input);
    case HTTP_RESPONSE_AT_HEADER:
        return next_header(response, input);
    case HTTP_RESPONSE_IN_BODY:
        return next_body(response, input, HTTP_RESPONSE_AT_END);
    case HTTP_RESPONSE_IN_OPEN_BODY:
        return report_body(response, input, input->length);
    default:
        return next_chunked(response, input);
    }
}

enum http_response_ending http_response_end_of_input(const struct http_response *response)
{
    if (!response->has_begun)
        return HTTP_RESPONSE_NOTHING;
    bool is_complete =
        response->state == HTTP_RESPONSE_AT_END || response->state == HTTP_RESPONSE_IN_OPEN_BODY;
    return is_complete ? HTTP_RESPONSE_COMPLETE : HTTP_RESPONSE_TRUNCATED;
}

bool http_response_may_keep(const struct http_response *response)
{
    bool keeps_by_version = response->minor_version > 0 || response->keeps_alive;
    return response->state == HTTP_RESPONSE_AT_END && !response->closes && keeps_by_version;
}
