/* The parser of responses: every response is read whole, byte by byte, and cut at every place, and
 * must give the same events each time. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "guarded.h"
#include "text/http_response.h"
#include "text/http_response_line.h"

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

static void add_slice(struct buf *trace, struct http_slice slice)
{
    assert_true(buf_add(trace, slice.data, slice.length));
}

static void add_event(struct reading *reading, enum http_response_event event)
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
static size_t read_piece(
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

static void add_ending(struct reading *reading, enum http_response_event event, size_t left)
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
static void read_pieces(struct reading *reading, const char *data, size_t length, bool to_head,
    size_t first, size_t size)
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

static void open_reading(struct reading *reading, size_t size)
{
    reading->memory = guarded_new(size);
    buf_init(&reading->trace, TRACE_MAX);
}

static void close_reading(struct reading *reading)
{
    guarded_free(&reading->memory);
    buf_free(&reading->trace);
}

static void expect_bytes(const char *data, size_t length, bool to_head, const char *expected)
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

static void a_body_has_the_length_that_the_head_says(void **state)
{
    (void)state;
    EXPECT(OK "Content-Length: 5\r\n\r\nhello", T_OK "Content-Length: 5\n\nhello$keep");
    EXPECT(OK "content-LENGTH:\t 005 \r\n\r\nhello", T_OK "content-LENGTH: 005\n\nhello$keep");
    EXPECT(OK EMPTY, T_OK T_EMPTY "$keep");
    EXPECT(OK "Content-Length: 2\r\n\r\n\r\n", T_OK "Content-Length: 2\n\n\r\n$keep");
}

static void bytes_after_the_end_are_left_over(void **state)
{
    (void)state;
    EXPECT(OK "Content-Length: 2\r\n\r\nokHTTP/1.1 200", T_OK "Content-Length: 2\n\nok$keep+12");
    EXPECT(OK EMPTY "\r\n", T_OK T_EMPTY "$keep+2");
    EXPECT(CHUNKED "0\r\n\r\nx", T_CHUNKED "$keep+1");
    EXPECT("HTTP/1.1 204 No Content\r\n\r\nx", "1.1 204 No Content\n\n$keep+1");
}

static void repeated_lengths_must_be_the_same(void **state)
{
    (void)state;
    static const char different[] = T_OK "Content-Length: 2\n"
                                         "!the response has different Content-Lengths";
    static const char invalid[] = T_OK "!the response has an invalid Content-Length";
    EXPECT(OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        T_OK "Content-Length: 2\nContent-Length: 2\n\nok$keep");
    EXPECT(OK "Content-Length: 2, 2 ,02\r\n\r\nok", T_OK "Content-Length: 2, 2 ,02\n\nok$keep");
    EXPECT(OK "Content-Length: 2\r\nContent-Length: 3\r\n\r\n", different);
    EXPECT(OK "Content-Length: 2\r\nContent-Length: 3, 3\r\n\r\n", different);
    EXPECT(OK "Content-Length: 2, 3\r\n\r\n", invalid);
    EXPECT(OK "Content-Length: 2,\r\n\r\n", invalid);
    EXPECT(OK "Content-Length: ,2\r\n\r\n", invalid);
}

static void a_length_is_digits_and_fits(void **state)
{
    (void)state;
    static const char invalid[] = T_OK "!the response has an invalid Content-Length";
    EXPECT(OK "Content-Length: 9223372036854775807\r\n\r\nx",
        T_OK "Content-Length: 9223372036854775807\n\nx~truncated");
    EXPECT(OK "Content-Length: 9223372036854775808\r\n\r\n", invalid);
    EXPECT(OK "Content-Length: 18446744073709551617\r\n\r\n", invalid);
    EXPECT(OK "Content-Length: -1\r\n\r\n", invalid);
    EXPECT(OK "Content-Length: +1\r\n\r\n", invalid);
    EXPECT(OK "Content-Length: 1 1\r\n\r\n", invalid);
    EXPECT(OK "Content-Length: 0x5\r\n\r\n", invalid);
    EXPECT(OK "Content-Length: 5;\r\n\r\n", invalid);
    EXPECT(OK "Content-Length:\r\n\r\n", invalid);
}

static void chunks_are_joined(void **state)
{
    (void)state;
    EXPECT(CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", T_CHUNKED "hello world$keep");
    EXPECT(CHUNKED "A\r\n0123456789\r\n00a\r\nabcdefghij\r\n000\r\n\r\n",
        T_CHUNKED "0123456789abcdefghij$keep");
    EXPECT(CHUNKED "2\r\n\r\n\r\n0\r\n\r\n", T_CHUNKED "\r\n$keep");
    EXPECT(OK "transfer-encoding:CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        T_OK "transfer-encoding: CHUNKED\n\nx$keep");
    EXPECT(CHUNKED "0\r\n\r\n", T_CHUNKED "$keep");
}

static void chunk_extensions_are_skipped(void **state)
{
    (void)state;
    EXPECT(CHUNKED "1;a=b;c=\"d;e\"\r\nx\r\n1 ; f\r\ny\r\n0;g\r\n\r\n", T_CHUNKED "xy$keep");
    EXPECT(CHUNKED "1 \t \r\nx\r\n0   \r\n\r\n", T_CHUNKED "x$keep");
    EXPECT(CHUNKED "1;a\tb\r\nx\r\n0\r\n\r\n", T_CHUNKED "x$keep");
    EXPECT(CHUNKED "1;a\x7f\r\nx\r\n",
        T_CHUNKED "!the response has a chunk extension with a control byte");
    EXPECT(CHUNKED "1;a\x01\r\nx\r\n",
        T_CHUNKED "!the response has a chunk extension with a control byte");
    EXPECT(CHUNKED "1;a\rb\r\nx\r\n",
        T_CHUNKED "!the response has a chunk extension with a control byte");
    EXPECT(CHUNKED "1;a\0b\r\nx\r\n",
        T_CHUNKED "!the response has a chunk extension with a control byte");
}

static void a_chunk_size_is_hexadecimal_and_fits(void **state)
{
    (void)state;
    static const char invalid[] = T_CHUNKED "!the response has a chunk with an invalid size";
    EXPECT(CHUNKED "7fffffffffffffff\r\nx", T_CHUNKED "x~truncated");
    EXPECT(CHUNKED "0000000000000001\r\nx", T_CHUNKED "x~truncated");
    EXPECT(CHUNKED "8000000000000000\r\nx", invalid);
    EXPECT(CHUNKED "ffffffffffffffff\r\nx", invalid);
    EXPECT(CHUNKED "10000000000000001\r\nx", invalid);
    EXPECT(CHUNKED "00000000000000001\r\nx", invalid);
    EXPECT(CHUNKED "\r\nx", invalid);
    EXPECT(CHUNKED ";a\r\nx", invalid);
    EXPECT(CHUNKED " 1\r\nx", invalid);
    EXPECT(CHUNKED "-1\r\nx", invalid);
    EXPECT(CHUNKED "0x1\r\nx", invalid);
    EXPECT(CHUNKED "1 x\r\nx", invalid);
    EXPECT(CHUNKED "1g\r\nx", invalid);
    EXPECT(CHUNKED "1G\r\nx", invalid);
}

static void a_body_that_is_not_chunked_is_refused_at_its_first_byte(void **state)
{
    (void)state;
    EXPECT(CHUNKED "{", T_CHUNKED "!the response has a chunk with an invalid size");
}

static void chunk_framing_accepts_crlf_only(void **state)
{
    (void)state;
    static const char bare[] =
        T_CHUNKED "!the response has a chunk size that is not followed by CRLF";
    static const char longer[] = T_CHUNKED "x!the response has a chunk longer than its size";
    EXPECT(CHUNKED "1\nx\r\n0\r\n\r\n", bare);
    EXPECT(CHUNKED "1;a\nx\r\n0\r\n\r\n", bare);
    EXPECT(CHUNKED "0\n\r\n", bare);
    EXPECT(CHUNKED "1\r\nx\n0\r\n\r\n", longer);
    EXPECT(CHUNKED "1\r\nx\rx", longer);
    EXPECT(CHUNKED "1\r\nxy\r\n0\r\n\r\n", longer);
    EXPECT(CHUNKED "1\r\nx0\r\n\r\n", longer);
    EXPECT(
        CHUNKED "0\r\n\n", T_CHUNKED "!the response has a trailer line that does not end in CRLF");
    EXPECT(CHUNKED "0\r\na: b\n\r\n",
        T_CHUNKED "!the response has a trailer line that does not end in CRLF");
}

static void trailers_are_checked_and_skipped(void **state)
{
    (void)state;
    EXPECT(CHUNKED "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 9\r\nConnection: close\r\n\r\n",
        T_CHUNKED "x$keep");
    EXPECT(CHUNKED "0\r\nA b\r\n\r\n",
        T_CHUNKED "!the response has a header line without a valid name");
    EXPECT(CHUNKED "0\r\nA: b\r\n c\r\n\r\n", T_CHUNKED "!the response has a folded header line");
    EXPECT(CHUNKED "0\r\nA: \0\r\n\r\n",
        T_CHUNKED "!the response has a header whose value contains a NUL or a CR");
    EXPECT(CHUNKED "0\r\nA: b\r\n", T_CHUNKED "~truncated");
}

static void only_chunked_is_accepted_as_transfer_encoding(void **state)
{
    (void)state;
    static const char other[] = T_OK "!the response's Transfer-Encoding is not chunked alone";
    EXPECT(OK "Transfer-Encoding: gzip, chunked\r\n\r\n", other);
    EXPECT(OK "Transfer-Encoding: chunked, chunked\r\n\r\n", other);
    EXPECT(OK "Transfer-Encoding: chunked,\r\n\r\n", other);
    EXPECT(OK "Transfer-Encoding: chunked;q=1\r\n\r\n", other);
    EXPECT(OK "Transfer-Encoding: \vchunked\r\n\r\n", other);
    EXPECT(OK "Transfer-Encoding: identity\r\n\r\n", other);
    EXPECT(OK "Transfer-Encoding: xchunked\r\n\r\n", other);
    EXPECT(OK "Transfer-Encoding:\r\n\r\n", other);
    EXPECT(OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        T_OK "Transfer-Encoding: chunked\n"
             "!the response's Transfer-Encoding is not chunked alone");
    EXPECT(OK_1_0 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        T_OK_1_0 "Transfer-Encoding: chunked\n"
                 "!the response has a Transfer-Encoding, but is HTTP/1.0");
}

static void chunked_wins_over_a_length_and_the_connection_is_not_kept(void **state)
{
    (void)state;
    EXPECT(OK "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        T_OK "Transfer-Encoding: chunked\nContent-Length: 1\n\nab$close");
    EXPECT(OK "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        T_OK "Content-Length: 9\nTransfer-Encoding: chunked\n\nab$close");
}

static void a_body_of_unknown_length_ends_with_the_connection(void **state)
{
    (void)state;
    EXPECT(OK "\r\nhello", T_OK "\nhello~complete");
    EXPECT(OK "Connection: keep-alive\r\n\r\n", T_OK "Connection: keep-alive\n\n~complete");
    EXPECT(OK_1_0 "\r\nhi", T_OK_1_0 "\nhi~complete");
}

static void responses_without_a_body_end_with_their_head(void **state)
{
    (void)state;
    EXPECT("HTTP/1.1 204 No Content\r\n\r\n", "1.1 204 No Content\n\n$keep");
    EXPECT("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        "1.1 304 Not Modified\nContent-Length: 5\n\n$keep");
    EXPECT("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
        "1.1 304 Not Modified\nTransfer-Encoding: chunked\n\n$keep");
    EXPECT_TO_HEAD(OK "Content-Length: 5\r\n\r\n", T_OK "Content-Length: 5\n\n$keep");
    EXPECT_TO_HEAD(CHUNKED, T_CHUNKED "$keep");
    EXPECT_TO_HEAD(OK "\r\n", T_OK "\n$keep");
    EXPECT_TO_HEAD("HTTP/1.1 100 \r\n\r\n" OK "\r\n", "1.1 100 \n\n" T_OK "\n$keep");
}

static void a_204_that_claims_a_body_closes_the_connection(void **state)
{
    (void)state;
    EXPECT("HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n", "1.1 204 \n" T_EMPTY "$keep");
    EXPECT(
        "HTTP/1.1 204 \r\nContent-Length: 2\r\n\r\nok", "1.1 204 \nContent-Length: 2\n\n$close+2");
    EXPECT("HTTP/1.1 204 \r\nTransfer-Encoding: chunked\r\n\r\n",
        "1.1 204 \nTransfer-Encoding: chunked\n\n$close");
}

static void interim_responses_come_before_the_final_one(void **state)
{
    (void)state;
    EXPECT("HTTP/1.1 100 Continue\r\n\r\n" OK EMPTY, "1.1 100 Continue\n\n" T_OK T_EMPTY "$keep");
    EXPECT("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 102 \r\n\r\n" OK EMPTY,
        "1.1 103 Early Hints\nLink: <a>\n\n1.1 102 \n\n" T_OK T_EMPTY "$keep");
    EXPECT("HTTP/1.1 100 Continue\r\n\r\n", "1.1 100 Continue\n\n~truncated");
    EXPECT("HTTP/1.1 100 Continue\r\n\r\nok", "1.1 100 Continue\n\n"
                                              "!the response does not begin with HTTP/");
}

static void the_framing_of_an_interim_head_does_not_apply_to_the_final_response(void **state)
{
    (void)state;
    EXPECT("HTTP/1.1 100 \r\nContent-Length: 0\r\n\r\n" OK "\r\nab",
        "1.1 100 \n" T_EMPTY T_OK "\nab~complete");
    EXPECT("HTTP/1.1 100 \r\nConnection: keep-alive\r\n\r\n" OK_1_0 EMPTY,
        "1.1 100 \nConnection: keep-alive\n\n" T_OK_1_0 T_EMPTY "$close");
    EXPECT("HTTP/1.1 100 \r\nContent-Length: 3\r\n\r\n" OK EMPTY,
        "1.1 100 \nContent-Length: 3\n\n" T_OK T_EMPTY "$close");
    EXPECT("HTTP/1.1 100 \r\nTransfer-Encoding: chunked\r\n\r\n" OK EMPTY,
        "1.1 100 \nTransfer-Encoding: chunked\n\n" T_OK T_EMPTY "$close");
    EXPECT("HTTP/1.1 100 \r\nConnection: close\r\n\r\n" OK EMPTY,
        "1.1 100 \nConnection: close\n\n" T_OK T_EMPTY "$close");
}

static void a_switch_of_protocols_is_an_error(void **state)
{
    (void)state;
    EXPECT("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        "1.1 101 Switching Protocols\nUpgrade: h2c\n"
        "!the response switches to a protocol that was not asked for");
}

static void connection_options_say_whether_it_is_kept(void **state)
{
    (void)state;
    EXPECT(OK "Connection: close\r\n" EMPTY, T_OK "Connection: close\n" T_EMPTY "$close");
    EXPECT(
        OK "connection: x, CLOSE ,y\r\n" EMPTY, T_OK "connection: x, CLOSE ,y\n" T_EMPTY "$close");
    EXPECT(OK "Connection: keep-alive\r\nConnection: close\r\n" EMPTY,
        T_OK "Connection: keep-alive\nConnection: close\n" T_EMPTY "$close");
    EXPECT(OK "Connection: closed, x close\r\n" EMPTY,
        T_OK "Connection: closed, x close\n" T_EMPTY "$keep");
    EXPECT(OK "Connection:\r\n" EMPTY, T_OK "Connection: \n" T_EMPTY "$keep");
    EXPECT(OK "Connection: ,,close\r\n" EMPTY, T_OK "Connection: ,,close\n" T_EMPTY "$close");
    EXPECT(
        OK "Proxy-Connection: close\r\n" EMPTY, T_OK "Proxy-Connection: close\n" T_EMPTY "$keep");
}

static void http_1_0_is_kept_only_where_it_says_so(void **state)
{
    (void)state;
    EXPECT(OK_1_0 EMPTY, T_OK_1_0 T_EMPTY "$close");
    EXPECT(OK_1_0 "Connection: Keep-Alive\r\n" EMPTY,
        T_OK_1_0 "Connection: Keep-Alive\n" T_EMPTY "$keep");
    EXPECT(OK_1_0 "Connection: keep-alive, close\r\n" EMPTY,
        T_OK_1_0 "Connection: keep-alive, close\n" T_EMPTY "$close");
    EXPECT(OK_1_0 "Proxy-Connection: keep-alive\r\n" EMPTY,
        T_OK_1_0 "Proxy-Connection: keep-alive\n" T_EMPTY "$close");
}

static void a_status_line_has_one_form(void **state)
{
    (void)state;
    static const char malformed[] = "!the response's status line is malformed";
    EXPECT("HTTP/1.1 200\r\n" EMPTY, "1.1 200 \n" T_EMPTY "$keep");
    EXPECT("HTTP/1.1 200 \r\n" EMPTY, "1.1 200 \n" T_EMPTY "$keep");
    EXPECT("HTTP/1.1 200 Schön \t!\r\n" EMPTY, "1.1 200 Schön \t!\n" T_EMPTY "$keep");
    EXPECT("HTTP/1.9 200 OK\r\n" EMPTY, T_OK T_EMPTY "$keep");
    EXPECT("HTTP/1.1 999 OK\r\n" EMPTY, "1.1 999 OK\n" T_EMPTY "$keep");
    EXPECT("HTTP/1.1 099 OK\r\n\r\n", "!the response's status is below 100");
    EXPECT("HTTP/1.1 20 OK\r\n\r\n", malformed);
    EXPECT("HTTP/1.1 2000 OK\r\n\r\n", malformed);
    EXPECT("HTTP/1.1 2x0 OK\r\n\r\n", malformed);
    EXPECT("HTTP/1.1  200 OK\r\n\r\n", malformed);
    EXPECT("HTTP/1.1\t200 OK\r\n\r\n", malformed);
    EXPECT("HTTP/1.1 200\tOK\r\n\r\n", malformed);
    EXPECT("HTTP/1.10 200 OK\r\n\r\n", malformed);
    EXPECT("HTTP/1.x 200 OK\r\n\r\n", malformed);
    EXPECT("HTTP/1.1 20\r\n\r\n", malformed);
    EXPECT("HTTP/1.1\r\n\r\n", malformed);
    EXPECT("HTTP/1.\r\n\r\n", malformed);
    EXPECT("HTTP/1.1 200 O\0K\r\n\r\n", "!the response's reason phrase contains a NUL or a CR");
    EXPECT("HTTP/1.1 200 O\rK\r\n\r\n", "!the response's reason phrase contains a NUL or a CR");
    EXPECT("HTTP/1.1 200 OK\r\r\n\r\n", "!the response's reason phrase contains a NUL or a CR");
}

static void another_protocol_is_refused_before_the_line_ends(void **state)
{
    (void)state;
    static const char not_http[] = "!the response does not begin with HTTP/";
    static const char version[] = "!the response's HTTP version is not 1.0 or 1.1";
    EXPECT("SSH-2.0-OpenSSH_9.2", not_http);
    EXPECT("HTTX", not_http);
    EXPECT("http/1.1 200 OK\r\n\r\n", not_http);
    EXPECT("\r\n" OK EMPTY, not_http);
    EXPECT("\n", not_http);
    EXPECT("\0", not_http);
    EXPECT(" HTTP/1.1 200 OK\r\n\r\n", not_http);
    EXPECT("\x15\x03\x03", not_http);
    EXPECT("HTTP\n", not_http);
    EXPECT("HTTP/2", version);
    EXPECT("HTTP/0.9 200 OK\r\n\r\n", version);
    EXPECT("HTTP/11", version);
    EXPECT("HTTP/\n", version);
}

static void a_head_may_end_its_lines_with_a_bare_lf(void **state)
{
    (void)state;
    EXPECT("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", T_OK "Content-Length: 2\n\nok$keep");
    EXPECT("HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\r\n\nok",
        T_OK "A: b\nContent-Length: 2\n\nok$keep");
}

static void header_values_are_trimmed_and_kept_as_they_are(void **state)
{
    (void)state;
    EXPECT(OK "A:b\r\nA: \t b \t c \t\r\nB:\r\nC: \r\nD: :\r\n" EMPTY,
        T_OK "A: b\nA: b \t c\nB: \nC: \nD: :\n" T_EMPTY "$keep");
    EXPECT(OK "A: \x01\x1b[m\x7f\xff\r\n" EMPTY, T_OK "A: \x01\x1b[m\x7f\xff\n" T_EMPTY "$keep");
    EXPECT(
        OK "!#$%&'*+-.^_`|~09azAZ: x\r\n" EMPTY, T_OK "!#$%&'*+-.^_`|~09azAZ: x\n" T_EMPTY "$keep");
}

static void a_header_line_has_a_name_and_a_colon(void **state)
{
    (void)state;
    static const char no_name[] = T_OK "!the response has a header line without a valid name";
    static const char folded[] = T_OK "!the response has a folded header line";
    EXPECT(OK ": x\r\n\r\n", no_name);
    EXPECT(OK "A\r\n\r\n", no_name);
    EXPECT(OK "A : x\r\n\r\n", no_name);
    EXPECT(OK "A\t: x\r\n\r\n", no_name);
    EXPECT(OK "A b: x\r\n\r\n", no_name);
    EXPECT(OK "A\0: x\r\n\r\n", no_name);
    EXPECT(OK "A\x7f: x\r\n\r\n", no_name);
    EXPECT(OK "\xc3\xa4: x\r\n\r\n", no_name);
    EXPECT(OK "A\r: x\r\n\r\n", no_name);
    EXPECT(OK "(A): x\r\n\r\n", no_name);
    EXPECT(OK "\r\r\n", no_name);
    EXPECT(OK "\0\r\n\r\n", no_name);
    EXPECT(OK " A: x\r\n\r\n", folded);
    EXPECT(OK "\tA: x\r\n\r\n", folded);
    EXPECT(OK " \r\n\r\n", folded);
    EXPECT(OK "A: x\r\n y\r\n\r\n", T_OK "A: x\n!the response has a folded header line");
}

static void nul_and_cr_in_a_header_value_are_refused(void **state)
{
    (void)state;
    static const char refused[] =
        T_OK "!the response has a header whose value contains a NUL or a CR";
    EXPECT(OK "A: x\0y\r\n\r\n", refused);
    EXPECT(OK "A: \0\r\n\r\n", refused);
    EXPECT(OK "A: x\ry\r\n\r\n", refused);
    EXPECT(OK "A: x\r\r\n\r\n", refused);
    EXPECT(OK "A:\rx\r\n\r\n", refused);
}

static void an_early_end_is_told_from_a_complete_response(void **state)
{
    (void)state;
    EXPECT("", "~nothing");
    EXPECT("H", "~truncated");
    EXPECT("HTTP/1.1 200 OK\r", "~truncated");
    EXPECT(OK, T_OK "~truncated");
    EXPECT(OK "A: b", T_OK "~truncated");
    EXPECT(OK "\r", T_OK "~truncated");
    EXPECT(OK "Content-Length: 3\r\n\r\nok", T_OK "Content-Length: 3\n\nok~truncated");
    EXPECT(CHUNKED, T_CHUNKED "~truncated");
    EXPECT(CHUNKED "2", T_CHUNKED "~truncated");
    EXPECT(CHUNKED "2\r\no", T_CHUNKED "o~truncated");
    EXPECT(CHUNKED "2\r\nok", T_CHUNKED "ok~truncated");
    EXPECT(CHUNKED "2\r\nok\r", T_CHUNKED "ok~truncated");
    EXPECT(CHUNKED "2\r\nok\r\n", T_CHUNKED "ok~truncated");
    EXPECT(CHUNKED "2\r\nok\r\n0\r\n", T_CHUNKED "ok~truncated");
    EXPECT(CHUNKED "2\r\nok\r\n0\r\n\r", T_CHUNKED "ok~truncated");
}

/* A response that a test puts together. */
static void add(struct buf *out, const char *text)
{
    assert_true(buf_add_text(out, text));
}

