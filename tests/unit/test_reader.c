/* The reader's threads and queues: files that wait, chunks, races. */
#include "around_read.h"

#include <semaphore.h>
#include <signal.h>

#include "base/abandon.h"

static int64_t age_us(struct timespec stamp)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)(now.tv_sec - stamp.tv_sec) * 1000000 + (now.tv_nsec - stamp.tv_nsec) / 1000;
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void a_file_that_was_just_written_is_left_until_it_is_old_enough(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    struct load *load = load_new(fixture, "a", NULL);
    load_do(fixture, load);
    assert_content(load, 0, "hello");
    assert_true(age_us(load->files[0].facts.ctime) >= 50000);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_time_in_the_far_future_is_not_waited_for(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) + 3600}};
    assert_int_equal(utimensat(fixture->root->descriptor, "a", times, 0), 0);
    struct load *load = load_new(fixture, "a", NULL);
    load_do(fixture, load);
    assert_content(load, 0, "hello");
    assert_true(age_us(load->files[0].facts.mtime) < 0);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

#define MANY 3600

/* If each occupied one of the two threads, they would take MANY * 25 ms = 90 s. */
static void files_that_were_just_written_wait_together(void **state)
{
    struct fixture *fixture = *state;
    static struct load *loads[MANY];
    static char names[MANY][16];
    static const char *made[MANY + 1];
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%zu", i);
        made[i] = names[i];
        fixture_write(fixture, names[i], names[i], strlen(names[i]));
        loads[i] = load_new(fixture, names[i], NULL);
    }
    int64_t begun = now_us();
    for (size_t i = 0; i < MANY; i++)
        load_submit(fixture, loads[i]);
    for (size_t i = 0; i < MANY; i++)
        (void)fixture_next(fixture);
    assert_true(now_us() - begun < MANY * INT64_C(25000));
    for (size_t i = 0; i < MANY; i++) {
        assert_content(loads[i], 0, names[i]);
        load_free(loads[i]);
    }
    finish(fixture, made);
}

/* On a busy machine the rewriter may pause for long enough: then the read itself meets a change.
 * The other file is old enough before, so that it waits for nothing but these jobs. */
static void a_file_that_is_rewritten_for_ever_ends_as_changed_and_delays_no_other(void **state)
{
    static const struct change rewritten = {"rewritten in place", change_rewrite};
    struct fixture *fixture = *state;
    struct rewriter rewriter = {.length = 100, .for_ever = true};
    fixture_write(fixture, "cold", "cold", 4);
    struct load *warm = load_new(fixture, "cold", NULL);
    load_do(fixture, warm);
    load_free(warm);
    fixture_fill(fixture, "hot", 'h', 100);
    around_read.fixture = fixture;
    around_read.name = "hot";
    around_read.before = &rewritten;
    rewriter_add(&rewriter, fixture, "hot");
    rewriter_start(&rewriter);
    struct load *hot[4];
    for (size_t i = 0; i < 4; i++) {
        hot[i] = load_new(fixture, "hot", NULL);
        load_submit(fixture, hot[i]);
    }
    struct load *cold = load_new(fixture, "cold", NULL);
    load_submit(fixture, cold);
    assert_ptr_equal(fixture_next(fixture), &cold->job);
    assert_content(cold, 0, "cold");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(fixture_next(fixture)->result, READER_CHANGED);
    rewriter_end(&rewriter);
    for (size_t i = 0; i < 4; i++)
        load_free(hot[i]);
    load_free(cold);
    FINISH(fixture, "hot", "cold", NULL);
}

static void without_threads_a_job_is_done_within_submit(void **state)
{
    struct fixture *with_threads = *state;
    FINISH(with_threads, NULL);
    struct fixture *fixture = fixture_new(0);
    fixture_write(fixture, "a", "hello", 5);
    struct load *load = load_new(fixture, "a", NULL);
    load_submit(fixture, load);
    assert_int_equal(fixture->wakes, 1);
    assert_content(load, 0, "hello");
    assert_ptr_equal(fixture_next(fixture), &load->job);
    assert_null(fixture->reader->ops->collect(fixture->reader));
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_signal_is_left_to_the_other_threads(void **state)
{
    struct fixture *fixture = *state;
    sigset_t one;
    sigset_t before;
    sigset_t pending;
    assert_true(
        signal(SIGUSR1, SIG_DFL) != SIG_ERR); /* in case this program was started with another */
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &one, &before), 0);
    assert_int_equal(sigismember(&before, SIGUSR1), 0);
    assert_int_equal(
        kill(getpid(), SIGUSR1), 0); /* would end the process if another thread received it */
    assert_int_equal(sigpending(&pending), 0);
    assert_int_equal(sigismember(&pending, SIGUSR1), 1);
    int received;
    assert_int_equal(sigwait(&one, &received), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    FINISH(fixture, NULL);
}

