/* What tests of large bodies share. It replaces preadv2(2) and can pretend that nothing is in the
 * page cache: then everything comes in chunks from the reader's threads. Include it in one file of
 * a program only. */
#ifndef SHOAL_TESTS_BODY_FIXTURE_H
#define SHOAL_TESTS_BODY_FIXTURE_H

#include "reader_fixture.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "io/body.h"
#include "io/http.h"

#define CHUNK  ((size_t)64 * 1024)
#define LENGTH (3 * CHUNK + 1000)

static bool cold; /* pretend that nothing is in the page cache */

static inline ssize_t cached_read(
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

static inline void fill_with_pattern(char *data, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++)
        data[i] = (char)(rand_r(&seed) >> 4);
}

static inline void stream_expect(struct stream *stream, const char *data, size_t length)
{
    memcpy(stream->expected + stream->expected_length, data, length);
    stream->expected_length += length;
}

static inline void stream_add_file(
    struct stream *stream, const char *name, size_t length, unsigned seed)
{
    char *data = malloc(length + 1);
    assert_non_null(data);
    fill_with_pattern(data, length, seed);
    fixture_write(stream->fixture, name, data, length);
    stream_expect(stream, data, length);
    free(data);
}

/* Writes and opens the files "a" and "b" with these lengths, and makes the body. */
static inline struct stream *stream_new(struct fixture *fixture, size_t length, size_t other)
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

/* Waits until the reader has no chunk left. True: one of them lets the transfer be resumed. */
static inline bool stream_settle(struct stream *stream)
{
    bool resumed = false;
    while (body_busy(stream->body)) {
        struct reader_job *job = fixture_next(stream->fixture);
        assert_ptr_equal(job->body, stream->body);
        resumed = body_chunk_done(stream->body, job) || resumed;
    }
    return resumed;
}

static inline void stream_free(struct stream *stream)
{
    (void)stream_settle(stream);
    body_free(stream->body);
    load_free(stream->load);
    free(stream->expected);
    free(stream->got);
    free(stream);
}

/* Reads until `until` bytes were read. Returns 0, or the enum http_read_end that ended the body. */
static inline int64_t stream_read(struct stream *stream, size_t until, size_t room)
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

static inline void assert_stream_is_whole(struct stream *stream)
{
    assert_int_equal(stream->got_length, stream->expected_length);
    assert_memory_equal(stream->got, stream->expected, stream->expected_length);
    assert_null(body_culprit(stream->body));
}

static inline int setup(void **state)
{
    cold = false;
    *state = fixture_new(2);
    return 0;
}

static inline int teardown(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    fixture_free(*state, names);
    return 0;
}

#endif