static void add_repeated(struct buf *out, char byte, size_t count)
{
    assert_true(buf_reserve(out, count));
    for (size_t i = 0; i < count; i++)
        (void)buf_add_byte(out, byte);
}

/* The trace of a large response ends with `expected`, whole and in pieces. */
static void expect_end(const struct buf *data, const char *expected)
{
    static const size_t sizes[] = {SIZE_MAX, 1000, 4096, 65537};
    struct reading reading;
    open_reading(&reading, data->length);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        read_pieces(&reading, data->data, data->length, false, sizes[i], sizes[i]);
        const char *trace = buf_text(&reading.trace);
        assert_true(reading.trace.length >= strlen(expected));
        assert_string_equal(trace + reading.trace.length - strlen(expected), expected);
    }
    close_reading(&reading);
}

static const char too_long[] = "!the response's headers exceed 256 KiB";

/* A head of `length` bytes: after its start one line, or many. */
static void fill_head(struct buf *out, size_t length, size_t line_length)
{
    size_t begin = out->length;
    add(out, OK "Content-Length: 0\r\n");
    for (size_t left; (left = length - (out->length - begin)) > 2;) {
        size_t line = left - 2 < line_length * 2 ? left - 2 : line_length;
        add(out, "A:");
        add_repeated(out, 'x', line - 4);
        add(out, "\r\n");
    }
    add(out, "\r\n");
    assert_int_equal(out->length - begin, length);
}