static void a_reader_that_ends_forgets_its_jobs(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "hello", 5);
    size_t open = count_descriptors();
    struct load *loads[20];
    for (size_t i = 0; i < 20; i++) {
        loads[i] = load_new(fixture, "a", NULL);
        load_submit(fixture, loads[i]);
    }
    assert_true(fixture->reader->ops->stop(fixture->reader));
    fixture->reader->ops->free(fixture->reader);
    fixture->reader = NULL;
    for (size_t i = 0; i < 20; i++)
        load_free(loads[i]);
    assert_int_equal(count_descriptors(), open);
    FINISH(fixture, "a", NULL);
}

/* A READER_CHUNK job. */
static struct reader_job chunk_of(
    struct reader_file *file, char *data, int64_t position, size_t length, bool last)
{
    return (struct reader_job){.work = READER_CHUNK,
        .file = file,
        .data = data,
        .position = position,
        .length = length,
        .last = last};
}

static enum reader_result do_chunk(struct fixture *fixture, struct reader_job *job)
{
    fixture->reader->ops->submit(fixture->reader, job);
    assert_ptr_equal(fixture_next(fixture), job);
    return job->result;
}

static void a_chunk_is_read_from_its_place(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "0123456789", 10);
    struct load *load = load_new(fixture, "a", NULL);
    load->job.whole_most = 0;
    load_do(fixture, load);
    char data[10];
    struct reader_job job = chunk_of(&load->files[0], data, 3, 4, false);
    assert_int_equal(do_chunk(fixture, &job), READER_OK);
    assert_memory_equal(data, "3456", 4);
    job = chunk_of(&load->files[0], data, 7, 3, true);
    assert_int_equal(do_chunk(fixture, &job), READER_OK);
    assert_memory_equal(data, "789", 3);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

static void a_chunk_of_a_changed_file_says_so(void **state)
{
    struct fixture *fixture = *state;
    fixture_write(fixture, "a", "0123456789", 10);
    struct load *load = load_new(fixture, "a", NULL);
    load->job.whole_most = 0;
    load_do(fixture, load);
    char data[10];
    change_rewrite(fixture, "a");
    struct reader_job job = chunk_of(&load->files[0], data, 0, 5, false);
    assert_int_equal(do_chunk(fixture, &job), READER_OK);
    job = chunk_of(&load->files[0], data, 5, 5, true);
    assert_int_equal(do_chunk(fixture, &job), READER_CHANGED);
    change_shrink(fixture, "a");
    job = chunk_of(&load->files[0], data, 0, 6, false);
    assert_int_equal(do_chunk(fixture, &job), READER_CHANGED);
    struct reader_file closed = {.descriptor = -1};
    job = chunk_of(&closed, data, 0, 1, false);
    assert_int_equal(do_chunk(fixture, &job), READER_FAILED);
    assert_int_equal(job.code, EBADF);
    load_free(load);
    FINISH(fixture, "a", NULL);
}

#define RACED        32
#define RACES        640
#define RACED_LENGTH ((size_t)256 * 1024)

/* Loads the files again and again; each read pokes the rewriter. Returns how many files that were
 * read are mixed. */
static unsigned race(struct fixture *fixture, struct load **loads, unsigned *results)
{
    unsigned mixed = 0;
    for (size_t i = 0; i < RACED; i++)
        load_submit(fixture, loads[i]);
    for (unsigned races = 0; races < RACES + RACED; races++) {
        struct load *load = fixture_next(fixture)->load_owner;
        results[load->job.result]++;
        if (load->job.result == READER_OK)
            mixed += !is_uniform(load->job.content.data + load->files[0].offset, RACED_LENGTH);
        if (races < RACES)
            load_submit(fixture, load);
    }
    return mixed;
}

