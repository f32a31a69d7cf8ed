/* Text that a thread writes: order, completeness, and who waits for whom. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/outbox.h"
#include "app/signals.h"

#define LINE_LENGTH 1000

/* Writes line number `number`, of LINE_LENGTH bytes, to `line`. */
static void make_line(char *line, unsigned number)
{
    (void)snprintf(line, LINE_LENGTH, "%0*u", LINE_LENGTH - 1, number);
    line[LINE_LENGTH - 1] = '\n';
}

/* Reads `count` lines, which must be those from `first` on. */
static void expect_lines(int descriptor, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char line[LINE_LENGTH];
        char expected[LINE_LENGTH];
        for (size_t got = 0; got < sizeof line;) {
            ssize_t piece = read(descriptor, line + got, sizeof line - got);
            assert_true(piece > 0);
            got += (size_t)piece;
        }
        make_line(expected, first + i);
        assert_memory_equal(line, expected, sizeof line);
    }
}

static void add_line(struct outbox *outbox, unsigned number)
{
    char line[LINE_LENGTH];
    make_line(line, number);
    assert_true(outbox_add(outbox, line, sizeof line));
}

static void a_line_is_written_without_another_call(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct outbox *outbox = outbox_new(ends[1]);
    assert_non_null(outbox);
    for (unsigned number = 0; number < 5; number++) {
        add_line(outbox, number);
        expect_lines(ends[0], number, 1); /* hangs if it is not written */
    }
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    outbox_free(outbox);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void nobody_waits_for_a_reader_that_reads_nothing(void **state)
{
    (void)state;
    enum {
        LINES = OUTBOX_MOST / LINE_LENGTH
    };
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct outbox *outbox = outbox_new(ends[1]);
    for (unsigned number = 0; number < LINES; number++)
        add_line(outbox, number); /* hangs if it waits for the reader */
    assert_true(outbox_waiting(outbox) > OUTBOX_MOST / 2);
    expect_lines(ends[0], 0, LINES);
    assert_true(outbox_finish(outbox));
    assert_int_equal(outbox_waiting(outbox), 0);
    outbox_free(outbox);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

struct filler {
    struct outbox *outbox;
    unsigned count;
};

static void *fill(void *context)
{
    const struct filler *filler = context;
    for (unsigned number = 0; number < filler->count; number++)
        add_line(filler->outbox, number);
    (void)outbox_finish(filler->outbox);
    return NULL;
}

static void more_than_it_holds_waits_for_room_and_is_complete(void **state)
{
    (void)state;
    int ends[2];
    pthread_t thread;
    assert_int_equal(pipe(ends), 0);
    struct filler filler = {.outbox = outbox_new(ends[1]), .count = 2 * OUTBOX_MOST / LINE_LENGTH};
    assert_int_equal(pthread_create(&thread, NULL, fill, &filler), 0);
    expect_lines(ends[0], 0, filler.count);
    assert_int_equal(pthread_join(thread, NULL), 0);
    outbox_free(filler.outbox);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_line_longer_than_all_of_it_gets_through(void **state)
{
    (void)state;
    size_t length = OUTBOX_MOST + OUTBOX_MOST / 2;
    char *line = malloc(length);
    assert_non_null(line);
    memset(line, 'x', length);
    line[length - 1] = '\n';
    int descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct outbox *outbox = outbox_new(descriptor);
    for (int i = 0; i < 3; i++)
        assert_true(outbox_add(outbox, line, length));
    assert_true(outbox_finish(outbox));
    outbox_free(outbox);
    (void)close(descriptor);
    free(line);
}

static void a_failure_sticks_and_says_why(void **state)
{
    (void)state;
    int descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct outbox *outbox = outbox_new(descriptor);
    assert_int_equal(outbox_failure(NULL), 0);
    assert_int_equal(outbox_failure(outbox), 0);
    (void)outbox_add(outbox, "a\n", 2);
    assert_false(outbox_finish(outbox));
    assert_int_equal(outbox_failure(outbox), ENOSPC);
    assert_false(outbox_add(outbox, "b\n", 2));
    outbox_free(outbox);
    outbox_free(NULL);
    (void)close(descriptor);
}

static void what_was_never_used_can_be_freed(void **state)
{
    (void)state;
    struct outbox *outbox = outbox_new(1);
    assert_int_equal(outbox_waiting(outbox), 0);
    assert_true(outbox_finish(outbox));
    outbox_free(outbox);
}

/* The last test: from here on, the user wants to stop at once. */
static void the_second_signal_ends_the_wait_for_a_reader(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct outbox *outbox = outbox_new(ends[1]);
    for (unsigned number = 0; number < 200; number++)
        add_line(outbox, number);
    signals_watch(NULL);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(raise(SIGTERM), 0);
    signals_restore();
    assert_false(outbox_finish(outbox)); /* hangs if it waits for the reader */
    assert_int_equal(outbox_failure(outbox), EINTR);
    (void)close(ends[0]); /* the writer's write(2) fails, so that it is not left behind */
    while (outbox_waiting(outbox) > 0)
        (void)sched_yield();
    outbox_free(outbox);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_written_without_another_call),
        cmocka_unit_test(nobody_waits_for_a_reader_that_reads_nothing),
        cmocka_unit_test(more_than_it_holds_waits_for_room_and_is_complete),
        cmocka_unit_test(a_line_longer_than_all_of_it_gets_through),
        cmocka_unit_test(a_failure_sticks_and_says_why),
        cmocka_unit_test(what_was_never_used_can_be_freed),
        cmocka_unit_test(the_second_signal_ends_the_wait_for_a_reader),
    };
    signals_ignore(SIGPIPE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
