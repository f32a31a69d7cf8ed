#include "check.h"

#include <string.h>

#include "text/encode.h"

static void check(const struct buf *out, const char *expected)
{
    assert_false(out->failed);
    assert_string_equal(buf_text(out), expected);
}

static void percent_keeps_unreserved_bytes_alone(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 10000);
    assert_true(encode_percent(&out, "AZaz09-._~", 10, ""));
    check(&out, "AZaz09-._~");
    buf_clear(&out);
    assert_true(encode_percent(&out, "a b/c?d&e=f+g%h#\xff", 17, ""));
    check(&out, "a%20b%2Fc%3Fd%26e%3Df%2Bg%25h%23%FF");
    buf_clear(&out);
    assert_true(encode_percent(&out, "a/b:c", 5, "/:"));
    check(&out, "a/b:c");
    buf_clear(&out);
    assert_true(encode_percent(&out, "\0/", 2, "/"));
    check(&out, "%00/");
    buf_free(&out);
}

static void every_byte_survives_a_percent_round_trip(void **state)
{
    (void)state;
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    struct buf encoded;
    struct buf decoded;
    buf_init(&encoded, 10000);
    buf_init(&decoded, 10000);
    assert_true(encode_percent(&encoded, all, sizeof all, ""));
    assert_true(decode_percent(&decoded, encoded.data, encoded.length));
    assert_int_equal(decoded.length, sizeof all);
    assert_memory_equal(decoded.data, all, sizeof all);
    buf_free(&encoded);
    buf_free(&decoded);
}

static void decoding_accepts_both_cases_and_refuses_halves(void **state)
{
    (void)state;
    static const char *const bad[] = {"%", "%4", "a%", "%g0", "%0g", "%%41", "%4%31"};
    struct buf out;
    buf_init(&out, 100);
    assert_true(decode_percent(&out, "%4a%4A+", 7));
    check(&out, "JJ+");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(decode_percent(&out, bad[i], strlen(bad[i])));
    buf_free(&out);
}

static void json_is_ascii_and_escapes_nothing_else(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1000);
    static const char text[] = "\"\\\b\f\n\r\t\x01\x1f \x7f/\xc3\xa9\xf0\x9f\x90\x9f";
    assert_true(encode_json(&out, text, sizeof text - 1));
    check(&out, "\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f \\u007f/\\u00e9\\ud83d\\udc1f");
    buf_clear(&out);
    assert_true(encode_json(&out, "a\0b", 3));
    check(&out, "a\\u0000b");
    buf_free(&out);
}

static void json_unicode_escapes_use_surrogate_pairs(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100);
    assert_true(encode_json_unicode(&out, 0xe9));
    assert_true(encode_json_unicode(&out, 0xffff));
    assert_true(encode_json_unicode(&out, 0x10000));
    assert_true(encode_json_unicode(&out, 0x1f41f));
    check(&out, "\\u00e9\\uffff\\ud800\\udc00\\ud83d\\udc1f");
    buf_free(&out);
}

/* The test vectors of RFC 4648, section 10, and the last two digits of the alphabet. */
static void base64_is_as_in_the_standard(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
        {"\xff\xff\xbe", "//++"}};
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        buf_clear(&out);
        assert_true(encode_base64(&out, vectors[i][0], strlen(vectors[i][0])));
        check(&out, vectors[i][1]);
        buf_clear(&out);
        assert_true(decode_base64(&out, vectors[i][1], strlen(vectors[i][1])));
        check(&out, vectors[i][0]);
    }
    buf_free(&out);
}

static void what_is_not_base64_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Z", "Zg", "Zg=", "Z===", "Zg==Zg==", "Zm9-", "Zm 9", "===="};
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_false(decode_base64(&out, texts[i], strlen(texts[i])));
    buf_free(&out);
}

static void hex_is_lower_case(void **state)
{
    (void)state;
    char text[] = "xxxxxxxx";
    encode_hex(text, "\x00\x1a\xff", 3);
    assert_memory_equal(text, "001aff\0x", 8);
}

static void utf8_sequences_are_measured(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        unsigned code_point;
    } good[] = {{"a", 1, 'a'}, {"\x7f", 1, 0x7f}, {"\xc2\x80", 2, 0x80}, {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800}, {"\xed\x9f\xbf", 3, 0xd7ff}, {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff}, {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff}};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        unsigned code_point = 0;
        size_t length = strlen(good[i].text);
        assert_int_equal(utf8_sequence(good[i].text, length, &code_point), good[i].length);
        assert_int_equal(code_point, good[i].code_point);
        assert_int_equal(utf8_sequence(good[i].text, length - 1, NULL), 0);
    }
    unsigned code_point = 1;
    assert_int_equal(utf8_sequence("", 1, &code_point), 1);
    assert_int_equal(code_point, 0);
}

static void broken_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ",
        "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xe2\x28\xa1", "\xf0\x9f\x90"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(utf8_sequence(bad[i], strlen(bad[i]), NULL), 0);
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
    }
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("a\0\xc3\xa9", 4));
}

static void repair_replaces_each_bad_byte(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100);
    assert_true(utf8_repair(&out, "a\xff\xc3\xa9\xe2\x82z", 7));
    check(&out, "a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbdz");
    assert_true(utf8_valid(out.data, out.length));
    buf_free(&out);
}

static void a_full_buffer_makes_every_encoder_false(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 2);
    assert_false(encode_percent(&out, "  ", 2, ""));
    buf_clear(&out);
    assert_false(encode_json(&out, "\x01", 1));
    buf_clear(&out);
    assert_false(encode_base64(&out, "a", 1));
    buf_clear(&out);
    assert_false(encode_json_unicode(&out, 'a'));
    buf_clear(&out);
    assert_false(utf8_repair(&out, "\xff", 1));
    buf_clear(&out);
    assert_false(decode_percent(&out, "abc", 3));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percent_keeps_unreserved_bytes_alone),
        cmocka_unit_test(every_byte_survives_a_percent_round_trip),
        cmocka_unit_test(decoding_accepts_both_cases_and_refuses_halves),
        cmocka_unit_test(json_is_ascii_and_escapes_nothing_else),
        cmocka_unit_test(json_unicode_escapes_use_surrogate_pairs),
        cmocka_unit_test(base64_is_as_in_the_standard),
        cmocka_unit_test(what_is_not_base64_is_refused),
        cmocka_unit_test(hex_is_lower_case),
        cmocka_unit_test(utf8_sequences_are_measured),
        cmocka_unit_test(broken_utf8_is_refused),
        cmocka_unit_test(repair_replaces_each_bad_byte),
        cmocka_unit_test(a_full_buffer_makes_every_encoder_false),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
