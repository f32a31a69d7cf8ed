#include "io/reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/thread.h"
#include "io/read/load.h"

#define FEW_THREADS 2   /* are started for a fast disk */
#define BATCH       8   /* so many jobs are worth waking a thread for, in any case */
#define SLOW_US     200 /* a job that takes longer waited for a disk */
#define WARY_JOBS   8   /* so many jobs after a slow one, every job gets a thread if there is one */
#define ROUND_UP_US (5 * CLOCK_US_PER_MS) /* jobs put aside become due together, that far apart */

struct job_list {
    struct reader_job *first;
    struct reader_job *last;
};

/* Every job stands in one list, or one thread has it. A file that was written a moment ago does not
 * hold a thread: its job is put aside until it is due, and the thread goes on with another.
 *
 * To wake a thread costs more than to read a small file that is in the cache. So while the disk
 * shows itself fast, a thread is told of new jobs only where the submitter has nothing left to
 * collect, or when a batch of them waits; what waits longer than that is told of by collect(),
 * which wake() has called for by then. Once a job was slow, every job gets a thread, and where none
 * is idle another is started: a slow disk is answered with many reads at once, a fast one needs few
 * threads. */
struct thread_reader {
    struct reader base;
    void (*wake)(void *context);
    void *wake_context;
    struct clock clock;
    pthread_mutex_t lock;  /* guards all below */
    pthread_cond_t more;   /* there is something to take, or an earlier moment to wait for */
    struct job_list jobs;  /* to be done, in their order */
    struct job_list aside; /* not yet, by `due_us` */
    struct job_list done;  /* to be collected */
    size_t job_count;      /* in `jobs` */
    unsigned wary;         /* counts down from WARY_JOBS after a slow job */
    unsigned idle;         /* threads that wait for `more` */
    bool waking;           /* one of them was told and has not looked yet */
    bool watched;          /* one of them waits for the first job of `aside` to be due */
    bool ending;
    unsigned thread_most;  /* so many may be started */
    unsigned thread_count; /* were */
    pthread_t threads[];
};

static struct thread_reader *thread_reader_of(struct reader *reader)
{
    return (struct thread_reader *)reader;
}

/* True where it is the only one now. */
static bool list_append(struct job_list *list, struct reader_job *job)
{
    bool only = list->first == NULL;
    job->next = NULL;
    if (only)
        list->first = job;
    else
        list->last->next = job;
    list->last = job;
    return only;
}

static struct reader_job *list_take(struct job_list *list)
{
    struct reader_job *job = list->first;
    if (job != NULL)
        list->first = job->next;
    return job;
}

/* True where it is the first now. */
static bool list_insert_by_due(struct job_list *list, struct reader_job *job)
{
    if (list->first == NULL || list->last->due_us <= job->due_us)
        return list_append(list, job);
    struct reader_job **place = &list->first;
    while ((*place)->due_us <= job->due_us)
        place = &(*place)->next;
    job->next = *place;
    *place = job;
    return list->first == job;
}

static void *work(void *context);

/* Where the system has no more threads, none is asked for again. */
static void start_thread(struct thread_reader *reader)
{
    if (thread_start(&reader->threads[reader->thread_count], work, reader))
        reader->thread_count++;
    else
        reader->thread_most = reader->thread_count;
}

/* Tells one idle thread, unless one is on its way already; starts one where none is idle and it is
 * worth it. */
static void tell_one(struct thread_reader *reader)
{
    bool worth_it = reader->wary > 0 || reader->thread_count < FEW_THREADS;
    if (reader->idle > 0 && !reader->waking) {
        reader->waking = true;
        (void)pthread_cond_signal(&reader->more);
    } else if (reader->idle == 0 && worth_it && reader->thread_count < reader->thread_most &&
               !reader->ending) {
        start_thread(reader);
    }
}

/* Are there jobs that should not wait for the threads that are awake? */
static bool must_tell(const struct thread_reader *reader)
{
    return reader->job_count >= BATCH || (reader->job_count > 0 && reader->wary > 0) ||
           (reader->aside.first != NULL && !reader->watched);
}

static bool is_due(const struct thread_reader *reader)
{
    const struct reader_job *first = reader->aside.first;
    return first != NULL && first->due_us <= clock_now_us(&reader->clock);
}

static struct reader_job *take_first(struct thread_reader *reader)
{
    if (is_due(reader))
        return list_take(&reader->aside);
    if (reader->job_count > 0)
        reader->job_count--;
    return list_take(&reader->jobs);
}

static struct timespec timespec_of(int64_t us)
{
    return (struct timespec){.tv_sec = (time_t)(us / CLOCK_US_PER_SECOND),
        .tv_nsec = (long)(us % CLOCK_US_PER_SECOND) * 1000};
}

/* Waits for `more`, at most until `due_us`. */
static void wait_until(struct thread_reader *reader, int64_t due_us)
{
#ifdef __APPLE__
    struct timespec span = timespec_of(due_us - clock_now_us(&reader->clock));
    if (span.tv_sec >= 0 && span.tv_nsec >= 0)
        (void)pthread_cond_timedwait_relative_np(&reader->more, &reader->lock, &span);
#else
    struct timespec until = timespec_of(due_us);
    (void)pthread_cond_timedwait(&reader->more, &reader->lock, &until);
#endif
}

