#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "text/content_coding.h"

#define GZIP (15 + 16)
#define ZLIB 15
#define RAW  (-15)

/* Compresses `length` bytes; returns how many that makes. */
static size_t compress_into(char *out, size_t room, const char *text, size_t length, int window)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)text;
    stream.avail_in = (uInt)length;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t made = stream.total_out;
    (void)deflateEnd(&stream);
    return made;
}

static enum content_coding decode(
    const char *coding, const char *body, size_t length, struct buf *out)
{
    return content_decode((struct http_slice){coding, strlen(coding)}, body, length, out);
}

static void each_coding_is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *coding;
        int window;
    } cases[] = {{"gzip", GZIP}, {"x-GZIP", GZIP}, {"deflate", ZLIB}, {"deflate", RAW}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char body[200];
        struct buf out;
        buf_init(&out, 100);
        size_t length = compress_into(body, sizeof body, "hello hello", 11, cases[i].window);
        assert_int_equal(decode(cases[i].coding, body, length, &out), CONTENT_DECODED);
        assert_string_equal(buf_text(&out), "hello hello");
        buf_free(&out);
    }
}

static void what_is_plain_or_unknown_is_left_alone(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100);
    assert_int_equal(decode("", "x", 1, &out), CONTENT_PLAIN);
    assert_int_equal(decode("identity", "x", 1, &out), CONTENT_PLAIN);
    assert_int_equal(decode("br", "x", 1, &out), CONTENT_UNKNOWN);
    assert_int_equal(decode("gzip, gzip", "x", 1, &out), CONTENT_UNKNOWN);
    assert_int_equal(decode("gzip", "plain", 5, &out), CONTENT_UNKNOWN);
    assert_int_equal(decode("deflate", "\xff\xff\xff", 3, &out), CONTENT_UNKNOWN);
    assert_int_equal(decode("gzip", "", 0, &out), CONTENT_UNKNOWN);
    assert_int_equal(out.length, 0);
    buf_free(&out);
}

static void a_bomb_fills_the_buffer_and_no_more(void **state)
{
    (void)state;
    size_t size = 8 * 1024 * 1024;
    char *zeros = calloc(1, size);
    char body[64 * 1024];
    struct buf out;
    assert_non_null(zeros);
    size_t length = compress_into(body, sizeof body, zeros, size, GZIP);
    buf_init(&out, 10000);
    assert_int_equal(decode("gzip", body, length, &out), CONTENT_CUT);
    assert_int_equal(out.length, 10000);
    buf_free(&out);
    free(zeros);
}

static void what_is_there_of_a_cut_body_is_decoded(void **state)
{
    (void)state;
    char text[2000];
    char body[4000];
    struct buf out;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i * i % 23);
    size_t length = compress_into(body, sizeof body, text, sizeof text, GZIP);
    for (size_t cut = 0; cut < length; cut += 7) {
        buf_init(&out, 5000);
        enum content_coding result = decode("gzip", body, cut, &out);
        assert_true(result == CONTENT_CUT || (result == CONTENT_UNKNOWN && out.length == 0));
        assert_memory_equal(buf_text(&out), text, out.length);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_coding_is_decoded),
        cmocka_unit_test(what_is_plain_or_unknown_is_left_alone),
        cmocka_unit_test(a_bomb_fills_the_buffer_and_no_more),
        cmocka_unit_test(what_is_there_of_a_cut_body_is_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
