/* The reader's threads and queues. Every job is in one list, or one thread has it:
 *
 *     submit() --> jobs --> a thread --> done --> collect()
 *                            |   ^
 *             its file is hot|   |due
 *                            v   |
 *                          postponed
 *
 * A file that was written a moment ago does not occupy a thread: its job is postponed until it is
 * due, and the thread goes on with another.
 *
 * Waking a thread costs more than reading a small file that is in the page cache. So submit() first
 * tries to read the file without waiting; only what the kernel does not have in its caches becomes
 * a job for a thread. After a miss, that is not tried for a while, longer for each miss in a row.
 *
 * For the same reason, while the disk is fast, submit() wakes a thread only if nothing is waiting
 * for collect(), or if a batch of jobs is waiting. Otherwise the next collect(), which wake()
 * requests, wakes one for them. After a slow job, every job wakes a thread, and one is started if
 * none is idle: a slow disk gets many reads at once, a fast one needs few threads. */
#include "io/reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/container_of.h"
#include "base/thread.h"
#include "io/read/job_list.h"
#include "io/read/load.h"

#define FAST_THREADS 2   /* threads started for a fast disk */
#define BATCH        8   /* waiting jobs that are always worth waking a thread */
#define SLOW_US      200 /* a job that takes longer has waited for the disk */
#define SKIPPED_MAX  64  /* jobs that are not tried without waiting after many misses */
#define SLOW_JOBS    8   /* jobs after a slow one for which the disk counts as slow */
#define DUE_STEP_US  (5 * CLOCK_US_PER_MS) /* postponed jobs become due at multiples of this */

/* One thread. */
struct worker {
    struct thread_reader *reader;
    pthread_t thread;
    struct reader_job *job; /* what it is doing; NULL: nothing */
    int64_t begun_us;       /* when it began to */
    bool ended;             /* it does not touch the reader any more */
};

struct thread_reader {
    struct reader base;
    void (*wake)(void *context);
    void *wake_context; /* the argument of wake() */
    struct clock clock;
    struct stamps stamps; /* what is known of the devices; any thread's */
    unsigned skip;        /* the submitter's: jobs that go to a thread without being tried */
    unsigned skip_next;   /* the submitter's: `skip` after the next miss */

    pthread_mutex_t lock;      /* guards the fields below */
    pthread_cond_t changed;    /* a job can be taken, an earlier one is due, or the reader ends */
    pthread_cond_t one_ended;  /* a worker has ended */
    struct job_list jobs;      /* to be done, in the order of submission */
    struct job_list postponed; /* to be tried again, sorted by `due_us` */
    struct job_list done;      /* to be collected, in the order in which they ended */
    size_t job_count;          /* length of `jobs` */
    unsigned slow_countdown;   /* SLOW_JOBS after a slow job, one less for each fast one; > 0: the
                                  disk counts as slow */
    unsigned idle;             /* threads that wait for `changed` */
    bool waking;               /* an idle thread was signaled and does not run yet */
    bool timer_set;            /* an idle thread waits until the first postponed job is due */
    bool ending;               /* the reader is being freed */
    unsigned thread_max;       /* the most threads that may be started */
    unsigned thread_count;     /* threads started: length of `workers` */
    struct worker workers[];
};

static struct thread_reader *thread_reader_of(struct reader *reader)
{
    return container_of(reader, struct thread_reader, base);
}

/* The threads' start routine; `context` is the worker. */
static void *work(void *context);

/* With the lock held, or before any thread runs: starts a thread. If the system refuses, none is
 * started later either. */
static void start_thread(struct thread_reader *reader)
{
    struct worker *worker = &reader->workers[reader->thread_count];
    worker->reader = reader;
    if (thread_start(&worker->thread, work, worker))
        reader->thread_count++;
    else
        reader->thread_max = reader->thread_count;
}

/* With the lock held: whether every thread has been busy with its job for long. A file server that
 * does not respond must not hold up files that lie elsewhere. */
static bool all_are_slow(const struct thread_reader *reader)
{
    int64_t long_ago = clock_now_us(&reader->clock) - SLOW_US;
    for (unsigned i = 0; i < reader->thread_count; i++) {
        if (reader->workers[i].job == NULL || reader->workers[i].begun_us > long_ago)
            return false;
    }
    return true;
}

/* With the lock held: wakes an idle thread, unless one is waking already. If none is idle, starts
 * one if the disk is slow or few were started. */
static void wake_thread(struct thread_reader *reader)
{
    if (reader->idle > 0 && !reader->waking) {
        reader->waking = true;
        (void)pthread_cond_signal(&reader->changed);
    } else if (reader->idle == 0 && reader->thread_count < reader->thread_max && !reader->ending &&
               (reader->slow_countdown > 0 || reader->thread_count < FAST_THREADS ||
                   all_are_slow(reader))) {
        start_thread(reader);
    }
}