static void a_head_has_a_limit(void **state)
{
    (void)state;
    static const size_t line_lengths[] = {LIMIT, 100};
    for (size_t i = 0; i < COUNT_OF(line_lengths); i++) {
        struct buf data;
        buf_init(&data, TRACE_MAX);
        fill_head(&data, LIMIT, line_lengths[i]);
        expect_end(&data, "\n\n$keep");
        buf_clear(&data);
        fill_head(&data, LIMIT + 1, line_lengths[i]);
        expect_end(&data, too_long);
        buf_free(&data);
    }
}

static void a_head_without_an_end_is_refused_at_the_limit(void **state)
{
    (void)state;
    static const char *const begins[] = {"HTTP/1.1 200 ", OK, OK "A: "};
    for (size_t i = 0; i < COUNT_OF(begins); i++) {
        struct buf data;
        buf_init(&data, TRACE_MAX);
        add(&data, begins[i]);
        add_repeated(&data, 'x', LIMIT - data.length);
        expect_end(&data, too_long);
        buf_free(&data);
    }
}

static void interim_heads_share_a_limit_that_does_not_reduce_the_final_heads(void **state)
{
    (void)state;
    static const char interim[] = "HTTP/1.1 100 \r\n\r\n";
    struct buf data;
    buf_init(&data, TRACE_MAX);
    while (data.length + sizeof interim - 1 + sizeof OK - 1 <= LIMIT)
        add(&data, interim);
    size_t fit = data.length;
    fill_head(&data, LIMIT, LIMIT);
    expect_end(&data, "\n\n$keep");
    data.length = fit;
    add(&data, interim);
    add(&data, interim);
    expect_end(&data, too_long);
    buf_free(&data);
}

