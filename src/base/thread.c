#include "base/thread.h"

#include <limits.h>
#include <signal.h>
#include <stddef.h>

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
