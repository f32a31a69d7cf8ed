#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/signals.h"
#include "app/stream.h"

#define LINE_LENGTH 1000

static void lines_are_written_in_whole_batches(void **state)
{
    (void)state;
    int ends[2];
    struct stream stream;
    char line[LINE_LENGTH];
    char got[2 * STREAM_BATCH];
    assert_int_equal(
        pipe2(ends, O_DIRECT | O_NONBLOCK), 0); /* one read returns one write of up to 4 KiB */
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) >= 0);
    memset(line, 'x', sizeof line);
    stream_init(&stream, ends[1]);
    for (int i = 0; i < STREAM_BATCH / LINE_LENGTH; i++)
        assert_true(stream_add(&stream, line, sizeof line));
    assert_true(read(ends[0], got, sizeof got) < 0); /* nothing yet */
    assert_true(stream_add(&stream, line, sizeof line));
    size_t batch = 0;
    for (ssize_t piece; (piece = read(ends[0], got, sizeof got)) > 0;)
        batch += (size_t)piece;
    assert_int_equal(batch, STREAM_BATCH / LINE_LENGTH * LINE_LENGTH);
    assert_true(stream_finish(&stream));
    assert_int_equal(read(ends[0], got, sizeof got), LINE_LENGTH);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_failure_sticks_and_says_why(void **state)
{
    (void)state;
    struct stream stream;
    int descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(descriptor >= 0);
    stream_init(&stream, descriptor);
    assert_true(stream_add(&stream, "a\n", 2));
    assert_int_equal(stream.failure, 0);
    assert_false(stream_flush(&stream));
    assert_int_equal(stream.failure, ENOSPC);
    assert_false(stream_add(&stream, "b\n", 2));
    assert_false(stream_finish(&stream));
    (void)close(descriptor);
}

static void a_closed_pipe_is_an_error_and_no_signal(void **state)
{
    (void)state;
    int ends[2];
    struct stream stream;
    signals_ignore(SIGPIPE);
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[0]);
    stream_init(&stream, ends[1]);
    assert_true(stream_add(&stream, "a\n", 2));
    assert_false(stream_finish(&stream));
    assert_int_equal(stream.failure, EPIPE);
    (void)close(ends[1]);
}

static void more_than_a_pipe_holds_gets_through(void **state)
{
    (void)state;
    enum {
        LENGTH = 3 << 20
    };
    int ends[2];
    struct stream stream;
    char *data = calloc(1, LENGTH);
    assert_non_null(data);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    pid_t reader = fork();
    assert_true(reader >= 0);
    if (reader == 0) {
        char got[65536];
        size_t total = 0;
        (void)close(ends[1]);
        assert_int_equal(fcntl(ends[0], F_SETFL, 0), 0);
        for (ssize_t piece; (piece = read(ends[0], got, sizeof got)) > 0;)
            total += (size_t)piece;
        _exit(total == LENGTH ? 0 : 1);
    }
    (void)close(ends[0]);
    stream_init(&stream, ends[1]);
    assert_true(stream_add(&stream, data, LENGTH));
    assert_true(stream_finish(&stream));
    (void)close(ends[1]);
    int status;
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_int_equal(status, 0);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_written_in_whole_batches),
        cmocka_unit_test(a_failure_sticks_and_says_why),
        cmocka_unit_test(a_closed_pipe_is_an_error_and_no_signal),
        cmocka_unit_test(more_than_a_pipe_holds_gets_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