static void trailers_have_a_limit(void **state)
{
    (void)state;
    struct buf data;
    buf_init(&data, TRACE_MAX);
    add(&data, CHUNKED "0\r\n");
    size_t begin = data.length;
    while (data.length - begin < LIMIT - 40)
        add(&data, "A: 01234567890123\r\n");
    size_t left = LIMIT - (data.length - begin) - 2;
    add(&data, "A:");
    add_repeated(&data, 'x', left - 4);
    add(&data, "\r\n\r\n");
    expect_end(&data, "\n\n$keep");
    data.length -= 4;
    add(&data, "x\r\n\r\n");
    expect_end(&data, too_long);
    buf_free(&data);
}

static void chunk_extensions_share_a_limit(void **state)
{
    (void)state;
    static const size_t lengths[] = {LIMIT, LIMIT / 64};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct buf data;
        buf_init(&data, TRACE_MAX);
        add(&data, CHUNKED);
        for (size_t sum = 0; sum < LIMIT; sum += lengths[i]) {
            add(&data, "1;");
            add_repeated(&data, 'x', lengths[i] - 1);
            add(&data, "\r\nb\r\n");
        }
        size_t begin = data.length;
        add(&data, "0\r\n\r\n");
        expect_end(&data, "b$keep");
        data.length = begin;
        add(&data, "0;\r\n\r\n");
        expect_end(&data, "b!the response's chunk extensions exceed 256 KiB");
        buf_free(&data);
    }
}

