/* What tests of the parser of responses share: every response is read whole, byte by byte, and cut
 * at every place, and must give the same events each time. */
#ifndef SHOAL_TESTS_HTTP_RESPONSE_FIXTURE_H
#define SHOAL_TESTS_HTTP_RESPONSE_FIXTURE_H

#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "guarded.h"
#include "text/http_response.h"

#define TRACE_MAX ((size_t)2 << 20)
#define LIMIT     ((size_t)HTTP_RESPONSE_SECTION_MAX)

#define OK      "HTTP/1.1 200 OK\r\n"
#define OK_1_0  "HTTP/1.0 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define EMPTY   "Content-Length: 0\r\n\r\n"

/* What those become in a trace. */
#define T_OK      "1.1 200 OK\n"
#define T_OK_1_0  "1.0 200 OK\n"
#define T_CHUNKED T_OK "Transfer-Encoding: chunked\n\n"
#define T_EMPTY   "Content-Length: 0\n\n"

/* One reading of a response. */
struct reading {
    struct guarded memory;
    struct http_response response;
    struct buf trace; /* status lines, headers, an empty line for each head's end, the body; then
                         `$keep` or `$close`, with `+N` for N bytes left over; or `!` and the error;
                         or `~` and what the end of the input means */
};

static inline void add_slice(struct buf *trace, struct http_slice slice)
{
    assert_true(buf_add(trace, slice.data, slice.length));
}

static inline void add_event(struct reading *reading, enum http_response_event event)
{
    const struct http_response *response = &reading->response;
    struct buf *trace = &reading->trace;
    switch (event) {
    case HTTP_RESPONSE_STATUS:
        (void)buf_printf(trace, "1.%d %d ", response->minor_version, response->status);
        add_slice(trace, response->reason);
        (void)buf_add_byte(trace, '\n');
        break;
    case HTTP_RESPONSE_HEADER:
        add_slice(trace, response->name);
        (void)buf_add_text(trace, ": ");
        add_slice(trace, response->value);
        (void)buf_add_byte(trace, '\n');
        break;
    case HTTP_RESPONSE_HEAD_END:
        (void)buf_add_byte(trace, '\n');
        break;
    case HTTP_RESPONSE_BODY:
        assert_true(response->body.length > 0);
        add_slice(trace, response->body);
        break;
    default:
        break;
    }
    assert_false(trace->failed);
}

/* Reads what can be read of `length` bytes and returns how many were taken. */
static inline size_t read_piece(
    struct reading *reading, const char *data, size_t length, enum http_response_event *event)
{
    struct http_slice input = {guarded_place(&reading->memory, data, length), length};
    for (;;) {
        size_t before = input.length;
        *event = http_response_next(&reading->response, &input);
        assert_true(input.length <= before);
        if (*event == HTTP_RESPONSE_MORE || *event == HTTP_RESPONSE_END ||
            *event == HTTP_RESPONSE_ERROR) {
            /* A second call returns the same and consumes nothing. */
            before = input.length;
            assert_int_equal(http_response_next(&reading->response, &input), *event);
            assert_int_equal(input.length, before);
            if (*event == HTTP_RESPONSE_MORE)
                assert_true(input.length < HTTP_RESPONSE_LINE_MAX);
            return length - input.length;
        }
        add_event(reading, *event);
    }
}

static inline void add_ending(struct reading *reading, enum http_response_event event, size_t left)
{
    static const char *const endings[] = {
        [HTTP_RESPONSE_NOTHING] = "~nothing",
        [HTTP_RESPONSE_TRUNCATED] = "~truncated",
        [HTTP_RESPONSE_COMPLETE] = "~complete",
    };
    enum http_response_ending ending = http_response_end_of_input(&reading->response);
    bool may_keep = http_response_may_keep(&reading->response);
    if (event == HTTP_RESPONSE_ERROR) {
        (void)buf_printf(&reading->trace, "!%s", reading->response.error);
        assert_int_equal(ending, HTTP_RESPONSE_TRUNCATED);
        assert_false(may_keep);
        return;
    }
    assert_null(reading->response.error);
    if (event == HTTP_RESPONSE_MORE) {
        (void)buf_add_text(&reading->trace, endings[ending]);
        assert_false(may_keep);
        return;
    }
    assert_int_equal(ending, HTTP_RESPONSE_COMPLETE);
    (void)buf_add_text(&reading->trace, may_keep ? "$keep" : "$close");
    if (left > 0)
        (void)buf_printf(&reading->trace, "+%zu", left);
}

/* Reads a piece of `first` bytes and then pieces of `size`; the trace is in `reading`. */
static inline void read_pieces(struct reading *reading, const char *data, size_t length,
    bool to_head, size_t first, size_t size)
{
    buf_clear(&reading->trace);
    http_response_init(&reading->response, to_head);
    enum http_response_event event = HTTP_RESPONSE_MORE;
    size_t used = 0;
    size_t received = first < length ? first : length;
    for (;;) {
        used += read_piece(reading, data + used, received - used, &event);
        if (event != HTTP_RESPONSE_MORE || received == length)
            break;
        received = size < length - received ? received + size : length;
    }
    assert_int_equal(reading->response.has_begun, received > 0);
    add_ending(reading, event, length - used);
}

static inline void open_reading(struct reading *reading, size_t size)
{
    reading->memory = guarded_new(size);
    buf_init(&reading->trace, TRACE_MAX);
}

static inline void close_reading(struct reading *reading)
{
    guarded_free(&reading->memory);
    buf_free(&reading->trace);
}

static inline void expect_bytes(const char *data, size_t length, bool to_head, const char *expected)
{
    struct reading reading;
    open_reading(&reading, length);
    read_pieces(&reading, data, length, to_head, length, length);
    assert_string_equal(buf_text(&reading.trace), expected);
    read_pieces(&reading, data, length, to_head, 1, 1);
    assert_string_equal(buf_text(&reading.trace), expected);
    for (size_t first = 1; first < length; first++) {
        read_pieces(&reading, data, length, to_head, first, length);
        assert_string_equal(buf_text(&reading.trace), expected);
    }
    close_reading(&reading);
}

/* The response, a literal that may hold NULs, gives the trace `expected`. */
#define EXPECT(response, expected) expect_bytes(response, sizeof(response) - 1, false, expected)
#define EXPECT_TO_HEAD(response, expected)                                                         \
    expect_bytes(response, sizeof(response) - 1, true, expected)

#endif
