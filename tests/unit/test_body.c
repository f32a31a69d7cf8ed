/* The body of large files, on real files. This program replaces preadv2(2) and can pretend that
 * nothing is in the page cache: then everything comes in chunks from the reader's threads. */
#include "reader_fixture.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "io/body.h"
#include "io/http.h"

#define CHUNK  ((size_t)64 * 1024)
#define LENGTH (3 * CHUNK + 1000)

static bool cold; /* pretend that nothing is in the page cache */

static ssize_t cached_read(
    int descriptor, const struct iovec *pieces, int count, off_t position, int flags)
{
    if (cold) {
        errno = EAGAIN;
        return -1;
    }
    ssize_t got = syscall(SYS_preadv2, descriptor, pieces, count, position, 0, flags);
    /* Some file systems cannot tell, and the kernel may drop a page at any time: read it then. */
    return got > 0 ? got : preadv(descriptor, pieces, count, position);
}

/* The name that preadv2() has with 64-bit file offsets. */
ssize_t preadv64v2(
    int descriptor, const struct iovec *pieces, int count, off_t position, int flags);
ssize_t preadv64v2(int descriptor, const struct iovec *pieces, int count, off_t position, int flags)
{
    return cached_read(descriptor, pieces, count, position, flags);
}

/* A body of "head", the file "a", "middle", the file "b" and "tail", and what it must be. */
struct stream {
    struct fixture *fixture;
    struct load *load;
    struct body *body;
    char *expected;
    size_t expected_length;
    char *got;
    size_t got_length;
};

static void fill_with_pattern(char *data, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++)
        data[i] = (char)(rand_r(&seed) >> 4);
}

static void stream_expect(struct stream *stream, const char *data, size_t length)
{
    memcpy(stream->expected + stream->expected_length, data, length);
    stream->expected_length += length;
}

static void stream_add_file(struct stream *stream, const char *name, size_t length, unsigned seed)
{
    char *data = malloc(length + 1);
    assert_non_null(data);
    fill_with_pattern(data, length, seed);
    fixture_write(stream->fixture, name, data, length);
    stream_expect(stream, data, length);
    free(data);
}

/* Writes and opens the files "a" and "b" with these lengths, and makes the body. */
static struct stream *stream_new(struct fixture *fixture, size_t length, size_t other)
{
    struct stream *stream = calloc(1, sizeof *stream);
    struct error error;
    assert_non_null(stream);
    stream->fixture = fixture;
    stream->expected = calloc(1, length + other + 100);
    stream->got = calloc(1, length + other + 100);
    assert_true(stream->expected != NULL && stream->got != NULL);
    stream_expect(stream, "head", 4);
    stream_add_file(stream, "a", length, 1);
    stream_expect(stream, "middle", 6);
    stream_add_file(stream, "b", other, 2);
    stream_expect(stream, "tail", 4);
    stream->load = load_new(fixture, "a", "b");
    stream->load->job.whole_most = 0;
    load_do(fixture, stream->load);
    assert_int_equal(stream->load->job.result, READER_OK);
    const struct body_piece pieces[] = {
        {.data = "head", .length = 4},
        {.file = &stream->load->files[0]},
        {.data = "middle", .length = 6},
        {.file = &stream->load->files[1]},
        {.data = "", .length = 0},
        {.data = "tail", .length = 4},
    };
    stream->body = body_new(pieces, 6, fixture->reader, CHUNK, &error);
    assert_non_null(stream->body);
    return stream;
}

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

/* Waits until the reader has no chunk left. True: one of them lets the transfer be resumed. */
static bool stream_settle(struct stream *stream)
{
    bool resumed = false;
    while (body_busy(stream->body)) {
        struct reader_job *job = fixture_next(stream->fixture);
        assert_ptr_equal(job->body, stream->body);
        resumed = body_chunk_done(stream->body, job) || resumed;
    }
    return resumed;
}

static void stream_free(struct stream *stream)
{
    (void)stream_settle(stream);
    body_free(stream->body);
    load_free(stream->load);
    free(stream->expected);
    free(stream->got);
    free(stream);
}

/* Reads until `until` bytes were read. Returns 0, or the enum http_read_end that ended the body. */
static int64_t stream_read(struct stream *stream, size_t until, size_t room)
{
    while (stream->got_length < until) {
        size_t most = until - stream->got_length < room ? until - stream->got_length : room;
        int64_t count = body_read(stream->body, stream->got + stream->got_length, most);
        if (count == HTTP_READ_WAIT) {
            assert_true(body_busy(stream->body));
            assert_true(stream_settle(stream));
            continue;
        }
        if (count < 0)
            return count;
        assert_true(count > 0 && (size_t)count <= most);
        stream->got_length += (size_t)count;
    }
    return 0;
}

static void assert_stream_is_whole(struct stream *stream)
{
    assert_int_equal(stream->got_length, stream->expected_length);
    assert_memory_equal(stream->got, stream->expected, stream->expected_length);
    assert_null(body_culprit(stream->body));
}

