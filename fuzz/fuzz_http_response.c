/* HTTP responses: a byte of flags, two sizes of pieces, and the bytes of a connection. They must
 * give the same events however they are cut, and a response that was complete is read the same when
 * it is written again in the one form that has no choices left. */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/http_response.h"

#define TRACE_MAX     ((size_t)64 << 20)
#define BYTEWISE_MAX  2048  /* longer inputs take too long byte by byte */
#define REWRITTEN_MAX 65536 /* longer ones may pass a limit when they grow */

/* One reading of the input. */
struct reading {
    struct http_response response;
    struct buf trace;               /* everything that was found, in order */
    struct buf head;                /* all heads, written again */
    struct buf body;                /* of the final response */
    bool is_chunked;                /* the head that is being read says so */
    bool has_length;                /* it has a Content-Length */
    uint64_t content_length;        /* the first number of that */
    bool head_is_complete;          /* the final one */
    enum http_response_event event; /* the last: more, end or error */
    size_t used;                    /* bytes of the input that were taken */
};

static void add_slice(struct buf *out, struct http_slice slice)
{
    MUST(buf_add(out, slice.data, slice.length));
}

static void check_header(const struct http_response *response)
{
    struct http_slice name = response->name;
    struct http_slice value = response->value;
    MUST(name.length > 0 && http_token_length(name.data, name.length) == name.length);
    for (size_t i = 0; i < value.length; i++)
        MUST(value.data[i] != '\0' && value.data[i] != '\r' && value.data[i] != '\n');
    MUST(http_trim(value).length == value.length);
}

