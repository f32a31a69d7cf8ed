/* Threads for work that can block. */
#ifndef SHOAL_BASE_THREAD_H
#define SHOAL_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/must_use.h"

/* Starts a thread that runs `run(context)`, with a stack of 256 KiB, so that many fit where the
 * address space is limited (`ulimit -v`). Every signal is blocked in it: signals are handled by the
 * thread that called the library. The caller joins it with pthread_join(3). False: the system has
 * no thread to give; `*thread` is not set. */
MUST_USE bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