static int setup(void **state)
{
    cold = false;
    *state = fixture_new(2);
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    fixture_free(*state, names);
    return 0;
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

/* The file `name` changes when `moment` bytes of the body have been returned. */
static void check_change(
    struct fixture *fixture, const struct change *change, const char *name, size_t moment)
{
    struct stream *stream = stream_new(fixture, LENGTH, 5000);
    assert_int_equal(stream_read(stream, moment, 1000), 0);
    change->make(fixture, name);
    int64_t end = stream_read(stream, stream->expected_length, 1000);
    if (end != HTTP_READ_CHANGED)
        fail_msg("%s was %s after %zu bytes: %d", name, change->name, moment, (int)end);
    size_t end_of_a = 4 + LENGTH;
    bool in_a = name[0] == 'a' && moment < end_of_a;
    assert_true(stream->got_length < (in_a ? end_of_a : stream->expected_length));
    const struct reader_file *culprit = &stream->load->files[name[0] - 'a'];
    assert_ptr_equal(body_culprit(stream->body), culprit);
    assert_int_equal(culprit->result, READER_CHANGED);
    char byte;
    assert_int_equal(body_read(stream->body, &byte, 1), HTTP_READ_CHANGED);
    stream_free(stream);
}

static void check_changes_at(struct fixture *fixture, size_t moment)
{
    for (size_t i = 0; i < CHANGES; i++) {
        check_change(fixture, &changes[i], "a", moment);
        check_change(fixture, &changes[i], "b", moment);
    }
    fixture_write(fixture, "a", "", 0);
    fixture_write(fixture, "b", "", 0);
}

static void a_file_that_changes_never_goes_whole(void **state)
{
    /* Before the first byte; in the first file; before its last byte; after it; before the last
     * byte of the second file; before the last byte of the body. */
    const size_t moments[] = {0, CHUNK + 100, 4 + LENGTH - 1, 4 + LENGTH, 4 + LENGTH + 6 + 5000 - 1,
        4 + LENGTH + 6 + 5000 + 3};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        cold = i % 2 == 1;
        check_changes_at(*state, moments[i]);
    }
}

static void an_empty_file_that_grows_is_noticed(void **state)
{
    struct stream *stream = stream_new(*state, 0, 5000);
    change_grow(*state, "a");
    assert_int_equal(stream_read(stream, stream->expected_length, 1000), HTTP_READ_CHANGED);
    assert_ptr_equal(body_culprit(stream->body), &stream->load->files[0]);
    stream_free(stream);
}

static void a_file_that_changed_while_it_waited_sends_nothing(void **state)
{
    struct stream *stream = stream_new(*state, LENGTH, 5000);
    change_rewrite(*state, "a");
    assert_int_equal(stream_read(stream, stream->expected_length, 1000), HTTP_READ_CHANGED);
    assert_int_equal(stream->got_length, 0);
    stream_free(stream);
}

static void a_file_that_cannot_be_read_on_says_why(void **state)
{
    cold = true;
    struct fixture *fixture = *state;
    struct stream *stream = stream_new(fixture, LENGTH, 5000);
    int writing = openat(fixture->root->descriptor, "a", O_WRONLY | O_CLOEXEC);
    /* The same file at the same descriptor, but not open for reading. */
    assert_true(dup2(writing, stream->load->files[0].descriptor) >= 0);
    close(writing);
    assert_int_equal(stream_read(stream, stream->expected_length, 1000), HTTP_READ_UNREADABLE);
    assert_ptr_equal(body_culprit(stream->body), &stream->load->files[0]);
    assert_int_equal(stream->load->files[0].result, READER_FAILED);
    assert_int_equal(stream->load->files[0].code, EBADF);
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

#define RACES 60

/* Each time, a thread rewrites the file somewhere in the middle of the stream. */
static void no_race_with_a_writer_returns_a_mixed_body(void **state)
{
    struct fixture *fixture = *state;
    struct rewriter rewriter = {.length = LENGTH};
    unsigned whole = 0;
    unsigned seed = 7;
    fixture_fill(fixture, "a", 'A', LENGTH);
    fixture_write(fixture, "b", "", 0);
    rewriter_add(&rewriter, fixture, "a");
    rewriter_start(&rewriter);
    for (unsigned i = 0; i < RACES; i++) {
        struct load *load = load_new(fixture, "a", NULL);
        struct error error;
        char *got = malloc(LENGTH);
        load->job.whole_most = 0;
        load_do(fixture, load);
        assert_int_equal(load->job.result, READER_OK);
        cold = i % 2 == 1;
        const struct body_piece piece = {.file = &load->files[0]};
        struct stream stream = {.fixture = fixture, .got = got};
        stream.body = body_new(&piece, 1, fixture->reader, CHUNK, &error);
        int64_t end = stream_read(&stream, (size_t)rand_r(&seed) % LENGTH, 30000);
        rewriter_poke(&rewriter, load->files[0].descriptor);
        if (end == 0)
            end = stream_read(&stream, LENGTH, 30000);
        if (end == 0) {
            whole++;
            assert_true(is_uniform(got, LENGTH));
        }
        (void)stream_settle(&stream);
        body_free(stream.body);
        load_free(load);
        free(got);
    }
    rewriter_end(&rewriter);
    print_message("# %u whole, %u changed\n", whole, RACES - whole);
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
        cmocka_unit_test_setup_teardown(a_file_that_changes_never_goes_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_file_that_grows_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_file_that_changed_while_it_waited_sends_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_on_says_why, setup, teardown),
        cmocka_unit_test_setup_teardown(
            no_race_with_a_writer_returns_a_mixed_body, setup, teardown),
        cmocka_unit_test_setup_teardown(a_body_works_without_threads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
