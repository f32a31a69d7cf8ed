/* Heads of responses: status lines, headers, interim responses, connections that are kept. */
#include "http_response_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
