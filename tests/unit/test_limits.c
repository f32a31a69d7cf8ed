/* Rate-limit headers, as services send them and malformed. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "policy/limits.h"

static const int64_t wall = 1767225600; /* 2026-01-01 */

/* Memory of exactly the headers' length, so that a sanitizer sees a read beyond it. */
static double pause_of(const char *headers)
{
    size_t length = strlen(headers);
    char *exact = malloc(length > 0 ? length : 1);
    assert_non_null(exact);
    memcpy(exact, headers, length);
    int64_t pause_us = limits_pause_us(exact, length, wall);
    free(exact);
    return (double)pause_us / (double)CLOCK_US_PER_SECOND;
}

static void each_form_that_services_send_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        double seconds;
    } cases[] = {
        {"RateLimit: limit=10, remaining=0, reset=5\n", 5},
        {"RateLimit: limit=10, remaining=3, reset=5\n", 0},
        {"ratelimit: \"default\";r=0;t=5\n", 5},
        {"RateLimit: \"default\";r=50;t=30\n", 0},
        {"RateLimit: \"burst\";r=0;t=2, \"daily\";r=100;t=3000\n", 2},
        {"RateLimit: \"burst\";r=0;t=2, \"daily\";r=0;t=3000\n", 3000},
        {"RateLimit: \"default\" ; r = 0 ; t = 7\n", 7},
        {"RateLimit-Limit: 10\nRateLimit-Remaining: 0\nRateLimit-Reset: 9\n", 9},
        {"RateLimit-Reset: 9\nRateLimit-Remaining: 1\n", 0},
        {"X-RateLimit-Limit: 60\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1767225642\n", 42},
        {"X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1767225642000\n", 42},
        {"X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 42\n", 42},
        {"X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1767225000\n", 0},
        {"x-ratelimit-remaining:0\nX-RATELIMIT-RESET:\t3 \n", 3},
        {"X-RateLimit-Reset: 0.25\nX-RateLimit-Remaining: 0", 1},
        {"X-Rate-Limit-Limit: 10\nX-Rate-Limit-Remaining: 0\n", 1},
        {"X-Rate-Limit-Limit: 10\nX-Rate-Limit-Remaining: 9\n", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (pause_of(cases[i].headers) != cases[i].seconds)
            fail_msg(
                "%s: %g s, not %g", cases[i].headers, pause_of(cases[i].headers), cases[i].seconds);
    }
}

static void without_a_limit_that_is_used_up_there_is_no_pause(void **state)
{
    (void)state;
    assert_true(pause_of("") == 0);
    assert_true(pause_of("Server: x\nContent-Type: text/plain\n") == 0);
    assert_true(pause_of("X-RateLimit-Reset: 50\n") == 0);
    assert_true(pause_of("Remaining: 0\nReset: 50\n") == 0);
}

static void limits_of_different_kinds_are_not_mixed(void **state)
{
    (void)state;
    assert_true(pause_of("X-RateLimit-Remaining: 0\nRateLimit-Reset: 50\n") == 1);
    assert_true(pause_of("X-RateLimit-Remaining: 5\nX-RateLimit-Reset: 600\n"
                         "X-Rate-Limit-Remaining: 0\n") == 1);
}

static void a_pause_is_at_most_an_hour(void **state)
{
    (void)state;
    assert_true(pause_of("X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 86400\n") == 3600);
    assert_true(pause_of("X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 999999999999999\n") == 3600);
    assert_true(pause_of("RateLimit: \"d\";r=0;t=999999999\n") == 3600);
}

static void malformed_headers_are_ignored(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "X-RateLimit-Remaining: -1\n",
        "X-RateLimit-Remaining: none\n",
        "X-RateLimit-Remaining: 0x0\n",
        "X-RateLimit-Remaining: 0,\n",
        "X-RateLimit-Remaining:\n",
        "X-RateLimit-Remaining\n",
        "X-RateLimit-Remaining: 0.\n",
        "X-RateLimit-Remaining-Of-What: 0\n",
        "X-RateLimit-Remaining: 00000000000000000000\n",
        "RateLimit: ;;;,,,===\n",
        "RateLimit: r\n",
        "RateLimit: \"\n",
        ":::\n\n\n:\n",
        " X-RateLimit-Remainin: 0\n",
    };
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        if (pause_of(malformed[i]) != 0)
            fail_msg("%s: %g s", malformed[i], pause_of(malformed[i]));
    }
    assert_true(pause_of("X-RateLimit-Remaining: 0\nX-RateLimit-Reset: soon\n") == 1);
}

static void any_bytes_result_in_a_pause_within_bounds(void **state)
{
    (void)state;
    static const char *const pieces[] = {"RateLimit", "X-RateLimit", "X-Rate-Limit", "-Remaining",
        "-Reset", ":", "\n", " ", "0", "5", "1767225642", "=", ";", ",", "\"", "r", "t", ".",
        "remaining", "reset", "\xff", "X-RateLimit-Remaining:0\n", "RateLimit: \"d\";r=0;"};
    struct random_seeded seeded;
    struct random_source random = random_from_seed(&seeded, 3);
    unsigned paused = 0;
    for (int round = 0; round < 20000; round++) {
        char text[512] = "";
        size_t length = 0;
        for (uint64_t left = random_below(&random, 24); left > 0; left--) {
            const char *piece = pieces[random_below(&random, COUNT_OF(pieces))];
            length += (size_t)snprintf(text + length, sizeof text - length, "%s", piece);
        }
        double seconds = pause_of(text);
        assert_true(seconds >= 0 && seconds <= LIMITS_PAUSE_MOST_SECONDS);
        paused += seconds > 0 ? 1 : 0;
    }
    assert_true(paused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_that_services_send_is_read),
        cmocka_unit_test(without_a_limit_that_is_used_up_there_is_no_pause),
        cmocka_unit_test(limits_of_different_kinds_are_not_mixed),
        cmocka_unit_test(a_pause_is_at_most_an_hour),
        cmocka_unit_test(malformed_headers_are_ignored),
        cmocka_unit_test(any_bytes_result_in_a_pause_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