static uint64_t first_number(struct http_slice text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.length && text.data[i] >= '0' && text.data[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    MUST(number <= INT64_MAX);
    return number;
}

static void take_header(struct reading *reading)
{
    const struct http_response *response = &reading->response;
    check_header(response);
    MUST(!reading->head_is_complete);
    if (http_slice_is(response->name, "Transfer-Encoding"))
        reading->is_chunked = true;
    if (http_slice_is(response->name, "Content-Length")) {
        uint64_t length = first_number(response->value);
        MUST(!reading->has_length || length == reading->content_length);
        reading->has_length = true;
        reading->content_length = length;
    }
    add_slice(&reading->head, response->name);
    MUST(buf_add_text(&reading->head, ": "));
    add_slice(&reading->head, response->value);
    MUST(buf_add_text(&reading->head, "\r\n"));
}

static void take_event(struct reading *reading, enum http_response_event event)
{
    const struct http_response *response = &reading->response;
    switch (event) {
    case HTTP_RESPONSE_STATUS:
        MUST(!reading->head_is_complete && response->status >= 100 && response->status <= 999);
        reading->is_chunked = reading->has_length = false;
        MUST(
            buf_printf(&reading->head, "HTTP/1.%d %d ", response->minor_version, response->status));
        add_slice(&reading->head, response->reason);
        MUST(buf_add_text(&reading->head, "\r\n"));
        break;
    case HTTP_RESPONSE_HEADER:
        take_header(reading);
        break;
    case HTTP_RESPONSE_HEAD_END:
        reading->head_is_complete = response->status >= 200;
        MUST(response->status != 101);
        MUST(buf_add_text(&reading->head, "\r\n"));
        break;
    default:
        MUST(event == HTTP_RESPONSE_BODY && reading->head_is_complete);
        MUST(response->body.length > 0);
        add_slice(&reading->body, response->body);
        break;
    }
}

/* Reads from a piece of memory that is exactly as large as it must be. */
static size_t read_piece(struct reading *reading, const uint8_t *data, size_t length)
{
    char *piece = malloc(length > 0 ? length : 1);
    MUST(piece != NULL);
    if (length > 0)
        memcpy(piece, data, length);
    struct http_slice input = {piece, length};
    for (;;) {
        size_t before = input.length;
        reading->event = http_response_next(&reading->response, &input);
        MUST(input.length <= before && input.data == piece + (length - input.length));
        if (reading->event == HTTP_RESPONSE_MORE || reading->event == HTTP_RESPONSE_END ||
            reading->event == HTTP_RESPONSE_ERROR)
            break;
        take_event(reading, reading->event);
    }
    free(piece);
    return length - input.length;
}

static bool may_have_body(const struct reading *reading)
{
    int status = reading->response.status;
    return !reading->response.to_head && status != 204 && status != 304;
}

static void check_end(const struct reading *reading)
{
    const struct http_response *response = &reading->response;
    enum http_response_ending ending = http_response_end_of_input(response);
    bool may_keep = http_response_may_keep(response);
    MUST((response->error != NULL) == (reading->event == HTTP_RESPONSE_ERROR));
    MUST(reading->event != HTTP_RESPONSE_END || ending == HTTP_RESPONSE_COMPLETE);
    MUST(reading->event != HTTP_RESPONSE_ERROR || ending == HTTP_RESPONSE_TRUNCATED);
    MUST(!may_keep || reading->event == HTTP_RESPONSE_END);
    MUST(!may_keep || !reading->is_chunked || !reading->has_length);
    if (ending == HTTP_RESPONSE_COMPLETE && reading->event == HTTP_RESPONSE_MORE)
        MUST(may_have_body(reading) && !reading->is_chunked && !reading->has_length);
    if (reading->head_is_complete && !may_have_body(reading))
        MUST(reading->event == HTTP_RESPONSE_END && reading->body.length == 0);
    if (reading->head_is_complete && may_have_body(reading) && reading->has_length &&
        !reading->is_chunked) {
        bool is_whole = reading->body.length == reading->content_length;
        MUST(reading->event == (is_whole ? HTTP_RESPONSE_END : HTTP_RESPONSE_MORE));
        MUST(reading->body.length <= reading->content_length);
    }
}

/* Reads the input in pieces of the two sizes in turn, and fills in `reading`. */
static void read_pieces(
    struct reading *reading, const uint8_t *data, size_t size, bool to_head, const size_t sizes[2])
{
    *reading = (struct reading){.event = HTTP_RESPONSE_MORE};
    buf_init(&reading->trace, TRACE_MAX);
    buf_init(&reading->head, TRACE_MAX);
    buf_init(&reading->body, TRACE_MAX);
    http_response_init(&reading->response, to_head);
    size_t received = 0;
    for (int turn = 0; received < size && reading->event == HTTP_RESPONSE_MORE; turn++) {
        size_t more = sizes[turn % 2];
        received = more < size - received ? received + more : size;
        reading->used += read_piece(reading, data + reading->used, received - reading->used);
    }
    MUST(reading->response.has_begun == (size > 0));
    check_end(reading);
    add_slice(&reading->trace, (struct http_slice){reading->head.data, reading->head.length});
    add_slice(&reading->trace, (struct http_slice){reading->body.data, reading->body.length});
    MUST(buf_printf(&reading->trace, "%d %d %d %s", reading->event,
        http_response_end_of_input(&reading->response), http_response_may_keep(&reading->response),
        reading->response.error == NULL ? "" : reading->response.error));
}

static void free_reading(struct reading *reading)
{
    buf_free(&reading->trace);
    buf_free(&reading->head);
    buf_free(&reading->body);
}

static bool is_same(const struct buf *one, const struct buf *other)
{
    return one->length == other->length && memcmp(one->data, other->data, one->length) == 0;
}

/* Where the input had ended in an error, it is left open how far it was taken. */
static void check_cut(const struct reading *whole, const uint8_t *data, size_t size, bool to_head,
    const size_t sizes[2])
{
    struct reading cut;
    read_pieces(&cut, data, size, to_head, sizes);
    MUST(is_same(&cut.trace, &whole->trace));
    MUST(cut.event == HTTP_RESPONSE_ERROR || cut.used == whole->used);
    free_reading(&cut);
}

/* The response in the form without choices: CRLF everywhere, and at most one chunk. */
static void check_rewritten(const struct reading *whole, bool to_head)
{
    static const size_t sizes[2] = {SIZE_MAX, SIZE_MAX};
    struct buf text;
    buf_init(&text, TRACE_MAX);
    add_slice(&text, (struct http_slice){whole->head.data, whole->head.length});
    bool is_chunked = whole->is_chunked && may_have_body(whole);
    if (is_chunked && whole->body.length > 0)
        MUST(buf_printf(&text, "%zx\r\n", whole->body.length));
    add_slice(&text, (struct http_slice){whole->body.data, whole->body.length});
    if (is_chunked)
        MUST(buf_add_text(&text, whole->body.length > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n"));
    struct reading again;
    read_pieces(&again, (const uint8_t *)text.data, text.length, to_head, sizes);
    MUST(is_same(&again.trace, &whole->trace));
    MUST(again.used == text.length);
    free_reading(&again);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t whole_sizes[2] = {SIZE_MAX, SIZE_MAX};
    static const size_t byte_sizes[2] = {1, 1};
    struct fuzz_input input = {data, size};
    bool to_head = fuzz_byte(&input) % 2 != 0;
    const size_t sizes[2] = {(size_t)fuzz_byte(&input) + 1, (size_t)fuzz_byte(&input) + 1};
    struct reading whole;
    read_pieces(&whole, input.next, input.left, to_head, whole_sizes);
    check_cut(&whole, input.next, input.left, to_head, sizes);
    if (input.left <= BYTEWISE_MAX)
        check_cut(&whole, input.next, input.left, to_head, byte_sizes);
    bool is_complete = http_response_end_of_input(&whole.response) == HTTP_RESPONSE_COMPLETE;
    if (is_complete && input.left <= REWRITTEN_MAX)
        check_rewritten(&whole, to_head);
    free_reading(&whole);
    return 0;
}
