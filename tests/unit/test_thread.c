#include "check.h"

#include <signal.h>

#include "base/thread.h"

struct seen {
    sigset_t blocked;
    size_t stack;
};

static void *look(void *context)
{
    struct seen *seen = context;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        (void)pthread_attr_getstacksize(&attributes, &seen->stack);
        (void)pthread_attr_destroy(&attributes);
    }
    return NULL;
}

static void a_thread_has_every_signal_blocked_and_its_starter_none_more(void **state)
{
    (void)state;
    sigset_t before;
    sigset_t after;
    struct seen seen = {0};
    pthread_t thread;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_true(thread_start(&thread, look, &seen));
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(pthread_join(thread, NULL), 0);
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGUSR1};
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        assert_int_equal(sigismember(&seen.blocked, signals[i]), 1);
        assert_int_equal(sigismember(&after, signals[i]), sigismember(&before, signals[i]));
    }
}

static void its_stack_is_small(void **state)
{
    (void)state;
    struct seen seen = {0};
    pthread_t thread;
    assert_true(thread_start(&thread, look, &seen));
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_in_range(seen.stack, 1, 1024 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_has_every_signal_blocked_and_its_starter_none_more),
        cmocka_unit_test(its_stack_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
