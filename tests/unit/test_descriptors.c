/* The limit of open files, and how much fits under it. Each case runs in its own process, because a
 * hard limit cannot be raised again. */
#include "check.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/descriptors.h"

#define PLENTY 4096

struct given {
    rlim_t soft;
    rlim_t hard;
    unsigned jobs;
    unsigned ahead;
    unsigned files;
};

/* The result; the process sends it through a pipe. */
struct made {
    struct descriptors fit;
    rlim_t soft;
};

static struct made fit(struct given given)
{
    int ends[2];
    struct made made = {0};
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = given.soft, .rlim_max = given.hard};
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            _exit(1);
        made.fit = descriptors_fit(
            (struct descriptors){.jobs = given.jobs, .ahead = given.ahead}, given.files);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
        made.soft = limit.rlim_cur;
        _exit(write(ends[1], &made, sizeof made) == (ssize_t)sizeof made ? 0 : 1);
    }
    int status;
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &made, sizeof made), sizeof made);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return made;
}

static void everything_fits_under_a_high_limit(void **state)
{
    (void)state;
    struct made made = fit((struct given){PLENTY, PLENTY, 64, 32, 1});
    assert_int_equal(made.fit.jobs, 64);
    assert_int_equal(made.fit.ahead, 32);
    assert_int_equal(made.soft, PLENTY);
}

static void the_soft_limit_is_raised_as_far_as_is_needed(void **state)
{
    (void)state;
    struct made made = fit((struct given){64, PLENTY, 256, 64, 1});
    assert_int_equal(made.fit.jobs, 256);
    assert_int_equal(made.fit.ahead, 64);
    assert_true(made.soft > 256 * 3 && made.soft < PLENTY);
}

static void the_hard_limit_is_not_exceeded(void **state)
{
    (void)state;
    struct made made = fit((struct given){32, 200, 256, 64, 1});
    assert_int_equal(made.soft, 200);
    assert_in_range(made.fit.jobs, 10, 60);
    assert_in_range(made.fit.ahead, 1, made.fit.jobs);
    /* Two sockets and a file per file in flight, a file per file ahead. */
    assert_true(made.fit.jobs * 3 + made.fit.ahead < 200);
}

static void more_files_per_request_leave_fewer_requests(void **state)
{
    (void)state;
    unsigned before = 256;
    for (unsigned files = 1; files < 6; files++) {
        struct made made = fit((struct given){256, 256, 256, 64, files});
        assert_true(made.fit.jobs < before);
        assert_true(made.fit.jobs * (2 + files) + made.fit.ahead * files < 256);
        before = made.fit.jobs;
    }
}

static void one_file_always_fits(void **state)
{
    (void)state;
    for (rlim_t limit = 8; limit <= 40; limit += 4) {
        struct made made = fit((struct given){limit, limit, 32, 32, 3});
        assert_true(made.fit.jobs >= 1 && made.fit.ahead >= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_fits_under_a_high_limit),
        cmocka_unit_test(the_soft_limit_is_raised_as_far_as_is_needed),
        cmocka_unit_test(the_hard_limit_is_not_exceeded),
        cmocka_unit_test(more_files_per_request_leave_fewer_requests),
        cmocka_unit_test(one_file_always_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