/* With the lock held: whether there are jobs that should not wait for a thread that is running. */
static bool needs_thread(const struct thread_reader *reader)
{
    return reader->job_count >= BATCH || (reader->job_count > 0 && reader->slow_countdown > 0) ||
           (reader->postponed.first != NULL && !reader->timer_set);
}

static bool is_due(const struct thread_reader *reader)
{
    const struct reader_job *first = reader->postponed.first;
    return first != NULL && first->due_us <= clock_now_us(&reader->clock);
}

/* With the lock held: a postponed job that is due, or the next one, or NULL. */
static struct reader_job *take_first(struct thread_reader *reader)
{
    if (is_due(reader))
        return job_list_take(&reader->postponed);
    if (reader->job_count > 0)
        reader->job_count--;
    return job_list_take(&reader->jobs);
}

static struct timespec timespec_of(int64_t us)
{
    return (struct timespec){.tv_sec = (time_t)(us / CLOCK_US_PER_SECOND),
        .tv_nsec = (long)(us % CLOCK_US_PER_SECOND) * 1000};
}

/* With the lock held: waits for `changed`. If a job is postponed, one of the idle threads waits
 * only until it is due. */
static void wait_for_change(struct thread_reader *reader)
{
    reader->idle++;
    if (reader->postponed.first == NULL || reader->timer_set) {
        (void)pthread_cond_wait(&reader->changed, &reader->lock);
    } else {
        reader->timer_set = true;
        thread_wait_until(&reader->changed, &reader->lock, reader->postponed.first->due_us);
        reader->timer_set = false;
    }
    reader->idle--;
    reader->waking = false;
}

/* With the lock held: waits for a job and takes it. NULL: the reader ends. */
static struct reader_job *take(struct thread_reader *reader)
{
    while (!reader->ending) {
        struct reader_job *job = take_first(reader);
        if (job == NULL) {
            wait_for_change(reader);
            continue;
        }
        if (needs_thread(reader))
            wake_thread(reader);
        return job;
    }
    return NULL;
}

/* With the lock held: puts a job, for which reader_load_run() returned `wait`, into its list. True:
 * wake() must be called. */
static bool put_back(struct thread_reader *reader, struct reader_job *job, int64_t wait)
{
    if (wait == 0)
        return job_list_append(&reader->done, job);
    int64_t due = clock_now_us(&reader->clock) + wait + DUE_STEP_US - 1;
    job->due_us = due - due % DUE_STEP_US;
    if (job_list_insert_by_due(&reader->postponed, job) && reader->timer_set)
        (void)pthread_cond_broadcast(&reader->changed); /* the timer must be set to earlier */
    return false;
}

/* With the lock held, which is released meanwhile: does the job. Returns what reader_load_run()
 * does. */
static int64_t do_job(struct thread_reader *reader, struct worker *worker, struct reader_job *job)
{
    worker->job = job;
    worker->begun_us = clock_now_us(&reader->clock);
    (void)pthread_mutex_unlock(&reader->lock);
    int64_t wait = reader_load_run(job, &reader->stamps);
    (void)pthread_mutex_lock(&reader->lock);
    bool slow = clock_now_us(&reader->clock) - worker->begun_us > SLOW_US;
    reader->slow_countdown =
        slow ? SLOW_JOBS : reader->slow_countdown - (reader->slow_countdown > 0);
    worker->job = NULL;
    return wait;
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct thread_reader *reader = worker->reader;
    struct reader_job *job;
    (void)pthread_mutex_lock(&reader->lock);
    while ((job = take(reader)) != NULL) {
        int64_t wait = do_job(reader, worker, job);
        if (job->abandoned)
            break; /* nobody is there any more to be woken */
        if (put_back(reader, job, wait)) {
            (void)pthread_mutex_unlock(&reader->lock);
            reader->wake(reader->wake_context);
            (void)pthread_mutex_lock(&reader->lock);
        }
    }
    worker->ended = true;
    (void)pthread_cond_signal(&reader->one_ended);
    (void)pthread_mutex_unlock(&reader->lock);
    return NULL;
}

/* Without threads: does the job in the caller's thread. */
static void do_at_once(struct thread_reader *reader, struct reader_job *job)
{
    int64_t wait;
    while ((wait = reader_load_run(job, &reader->stamps)) > 0) {
        struct timespec span = timespec_of(wait);
        (void)nanosleep(&span, NULL);
    }
    if (job_list_append(&reader->done, job))
        reader->wake(reader->wake_context);
}

