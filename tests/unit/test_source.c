#include "io/source.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>

#include "scratch.h"

/* ---- a system without threads: this pthread_create() replaces the C library's */

static bool no_threads;

typedef int create_thread(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context);

__attribute__((visibility("default"))) int pthread_create(pthread_t *restrict thread,
    const pthread_attr_t *restrict attributes, void *(*run)(void *), void *restrict context)
{
    if (no_threads)
        return EAGAIN;
    create_thread *real = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, run, context);
}

/* ---- a walk in a source */

struct fixture {
    struct source *source;
    int wakes[2]; /* a pipe: one byte per call of wake() */
    int list[2];  /* a pipe: the list of the walk */
    bool ended;
};

static void wake(void *context)
{
    const struct fixture *fixture = context;
    assert_int_equal(write(fixture->wakes[1], "", 1), 1);
}

static void begin(struct fixture *fixture, const char *operand)
{
    *fixture = (struct fixture){0};
    assert_int_equal(pipe(fixture->wakes), 0);
    assert_int_equal(pipe(fixture->list), 0);
    struct error error = {0};
    struct walk *walk = walk_new(
        &(struct walk_options){
            .operands = &operand, .operand_count = 1, .list_descriptor = fixture->list[0]},
        &error);
    assert_non_null(walk);
    fixture->source = source_new(walk, wake, fixture, &error);
    assert_non_null(fixture->source);
}

static void end(struct fixture *fixture)
{
    assert_true(fixture->source->ops->stop(fixture->source));
    fixture->source->ops->free(fixture->source);
    for (size_t i = 0; i < 2; i++) {
        (void)close(fixture->wakes[i]);
        (void)close(fixture->list[i]);
    }
}

/* Waits for a wake(); fails if there is none. */
static void wait_for_wake(const struct fixture *fixture)
{
    struct pollfd wait = {.fd = fixture->wakes[0], .events = POLLIN};
    assert_int_equal(poll(&wait, 1, 300 * 1000), 1);
    char byte;
    assert_int_equal(read(fixture->wakes[0], &byte, 1), 1);
}

static size_t take(struct fixture *fixture, struct walk_item *items, size_t most)
{
    return fixture->source->ops->take(fixture->source, items, most);
}

/* Takes the items that are ready, at most `most`, and frees them. Returns the number of files. */
static size_t take_files(struct fixture *fixture, size_t most)
{
    struct walk_item items[SOURCE_QUEUE];
    size_t files = 0;
    size_t taken = take(fixture, items, most);
    for (size_t i = 0; i < taken; i++) {
        assert_false(fixture->ended);
        files += items[i].kind == WALK_FILE;
        fixture->ended = items[i].kind == WALK_END;
        free(items[i].entry);
        free(items[i].path);
        free(items[i].text);
    }
    return files;
}

static void make_files(unsigned count)
{
    make_folder("top");
    for (unsigned i = 0; i < count; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "top/%u", i);
        make_file(path, "");
    }
}

static void every_item_comes_once_and_the_end_last(void **state)
{
    (void)state;
    make_files(3 * SOURCE_QUEUE + 7);
    make_link("0", "top/link");
    struct fixture fixture;
    begin(&fixture, "top");
    size_t files = 0;
    while (!fixture.ended) {
        wait_for_wake(&fixture);
        for (size_t found = 1; found > 0 && !fixture.ended;) {
            found = take_files(&fixture, 100);
            files += found;
        }
    }
    assert_int_equal(files, 3 * SOURCE_QUEUE + 7);
    assert_int_equal(fixture.source->ops->passed_over(fixture.source), 1);
    assert_int_equal(take_files(&fixture, 100), 0);
    end(&fixture);
}

static void no_more_is_taken_than_asked_for(void **state)
{
    (void)state;
    make_files(10);
    struct fixture fixture;
    begin(&fixture, "top");
    struct walk_item items[4];
    wait_for_wake(&fixture);
    for (size_t left = 10; left > 0;) {
        size_t taken = take(&fixture, items, left < 4 ? left : 4);
        assert_true(taken <= 4);
        for (size_t i = 0; i < taken; i++)
            free(items[i].entry);
        if (taken == 0)
            wait_for_wake(&fixture);
        left -= taken;
    }
    end(&fixture);
}

static void a_path_from_a_slow_list_comes_at_once(void **state)
{
    (void)state;
    make_file("a", "");
    make_file("b", "");
    struct fixture fixture;
    begin(&fixture, "-");
    assert_int_equal(take_files(&fixture, 10), 0);
    for (const char *name = "ab"; *name != '\0'; name++) {
        assert_int_equal(write(fixture.list[1], (char[]){*name, '\n'}, 2), 2);
        wait_for_wake(&fixture);
        assert_int_equal(take_files(&fixture, 10), 1);
    }
    (void)close(fixture.list[1]);
    wait_for_wake(&fixture);
    assert_int_equal(take_files(&fixture, 10), 0);
    assert_true(fixture.ended);
    fixture.list[1] = dup(0);
    end(&fixture);
}

static void a_walk_that_waits_for_standard_input_can_be_freed(void **state)
{
    (void)state;
    make_file("a", "");
    struct fixture fixture;
    begin(&fixture, "-");
    assert_int_equal(write(fixture.list[1], "a\na", 3), 3);
    wait_for_wake(&fixture);
    end(&fixture);
}

/* A FIFO comes before each file, so that passed_over() is the number of files in the queue. */
static void a_walk_that_waits_for_room_can_be_freed(void **state)
{
    (void)state;
    make_file("a", "");
    make_fifo("p");
    struct fixture fixture;
    begin(&fixture, "-");
    for (unsigned i = 0; i < 2 * SOURCE_QUEUE; i++)
        assert_int_equal(write(fixture.list[1], "p\na\n", 4), 4);
    uint64_t queued = 0;
    for (; queued < SOURCE_QUEUE; queued = fixture.source->ops->passed_over(fixture.source))
        (void)sched_yield();
    assert_int_equal(queued, SOURCE_QUEUE);
    end(&fixture);
}

static void without_threads_take_walks_by_itself(void **state)
{
    (void)state;
    make_files(200);
    make_link("0", "top/link");
    struct fixture fixture;
    no_threads = true;
    begin(&fixture, "top");
    no_threads = false;
    size_t files = 0;
    size_t calls = 0;
    for (; !fixture.ended; calls++)
        files += take_files(&fixture, SOURCE_QUEUE);
    assert_int_equal(files, 200);
    assert_true(calls > 2);
    assert_int_equal(fixture.source->ops->passed_over(fixture.source), 1);
    assert_int_equal(take_files(&fixture, 100), 0);
    end(&fixture);
}

static void without_threads_what_was_listed_is_returned_before_the_list_is_waited_for(void **state)
{
    (void)state;
    make_file("a", "");
    make_file("b", "");
    struct fixture fixture;
    no_threads = true;
    begin(&fixture, "-");
    no_threads = false;
    assert_int_equal(write(fixture.list[1], "a\nb\n", 4), 4);
    assert_int_equal(take_files(&fixture, 100), 2);
    end(&fixture);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(every_item_comes_once_and_the_end_last),
        IN_SCRATCH(no_more_is_taken_than_asked_for),
        IN_SCRATCH(a_path_from_a_slow_list_comes_at_once),
        IN_SCRATCH(a_walk_that_waits_for_standard_input_can_be_freed),
        IN_SCRATCH(a_walk_that_waits_for_room_can_be_freed),
        IN_SCRATCH(without_threads_take_walks_by_itself),
        IN_SCRATCH(without_threads_what_was_listed_is_returned_before_the_list_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
