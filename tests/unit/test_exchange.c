/* Exchanges whose request is in memory, and how they end. */
#include "exchange_fixture.h"

static void a_request_goes_out_whole_however_little_is_accepted_at_a_time(void **state)
{
    (void)state;
    static const char expected[] = "POST /path?query HTTP/1.1\r\n"
                                   "Host: host\r\n"
                                   "User-Agent: test\r\n"
                                   "Accept: */*\r\n"
                                   "Content-Length: 7\r\n\r\n"
                                   "content";
    static const size_t rooms[] = {1, 2, 7, 100, SIZE_MAX};
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        struct script script = friendly;
        script.accepts = rooms[i];
        script.comes_after = strlen(expected);
        struct scene *scene = scene_new(&script);
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_int_equal(scene->script.sent, strlen(expected));
        assert_memory_equal(scene->script.request, expected, strlen(expected));
        assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 200);
        assert_int_equal(scene->end.request_bytes, 7);
        scene_free(scene);
    }
}

static void a_response_is_read_however_it_is_cut(void **state)
{
    (void)state;
    static const char response[] = "HTTP/1.1 100 Continue\r\n\r\n"
                                   "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nX-One: 1\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (size_t piece = 1; piece <= sizeof response; piece++) {
        struct script script = friendly;
        script.bytes = response;
        script.piece = piece;
        struct scene *scene = scene_new(&script);
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 503);
        assert_string_equal(scene->end.retry_after, "7");
        assert_string_equal(buf_text(scene->end.answer), "abc");
        assert_non_null(strstr(buf_text(scene->end.headers), "X-One: 1\n"));
        scene_free(scene);
    }
}

/* The head is 91 bytes long, the whole request 98. */
static void the_phase_says_how_much_of_the_request_has_left(void **state)
{
    (void)state;
    static const struct {
        size_t until;
        enum attempt_phase phase;
    } rows[] = {
        {0, ATTEMPT_CONNECTING},
        {1, ATTEMPT_SENDING},
        {91, ATTEMPT_SENDING},
        {97, ATTEMPT_SENDING},
        {98, ATTEMPT_WAITING},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct script script = friendly;
        script.until = rows[i].until;
        script.comes_after = 0;
        script.after = CONNECTION_RESET;
        script.bytes = "";
        script.at_end = CONNECTION_RESET;
        struct scene *scene = scene_new(&script);
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_end(scene, rows[i].phase, rows[i].until < 98 ? ATTEMPT_SEND : ATTEMPT_RECEIVE, 0);
        scene_free(scene);
    }
}

static void a_kept_connection_that_dies_is_not_sent_to_again(void **state)
{
    (void)state;
    struct script script = friendly;
    script.bytes = "";
    script.at_end = CONNECTION_END;
    struct scene *scene = scene_new(&script);
    scene_begin(scene, 1);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_WAITING, ATTEMPT_WOULD_RESEND, 0);
    assert_true(scene->end.reused);
    scene_free(scene);
}

static void a_kept_connection_that_takes_no_byte_is_replaced(void **state)
{
    (void)state;
    struct script script = friendly;
    script.until = 0;
    script.after = CONNECTION_END;
    script.bytes = "";
    script.comes_after = 0;
    script.at_end = CONNECTION_END;
    struct scene *scene = scene_new(&script);
    scene_begin(scene, 1);
    assert_int_equal(scene_run(scene), EXCHANGE_NEVER_BEGAN);
    scene_free(scene);
}

static void a_response_that_came_before_a_break_is_read(void **state)
{
    (void)state;
    struct script script = friendly;
    script.until = 50;
    script.after = CONNECTION_RESET;
    script.comes_after = 50;
    script.bytes = "HTTP/1.1 401 No\r\nContent-Length: 6\r\n\r\ndenied";
    script.at_end = CONNECTION_RESET;
    struct scene *scene = scene_new(&script);
    scene_begin(scene, 0);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_ANSWERING, ATTEMPT_OK, 401);
    assert_string_equal(buf_text(scene->end.answer), "denied");
    scene_free(scene);
}

static void a_success_needs_its_whole_response(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum connection_result at_end;
        enum attempt_error error;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Le", CONNECTION_END, ATTEMPT_RECEIVE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", CONNECTION_END, ATTEMPT_RECEIVE},
        {"HTTP/1.1 200 OK\r\n\r\nto the end", CONNECTION_END, ATTEMPT_OK},
        {"HTTP/1.1 200 OK\r\n\r\nto the end", CONNECTION_RESET, ATTEMPT_RECEIVE},
        {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", CONNECTION_AGAIN, ATTEMPT_GARBAGE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct script script = friendly;
        script.bytes = rows[i].bytes;
        script.at_end = rows[i].at_end;
        struct scene *scene = scene_new(&script);
        scene_begin(scene, 0);
        assert_int_equal(scene_run(scene), EXCHANGE_OVER);
        assert_end(scene, ATTEMPT_ANSWERING, rows[i].error, 200);
        scene_free(scene);
    }
}

static void what_is_no_response_ends_it(void **state)
{
    (void)state;
    struct script script = friendly;
    script.bytes = "SSH-2.0-OpenSSH\r\n";
    struct scene *scene = scene_new(&script);
    scene_begin(scene, 0);
    assert_int_equal(scene_run(scene), EXCHANGE_OVER);
    assert_end(scene, ATTEMPT_WAITING, ATTEMPT_GARBAGE, 0);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_goes_out_whole_however_little_is_accepted_at_a_time),
        cmocka_unit_test(a_response_is_read_however_it_is_cut),
        cmocka_unit_test(the_phase_says_how_much_of_the_request_has_left),
        cmocka_unit_test(a_kept_connection_that_dies_is_not_sent_to_again),
        cmocka_unit_test(a_kept_connection_that_takes_no_byte_is_replaced),
        cmocka_unit_test(a_response_that_came_before_a_break_is_read),
        cmocka_unit_test(a_success_needs_its_whole_response),
        cmocka_unit_test(what_is_no_response_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
