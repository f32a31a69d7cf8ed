/* Where the body of a response ends: lengths, chunks, and the end of the connection. */
#include "http_response_fixture.h"

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
        cmocka_unit_test(a_body_is_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