/* Whether the job could be done without waiting. Each miss in a row doubles the number of jobs that
 * are not tried: on a disk that is not cached, trying is wasted. */
static bool do_cached(struct thread_reader *reader, struct reader_job *job)
{
    if (reader->skip > 0) {
        reader->skip--;
        return false;
    }
    if (reader_load_run_cached(job, &reader->stamps)) {
        reader->skip_next = 1;
        return true;
    }
    reader->skip = reader->skip_next;
    reader->skip_next = reader->skip_next < SKIPPED_MAX ? reader->skip_next * 2 : SKIPPED_MAX;
    return false;
}

static void submit(struct reader *base, struct reader_job *job)
{
    struct thread_reader *reader = thread_reader_of(base);
    reader_load_prepare(job);
    if (job->work != READER_CHUNK && do_cached(reader, job)) {
        (void)pthread_mutex_lock(&reader->lock);
        (void)job_list_append(&reader->done, job);
        (void)pthread_mutex_unlock(&reader->lock);
        return;
    }
    (void)pthread_mutex_lock(&reader->lock); /* another thread may be in start_thread() */
    if (reader->thread_count == 0) {
        (void)pthread_mutex_unlock(&reader->lock);
        do_at_once(reader, job);
        return;
    }
    (void)job_list_append(&reader->jobs, job);
    reader->job_count++;
    if (reader->done.first == NULL || needs_thread(reader))
        wake_thread(reader);
    (void)pthread_mutex_unlock(&reader->lock);
}

static struct reader_job *collect(struct reader *base)
{
    struct thread_reader *reader = thread_reader_of(base);
    (void)pthread_mutex_lock(&reader->lock);
    struct reader_job *jobs = reader->done.first;
    reader->done.first = NULL;
    if (reader->job_count > 0)
        wake_thread(reader);
    (void)pthread_mutex_unlock(&reader->lock);
    return jobs;
}

/* With the lock held: a worker that has not ended; NULL: all have. */
static struct worker *find_running(struct thread_reader *reader)
{
    for (unsigned i = 0; i < reader->thread_count; i++) {
        if (!reader->workers[i].ended)
            return &reader->workers[i];
    }
    return NULL;
}

/* With the lock held: joins the worker's thread. False: it has not ended, and is left alone with
 * the job that it has. */
static bool join(struct worker *worker)
{
    if (worker->ended) {
        (void)pthread_join(worker->thread, NULL);
        return true;
    }
    if (worker->job != NULL)
        worker->job->abandoned = true;
    (void)pthread_detach(worker->thread);
    return false;
}

static bool stop(struct reader *base)
{
    struct thread_reader *reader = thread_reader_of(base);
    int64_t until_us = clock_now_us(&reader->clock) + THREAD_LINGER_US;
    bool all_ended = true;
    (void)pthread_mutex_lock(&reader->lock);
    reader->ending = true;
    (void)pthread_cond_broadcast(&reader->changed);
    while (find_running(reader) != NULL && clock_now_us(&reader->clock) < until_us)
        thread_wait_until(&reader->one_ended, &reader->lock, until_us);
    for (unsigned i = 0; i < reader->thread_count; i++)
        all_ended = join(&reader->workers[i]) && all_ended;
    (void)pthread_mutex_unlock(&reader->lock);
    return all_ended;
}

static void reader_free(struct reader *base)
{
    struct thread_reader *reader = thread_reader_of(base);
    (void)pthread_cond_destroy(&reader->one_ended);
    (void)pthread_cond_destroy(&reader->changed);
    (void)pthread_mutex_destroy(&reader->lock);
    free(reader);
}

static const struct reader_ops thread_ops = {submit, collect, stop, reader_free};

static bool make_locks(struct thread_reader *reader)
{
    if (pthread_mutex_init(&reader->lock, NULL) != 0)
        return false;
    if (thread_condition_init(&reader->changed)) {
        if (thread_condition_init(&reader->one_ended))
            return true;
        (void)pthread_cond_destroy(&reader->changed);
    }
    (void)pthread_mutex_destroy(&reader->lock);
    return false;
}

struct reader *reader_new(
    unsigned threads, void (*wake)(void *context), void *context, struct error *error)
{
    struct thread_reader *reader = calloc(1, sizeof *reader + threads * sizeof reader->workers[0]);
    if (reader == NULL || !make_locks(reader)) {
        free(reader);
        (void)error_set_memory(error);
        return NULL;
    }
    reader->base.ops = &thread_ops;
    reader->wake = wake;
    reader->wake_context = context;
    reader->clock = clock_system();
    reader->slow_countdown = SLOW_JOBS;
    reader->skip_next = 1;
    reader->thread_max = threads;
    if (threads > 0)
        start_thread(reader);
    return &reader->base;
}
