/* For LD_PRELOAD: creating a thread fails, except for the first SHOAL_TEST_THREADS ones (default
 * 0).
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static int allowed = -1;

int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

    if (allowed < 0) {
        const char *text = getenv("SHOAL_TEST_THREADS");
        allowed = text ? (int)strtol(text, NULL, 10) : 0;
    }
    if (allowed-- <= 0) {
        allowed = 0;
        return EAGAIN;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, start, argument);
}