static void a_chunk_extension_without_an_end_is_refused_at_the_limit(void **state)
{
    (void)state;
    struct buf data;
    buf_init(&data, TRACE_MAX);
    add(&data, CHUNKED);
    size_t begin = data.length;
    add(&data, "0000000000000001;"); /* 16 digits, as many as there may be */
    add_repeated(&data, 'x', LIMIT - 1);
    expect_end(&data, T_CHUNKED "~truncated");
    add(&data, "\r");
    assert_int_equal(data.length - begin, 16 + LIMIT + 1);
    expect_end(&data, T_CHUNKED "~truncated");
    add(&data, "x");
    expect_end(&data, T_CHUNKED "!the response's chunk extensions exceed 256 KiB");
    buf_free(&data);
}

/* The line without its end, in front of memory that may not be read. */
static struct http_slice guarded_line(const struct guarded *memory, const char *text)
{
    size_t length = strlen(text);
    return (struct http_slice){guarded_place(memory, text, length), length};
}

static void a_line_is_not_read_beyond_its_end(void **state)
{
    (void)state;
    static const char *const status_lines[] = {
        "HTTP/1.", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 2", "HTTP/1.1 20"};
    struct guarded memory = guarded_new(1);
    struct http_status_line status_line;
    struct http_slice name;
    struct http_slice value;
    int64_t number;
    size_t length;
    for (size_t i = 0; i < COUNT_OF(status_lines); i++) {
        struct http_slice line = guarded_line(&memory, status_lines[i]);
        assert_non_null(http_status_line_read(line, &status_line));
    }
    assert_null(http_status_line_read(guarded_line(&memory, "HTTP/1.1 200"), &status_line));
    assert_int_equal(status_line.reason.length, 0);
    assert_null(http_status_line_read(guarded_line(&memory, "HTTP/1.1 200 "), &status_line));
    assert_int_equal(status_line.reason.length, 0);
    assert_non_null(http_field_line_read(guarded_line(&memory, ""), &name, &value));
    assert_non_null(http_field_line_read(guarded_line(&memory, "A"), &name, &value));
    assert_null(http_field_line_read(guarded_line(&memory, "A:"), &name, &value));
    assert_non_null(http_content_length_read(guarded_line(&memory, ""), &number));
    assert_null(http_content_length_read(guarded_line(&memory, "1"), &number));
    assert_non_null(http_chunk_line_read(guarded_line(&memory, ""), &number, &length));
    assert_non_null(http_chunk_line_read(guarded_line(&memory, ";a"), &number, &length));
    assert_null(http_chunk_line_read(guarded_line(&memory, "f"), &number, &length));
    assert_int_equal(number, 15);
    guarded_free(&memory);
}

/* Feeds a long line, `begin` and then `x`, byte by byte. Each page that was searched is made
 * unreadable until the line is complete, so searching a byte twice crashes. */
static void expect_each_byte_is_searched_once(
    const char *before, const char *begin, enum http_response_event expected)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t length = LIMIT - 4 * page;
    struct guarded memory = guarded_new(length + page);
    struct http_response response;
    http_response_init(&response, false);
    struct http_slice input = {before, strlen(before)};
    while (http_response_next(&response, &input) != HTTP_RESPONSE_MORE)
        ;
    assert_int_equal(input.length, 0);
    memset(memory.data, 'x', length);
    memcpy(memory.data, begin, strlen(begin));
    for (size_t received = 1; received <= length; received++) {
        input = (struct http_slice){memory.data, received};
        assert_int_equal(http_response_next(&response, &input), HTTP_RESPONSE_MORE);
        assert_int_equal(input.length, received);
        if (received % page == 0)
            assert_int_equal(mprotect(memory.data + received - page, page, PROT_NONE), 0);
    }
    assert_int_equal(mprotect(memory.data, length, PROT_READ), 0);
    memcpy(memory.data + length, "\r\nb", 3);
    input = (struct http_slice){memory.data, length + 3};
    assert_int_equal(http_response_next(&response, &input), expected);
    guarded_free(&memory);
}

