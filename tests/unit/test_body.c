/* The body of large files, on real files. */
#include "body_fixture.h"

/* No length is ever negative. */
static void a_body_longer_than_a_length_can_say_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct reader_file huge = {.facts.size = INT64_MAX};
    struct reader_file half = {.facts.size = INT64_MAX / 2 + 1};
    const struct body_piece around[] = {{.data = "x", .length = 1}, {.file = &huge}};
    const struct body_piece halves[] = {{.file = &half}, {.file = &half}};
    struct error error;
    fixture_write(fixture, "a", "", 0);
    fixture_write(fixture, "b", "", 0);
    assert_null(body_new(around, 2, fixture->reader, CHUNK, &error));
    assert_int_equal(error.class, ERROR_DATA);
    assert_null(body_new(halves, 2, fixture->reader, CHUNK, &error));
    struct body *body = body_new(&around[1], 1, fixture->reader, CHUNK, &error);
    assert_true(body_length(body) == INT64_MAX);
    body_free(body);
}

static void pieces_come_in_their_order_whatever_the_room(void **state)
{
    const size_t rooms[] = {7, 4096, CHUNK, 1024 * 1024};
    for (size_t i = 0; i < 8; i++) {
        cold = i % 2 == 1;
        struct stream *stream = stream_new(*state, LENGTH, 5000);
        assert_int_equal(body_length(stream->body), stream->expected_length);
        assert_int_equal(stream_read(stream, stream->expected_length, rooms[i / 2]), 0);
        assert_stream_is_whole(stream);
        stream_free(stream);
    }
}

static void lengths_around_the_chunk_are_exact(void **state)
{
    cold = true;
    for (size_t length = 2 * CHUNK - 1; length <= 2 * CHUNK + 1; length++) {
        struct stream *stream = stream_new(*state, length, 1);
        assert_int_equal(stream_read(stream, stream->expected_length, 1000000), 0);
        assert_stream_is_whole(stream);
        stream_free(stream);
    }
}

static void empty_files_have_no_bytes(void **state)
{
    for (size_t length = 0; length <= 5; length += 5) {
        struct stream *stream = stream_new(*state, length, 5 - length);
        assert_int_equal(body_length(stream->body), 19);
        assert_int_equal(stream_read(stream, 19, 3), 0);
        assert_stream_is_whole(stream);
        stream_free(stream);
    }
}

static void what_is_cached_needs_no_chunk(void **state)
{
    struct stream *stream = stream_new(*state, LENGTH, 5000);
    while (stream->got_length < stream->expected_length) {
        int64_t count = body_read(stream->body, stream->got + stream->got_length, 4096);
        assert_true(count > 0);
        assert_false(body_busy(stream->body));
        stream->got_length += (size_t)count;
    }
    assert_stream_is_whole(stream);
    stream_free(stream);
}

static void what_is_not_cached_is_waited_for_and_read_ahead(void **state)
{
    cold = true;
    struct stream *stream = stream_new(*state, LENGTH, 5000);
    assert_int_equal(stream_read(stream, 4, 4), 0);
    assert_false(body_busy(stream->body));
    assert_int_equal(body_read(stream->body, stream->got + 4, 100), HTTP_READ_WAIT);
    assert_true(stream_settle(stream));
    /* Two chunks are ready now, and are returned without another wait. */
    size_t length = 4;
    while (length < 4 + 2 * CHUNK) {
        int64_t count = body_read(stream->body, stream->got + length, 4 + 2 * CHUNK - length);
        assert_true(count > 0);
        length += (size_t)count;
    }
    assert_true(body_busy(stream->body)); /* the next chunk is being read in place of the first */
    stream->got_length = length;
    assert_int_equal(stream_read(stream, stream->expected_length, 1000), 0);
    assert_stream_is_whole(stream);
    stream_free(stream);
}

static void a_chunk_that_nobody_waits_for_resumes_nothing(void **state)
{
    cold = true;
    struct stream *stream = stream_new(*state, LENGTH, 5000);
    assert_int_equal(stream_read(stream, 4 + CHUNK, 1000), 0);
    assert_true(body_busy(stream->body));
    assert_false(stream_settle(stream));
    stream_free(stream);
}

static void a_body_works_without_threads(void **state)
{
    struct fixture *with_threads = *state;
    static const char *const none[] = {NULL};
    fixture_free(with_threads, none);
    cold = true;
    *state = fixture_new(0);
    struct stream *stream = stream_new(*state, LENGTH, 5000);
    assert_int_equal(stream_read(stream, stream->expected_length, 1000), 0);
    assert_stream_is_whole(stream);
    stream_free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            pieces_come_in_their_order_whatever_the_room, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_body_longer_than_a_length_can_say_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(lengths_around_the_chunk_are_exact, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_files_have_no_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_cached_needs_no_chunk, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_is_not_cached_is_waited_for_and_read_ahead, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_chunk_that_nobody_waits_for_resumes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_body_works_without_threads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
