/* Threads for work that can block. */
#ifndef SHOAL_BASE_THREAD_H
#define SHOAL_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/must_use.h"

/* How long to wait for a thread that was asked to end. A disk needs less; one that does not respond
 * must not keep the process from ending. */
#define THREAD_LINGER_US (500 * CLOCK_US_PER_MS)

/* Starts a thread that runs `run(context)` on a stack of 256 KiB (or PTHREAD_STACK_MIN, if that is
 * more), so that many fit into a limited address space (`ulimit -v`). Every signal is blocked in
 * it: the thread that called the library handles signals. The caller joins it with pthread_join(3).
 * False: the system cannot start a thread; `*thread` is not set. */
MUST_USE bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

/* Makes a condition for thread_wait_until(), for pthread_cond_destroy(3). False: the system
 * cannot. */
MUST_USE bool thread_condition_init(pthread_cond_t *condition);

/* pthread_cond_timedwait(3) until `until_us` by clock_system(). It may return earlier. */
void thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_us);

#endif