static void no_race_with_a_writer_returns_a_mixed_file(void **state)
{
    struct fixture *fixture = *state;
    char names[RACED][16];
    const char *made[RACED + 1] = {NULL};
    struct load *loads[RACED];
    struct rewriter rewriter = {.length = RACED_LENGTH};
    for (size_t i = 0; i < RACED; i++) {
        snprintf(names[i], sizeof names[i], "%zu", i);
        made[i] = names[i];
        fixture_fill(fixture, names[i], 'A', RACED_LENGTH);
        rewriter_add(&rewriter, fixture, names[i]);
        loads[i] = load_new(fixture, names[i], NULL);
    }
    rewriter_start(&rewriter);
    around_read.rewriter = &rewriter;
    unsigned results[READER_FAILED + 1] = {0};
    unsigned mixed = race(fixture, loads, results);
    around_read.rewriter = NULL;
    rewriter_end(&rewriter);
    print_message("# %u whole, %u changed\n", results[READER_OK], results[READER_CHANGED]);
    assert_int_equal(mixed, 0);
    assert_int_equal(results[READER_OK] + results[READER_CHANGED], RACES + RACED);
    for (size_t i = 0; i < RACED; i++)
        load_free(loads[i]);
    finish(fixture, made);
}

#ifndef __SANITIZE_THREAD__
static sem_t never;
static sem_t begun; /* posted when a read hangs */

/* As if a file server did not respond. */
static void hang(const struct fixture *fixture, const char *name)
{
    (void)fixture;
    (void)name;
    sem_post(&begun);
    for (;;)
        (void)sem_wait(&never);
}

static void a_job_that_hangs_is_abandoned(void **state)
{
    struct fixture *fixture = *state;
    static const struct change hanging = {"held up", hang};
    fixture_write(fixture, "a", "hello", 5);
    struct load *warm = load_new(fixture, "a", NULL);
    load_do(fixture, warm); /* the file is old enough from here on */
    load_free(warm);
    sem_init(&never, 0, 0);
    sem_init(&begun, 0, 0);
    around_read.before = &hanging;
    struct load *load = load_new(fixture, "a", NULL);
    load->job.digests = DIGEST_MD5; /* so that a thread does it */
    load_submit(fixture, load);
    while (sem_wait(&begun) != 0)
        ;
    struct load *waiting = load_new(fixture, "a", NULL);
    waiting->job.digests = DIGEST_MD5;
    load_submit(fixture, waiting);
    assert_false(fixture->reader->ops->stop(fixture->reader));
    assert_true(load->job.abandoned);
    abandon(load);
    abandon(fixture->reader);
    if (waiting->job.abandoned)
        abandon(waiting);
    else
        load_free(waiting);
    /* It hangs until the program has ended: what it uses does not outlive main(). */
    fixture_remove(fixture, "a");
    assert_int_equal(rmdir(fixture->folder), 0);
    abandon(fixture); /* with its root, which the thread may still use */
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_chunk_of_a_changed_file_says_so, setup),
        cmocka_unit_test_setup(no_race_with_a_writer_returns_a_mixed_file, setup),
        cmocka_unit_test_setup(a_file_that_was_just_written_is_left_until_it_is_old_enough, setup),
        cmocka_unit_test_setup(a_time_in_the_far_future_is_not_waited_for, setup),
        cmocka_unit_test_setup(files_that_were_just_written_wait_together, setup),
        cmocka_unit_test_setup(
            a_file_that_is_rewritten_for_ever_ends_as_changed_and_delays_no_other, setup),
        cmocka_unit_test_setup(without_threads_a_job_is_done_within_submit, setup),
        cmocka_unit_test_setup(a_signal_is_left_to_the_other_threads, setup),
        cmocka_unit_test_setup(a_reader_that_ends_forgets_its_jobs, setup),
        cmocka_unit_test_setup(a_chunk_is_read_from_its_place, setup),
#ifndef __SANITIZE_THREAD__ /* its threads go on while the program ends, which is a race */
        cmocka_unit_test_setup(a_job_that_hangs_is_abandoned, setup),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