/* Waits for `more`. One of the idle threads also looks at the clock, where a job was put aside. */
static void wait_for_more(struct thread_reader *reader)
{
    reader->idle++;
    if (reader->aside.first == NULL || reader->watched) {
        (void)pthread_cond_wait(&reader->more, &reader->lock);
    } else {
        reader->watched = true;
        wait_until(reader, reader->aside.first->due_us);
        reader->watched = false;
    }
    reader->idle--;
    reader->waking = false;
}

/* With the lock held: the next job to do. NULL: the reader ends. */
static struct reader_job *take(struct thread_reader *reader)
{
    while (!reader->ending) {
        struct reader_job *job = take_first(reader);
        if (job == NULL) {
            wait_for_more(reader);
            continue;
        }
        if (must_tell(reader))
            tell_one(reader);
        return job;
    }
    return NULL;
}

/* With the lock held: sorts a job in that reader_load_run() gave back. True: wake() is called for.
 */
static bool sort_in(struct thread_reader *reader, struct reader_job *job, int64_t wait)
{
    if (wait == 0)
        return list_append(&reader->done, job);
    int64_t due = clock_now_us(&reader->clock) + wait + ROUND_UP_US - 1;
    job->due_us = due - due % ROUND_UP_US;
    if (list_insert_by_due(&reader->aside, job) && reader->watched)
        (void)pthread_cond_broadcast(&reader->more); /* whoever watches must wait less long */
    return false;
}

/* Without the lock: does the job. True: it waited for a disk. */
static bool do_job(struct thread_reader *reader, struct reader_job *job, int64_t *wait)
{
    int64_t begun = clock_now_us(&reader->clock);
    *wait = reader_load_run(job);
    return clock_now_us(&reader->clock) - begun > SLOW_US;
}

static void *work(void *context)
{
    struct thread_reader *reader = context;
    struct reader_job *job;
    (void)pthread_mutex_lock(&reader->lock);
    while ((job = take(reader)) != NULL) {
        int64_t wait;
        (void)pthread_mutex_unlock(&reader->lock);
        bool slow = do_job(reader, job, &wait);
        (void)pthread_mutex_lock(&reader->lock);
        reader->wary = slow ? WARY_JOBS : reader->wary - (reader->wary > 0);
        if (sort_in(reader, job, wait)) {
            (void)pthread_mutex_unlock(&reader->lock);
            reader->wake(reader->wake_context);
            (void)pthread_mutex_lock(&reader->lock);
        }
    }
    (void)pthread_mutex_unlock(&reader->lock);
    return NULL;
}

/* No thread could be had: the caller's does it all. */
static void do_at_once(struct thread_reader *reader, struct reader_job *job)
{
    int64_t wait;
    while ((wait = reader_load_run(job)) > 0) {
        struct timespec span = timespec_of(wait);
        (void)nanosleep(&span, NULL);
    }
    if (list_append(&reader->done, job))
        reader->wake(reader->wake_context);
}

static void submit(struct reader *base, struct reader_job *job)
{
    struct thread_reader *reader = thread_reader_of(base);
    reader_load_prepare(job);
    (void)pthread_mutex_lock(&reader->lock); /* a thread may be starting another just now */
    if (reader->thread_count == 0) {
        (void)pthread_mutex_unlock(&reader->lock);
        do_at_once(reader, job);
        return;
    }
    (void)list_append(&reader->jobs, job);
    reader->job_count++;
    if (reader->done.first == NULL || must_tell(reader))
        tell_one(reader);
    (void)pthread_mutex_unlock(&reader->lock);
}

static struct reader_job *collect(struct reader *base)
{
    struct thread_reader *reader = thread_reader_of(base);
    (void)pthread_mutex_lock(&reader->lock);
    struct reader_job *jobs = reader->done.first;
    reader->done.first = NULL;
    if (reader->job_count > 0)
        tell_one(reader);
    (void)pthread_mutex_unlock(&reader->lock);
    return jobs;
}

static void reader_free(struct reader *base)
{
    struct thread_reader *reader = thread_reader_of(base);
    (void)pthread_mutex_lock(&reader->lock);
    reader->ending = true;
    (void)pthread_cond_broadcast(&reader->more);
    (void)pthread_mutex_unlock(&reader->lock);
    for (unsigned i = 0; i < reader->thread_count; i++)
        (void)pthread_join(reader->threads[i], NULL);
    (void)pthread_cond_destroy(&reader->more);
    (void)pthread_mutex_destroy(&reader->lock);
    free(reader);
}

static const struct reader_ops thread_ops = {submit, collect, reader_free};

/* The moments waited for are those of CLOCK_MONOTONIC, like `clock`. */
static bool make_locks(struct thread_reader *reader)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool made = true;
#ifndef __APPLE__
    made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0;
#endif
    made = made && pthread_cond_init(&reader->more, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    if (made && pthread_mutex_init(&reader->lock, NULL) != 0) {
        (void)pthread_cond_destroy(&reader->more);
        made = false;
    }
    return made;
}

struct reader *reader_new(
    unsigned threads, void (*wake)(void *context), void *context, struct error *error)
{
    struct thread_reader *reader = calloc(1, sizeof *reader + threads * sizeof reader->threads[0]);
    if (reader == NULL || !make_locks(reader)) {
        free(reader);
        (void)error_set_memory(error);
        return NULL;
    }
    reader->base.ops = &thread_ops;
    reader->wake = wake;
    reader->wake_context = context;
    reader->clock = clock_system();
    reader->wary = WARY_JOBS;
    reader->thread_most = threads;
    if (threads > 0)
        start_thread(reader);
    return &reader->base;
}
