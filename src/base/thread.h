/* Threads for work that can block. */
#ifndef SHOAL_BASE_THREAD_H
#define SHOAL_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/must_use.h"

/* Starts a thread that runs `run(context)` on a stack of 256 KiB (or PTHREAD_STACK_MIN, if that is
 * more), so that many fit into a limited address space (`ulimit -v`). Every signal is blocked in
 * it: the thread that called the library handles signals. The caller joins it with pthread_join(3).
 * False: the system cannot start a thread; `*thread` is not set. */
MUST_USE bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
