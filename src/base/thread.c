#include "base/thread.h"

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#define STACK_BYTES ((size_t)256 * 1024)

/* A new thread inherits the signal mask of its creator, so the mask is changed around the start. If
 * the new thread changed it, a signal could arrive first. */
bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    size_t stack = STACK_BYTES;
#ifdef PTHREAD_STACK_MIN
    if (stack < (size_t)PTHREAD_STACK_MIN)
        stack = (size_t)PTHREAD_STACK_MIN;
#endif
    (void)pthread_attr_setstacksize(&attributes, stack);
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, &attributes, run, context) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return started;
}

bool thread_condition_init(pthread_cond_t *condition)
{
#ifdef __APPLE__
    return pthread_cond_init(condition, NULL) == 0;
#else
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return made;
#endif
}

void thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_us)
{
    int64_t us = until_us;
#ifdef __APPLE__
    struct clock clock = clock_system();
    us -= clock_now_us(&clock);
    if (us < 0)
        return;
#endif
    struct timespec time = {.tv_sec = (time_t)(us / CLOCK_US_PER_SECOND),
        .tv_nsec = (long)(us % CLOCK_US_PER_SECOND) * 1000};
#ifdef __APPLE__
    (void)pthread_cond_timedwait_relative_np(condition, lock, &time);
#else
    (void)pthread_cond_timedwait(condition, lock, &time);
#endif
}
