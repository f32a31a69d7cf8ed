/* What the tests of retries share: attempts that ended, and an origin on the test's clock. */
#ifndef SHOAL_TESTS_RETRY_FIXTURE_H
#define SHOAL_TESTS_RETRY_FIXTURE_H

#include "check.h"

#include <string.h>

#include "base/clock.h"
#include "policy/retry.h"

static const int64_t second = CLOCK_US_PER_SECOND;

static const struct retry_config usual = {.retries = 5, .give_up_after_us = 300 * INT64_C(1000000)};

static const struct attempt_end accepted = {.phase = ATTEMPT_ANSWERING, .status = 200};
static const struct attempt_end busy = {.phase = ATTEMPT_ANSWERING, .status = 503};
static const struct attempt_end limited = {.phase = ATTEMPT_ANSWERING, .status = 429};
static const struct attempt_end broken = {.phase = ATTEMPT_WAITING, .error = ATTEMPT_RECEIVE};
static const struct attempt_end nobody = {.phase = ATTEMPT_CONNECTING, .error = ATTEMPT_CONNECT};
static const struct attempt_end changed = {.phase = ATTEMPT_SENDING, .error = ATTEMPT_FILE_CHANGED};
static const struct attempt_end distrusted = {
    .phase = ATTEMPT_CONNECTING, .error = ATTEMPT_CERTIFICATE};
static const struct attempt_end resources = {
    .phase = ATTEMPT_CONNECTING, .error = ATTEMPT_RESOURCES};

struct bench {
    struct retry retry;
    struct retry_file file;
    struct random_seeded seeded;
    struct random_source random;
    int64_t now;
};

static inline void bench_init(struct bench *bench, const struct retry_config *config)
{
    *bench = (struct bench){.now = second};
    bench->random = random_from_seed(&bench->seeded, 7);
    retry_init(&bench->retry, config);
}

static inline struct retry_end end_of(const struct attempt_end *attempt, int64_t started_us)
{
    struct outcome_rules rules = {0};
    for (int code = 200; code < 300; code++)
        rules.success.bits[code / 64] |= UINT64_C(1) << (code % 64);
    return (struct retry_end){
        .attempt = attempt, .outcome = outcome_of(attempt, &rules), .started_us = started_us};
}

/* An attempt that starts and ends now. */
static inline enum retry_step attempt(struct bench *bench, const struct attempt_end *attempt)
{
    retry_note_start(&bench->retry, bench->now);
    struct retry_end end = end_of(attempt, bench->now);
    return retry_note_end(&bench->retry, &bench->file, &end, bench->now, &bench->random);
}

static inline int64_t wait_now(const struct bench *bench)
{
    int64_t next = retry_next_start_us(&bench->retry, bench->now);
    return next == CLOCK_NEVER ? CLOCK_NEVER : next - bench->now;
}

static inline void reach(struct bench *bench)
{
    assert_int_equal(attempt(bench, &accepted), RETRY_STEP_FINAL);
    bench->file = (struct retry_file){0};
}

#endif