static void a_line_that_comes_byte_by_byte_is_searched_once(void **state)
{
    (void)state;
    expect_each_byte_is_searched_once("", "HTTP/1.1 200 ", HTTP_RESPONSE_STATUS);
    expect_each_byte_is_searched_once(OK, "A: ", HTTP_RESPONSE_HEADER);
    expect_each_byte_is_searched_once(CHUNKED, "1;", HTTP_RESPONSE_BODY);
    expect_each_byte_is_searched_once(CHUNKED "0\r\n", "A: ", HTTP_RESPONSE_MORE);
}

static void a_body_is_not_copied(void **state)
{
    (void)state;
    static const char text[] = OK "Content-Length: 5\r\n\r\nhello";
    struct http_response response;
    http_response_init(&response, false);
    struct http_slice input = {text, sizeof text - 1};
    while (http_response_next(&response, &input) != HTTP_RESPONSE_BODY)
        assert_true(input.length > 0);
    assert_ptr_equal(response.body.data, text + sizeof text - 1 - 5);
    assert_int_equal(response.body.length, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_has_the_length_that_the_head_says),
        cmocka_unit_test(bytes_after_the_end_are_left_over),
        cmocka_unit_test(repeated_lengths_must_be_the_same),
        cmocka_unit_test(a_length_is_digits_and_fits),
        cmocka_unit_test(chunks_are_joined),
        cmocka_unit_test(chunk_extensions_are_skipped),
        cmocka_unit_test(a_chunk_size_is_hexadecimal_and_fits),
        cmocka_unit_test(a_body_that_is_not_chunked_is_refused_at_its_first_byte),
        cmocka_unit_test(chunk_framing_accepts_crlf_only),
        cmocka_unit_test(trailers_are_checked_and_skipped),
        cmocka_unit_test(only_chunked_is_accepted_as_transfer_encoding),
        cmocka_unit_test(chunked_wins_over_a_length_and_the_connection_is_not_kept),
        cmocka_unit_test(a_body_of_unknown_length_ends_with_the_connection),
        cmocka_unit_test(responses_without_a_body_end_with_their_head),
        cmocka_unit_test(a_204_that_claims_a_body_closes_the_connection),
        cmocka_unit_test(interim_responses_come_before_the_final_one),
        cmocka_unit_test(the_framing_of_an_interim_head_does_not_apply_to_the_final_response),
        cmocka_unit_test(a_switch_of_protocols_is_an_error),
        cmocka_unit_test(connection_options_say_whether_it_is_kept),
        cmocka_unit_test(http_1_0_is_kept_only_where_it_says_so),
        cmocka_unit_test(a_status_line_has_one_form),
        cmocka_unit_test(another_protocol_is_refused_before_the_line_ends),
        cmocka_unit_test(a_head_may_end_its_lines_with_a_bare_lf),
        cmocka_unit_test(header_values_are_trimmed_and_kept_as_they_are),
        cmocka_unit_test(a_header_line_has_a_name_and_a_colon),
        cmocka_unit_test(nul_and_cr_in_a_header_value_are_refused),
        cmocka_unit_test(an_early_end_is_told_from_a_complete_response),
        cmocka_unit_test(a_head_has_a_limit),
        cmocka_unit_test(a_head_without_an_end_is_refused_at_the_limit),
        cmocka_unit_test(interim_heads_share_a_limit_that_does_not_reduce_the_final_heads),
        cmocka_unit_test(trailers_have_a_limit),
        cmocka_unit_test(chunk_extensions_share_a_limit),
        cmocka_unit_test(a_chunk_extension_without_an_end_is_refused_at_the_limit),
        cmocka_unit_test(a_line_is_not_read_beyond_its_end),
        cmocka_unit_test(a_line_that_comes_byte_by_byte_is_searched_once),
        cmocka_unit_test(a_body_is_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
