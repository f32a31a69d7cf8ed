/* Limits of what is read of a response, and that each byte is looked at once. */
#include "http_response_fixture.h"

#include "text/http_response_line.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_has_a_limit),
        cmocka_unit_test(a_head_without_an_end_is_refused_at_the_limit),
        cmocka_unit_test(interim_heads_share_a_limit_that_does_not_reduce_the_final_heads),
        cmocka_unit_test(trailers_have_a_limit),
        cmocka_unit_test(chunk_extensions_share_a_limit),
        cmocka_unit_test(a_chunk_extension_without_an_end_is_refused_at_the_limit),
        cmocka_unit_test(a_line_is_not_read_beyond_its_end),
        cmocka_unit_test(a_line_that_comes_byte_by_byte_is_searched_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
