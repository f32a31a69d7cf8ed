/* How it works. An origin has a budget of failed ends: as many as are in flight, since all of those
 * may have met the same fault, and a few more. Each response that is a verdict makes up for two.
 * Once the budget is spent, or many failed in a row and none succeeded for longer than a success
 * takes, the origin is only probed: one attempt at a time, at most one per second, less often the
 * longer it lasts. So an outage costs what was in flight and then one probe per second, however
 * many files wait. The first success turns probing into ramping, where each success allows two more
 * starts: the load doubles with each round trip, instead of falling all at once on a server that
 * has just come back.
 *
 * It is a budget and not a count of failures in a row, so that nothing is delayed while half of the
 * attempts fail. It grows with what is in flight, because failures come sooner than successes: a
 * quarter that is rejected at once can be dozens before the first success of the others. */
#include "policy/retry.h"

#include <stddef.h>

#include "base/clock.h"

enum {
    BUDGET_LEAST = 8,          /* failed ends, in addition to what is in flight */
    BUDGET_PER_SUCCESS = 2,    /* so that more than two thirds must fail to use up the budget */
    FAILED_IN_ROW_LONG = 16,   /* failures in a row that mean an outage once a success is overdue */
    SUCCESS_ENDS = 16,         /* successes that the mean time of one is taken over */
    RAMP_PER_SUCCESS = 2,      /* starts that a success allows: the load doubles per round trip */
    RAMP_OPEN_AT = 64,         /* unused starts at which the ramp is over */
    PROBE_SHARE = 60,          /* the wait between probes is the outage's length divided by this */
    BACKOFF_DOUBLES = 6,       /* 0.5 s doubled six times is over 30 s */
    STATUS_SERVER_ERROR = 500, /* the first status of the class */
};

/* A success is overdue after this many times what one takes. */
static const double overdue_factor = 1.5;

static const int64_t backoff_first_us = CLOCK_US_PER_SECOND / 2;
static const int64_t backoff_most_us = 30 * CLOCK_US_PER_SECOND;
/* The wait of a file that failed by chance, times how often it did. */
static const int64_t backoff_chance_us = 50 * CLOCK_US_PER_MS;
static const int64_t overdue_first_us = CLOCK_US_PER_SECOND; /* before the first success */
static const int64_t overdue_least_us = CLOCK_US_PER_SECOND / 10;
static const int64_t probe_least_us = CLOCK_US_PER_SECOND;
static const int64_t probe_most_us = 30 * CLOCK_US_PER_SECOND;

/* Returns the moment `wait_us` after `moment_us`, at most CLOCK_NEVER. */
static int64_t after(int64_t moment_us, int64_t wait_us)
{
    return wait_us > CLOCK_NEVER - clock_later(moment_us, 0) ? CLOCK_NEVER : moment_us + wait_us;
}

void retry_init(struct retry *retry, const struct retry_config *config)
{
    *retry = (struct retry){
        .config = *config,
        .mode = RETRY_OPEN,
        .last_success_us = INT64_MIN,
        .paused_until_us = INT64_MIN,
        .last_start_us = INT64_MIN,
        .failing_since_us = CLOCK_NEVER,
        .try_ended_us = INT64_MIN,
    };
    health_init(&retry->health);
}

int64_t retry_backoff_us(unsigned waits, const struct random_source *random)
{
    unsigned doubles = waits > 0 ? waits - 1 : 0;
    int64_t most = doubles >= BACKOFF_DOUBLES ? backoff_most_us : backoff_first_us << doubles;
    return (int64_t)random_below(random, (uint64_t)clock_earlier(most, backoff_most_us) + 1);
}

/* A file that failed by chance need not wait for the origin: it is healthy. */
static int64_t retry_file_wait_us(
    const struct retry *retry, const struct retry_file *file, const struct random_source *random)
{
    if (retry->mode == RETRY_OPEN && health_is_chance(&retry->health, file->waits))
        return (int64_t)random_below(random, (uint64_t)(backoff_chance_us * file->waits) + 1);
    return retry_backoff_us(file->waits, random);
}

/* Used while ramping without an allowance too: otherwise an end that says nothing about the origin
 * (a file that changed) could leave it waiting forever. */
static int64_t retry_next_probe_us(const struct retry *retry)
{
    int64_t lasted = retry->last_start_us - retry->mode_since_us;
    int64_t wait = clock_earlier(clock_later(lasted / PROBE_SHARE, probe_least_us), probe_most_us);
    return after(retry->last_start_us, wait);
}

int64_t retry_next_start_us(const struct retry *retry, int64_t now_us)
{
    if (retry_state(retry, now_us) != RETRY_GOING)
        return CLOCK_NEVER;
    int64_t next = clock_later(now_us, retry->paused_until_us);
    if (retry->mode == RETRY_PROBING)
        return retry->probe_in_flight ? CLOCK_NEVER : clock_later(next, retry_next_probe_us(retry));
    if (retry->mode == RETRY_RAMPING && retry->allowance <= 0)
        return clock_later(next, retry_next_probe_us(retry));
    return next;
}

void retry_note_reached(struct retry *retry)
{
    retry->reached = true;
}

void retry_note_start(struct retry *retry, int64_t now_us)
{
    retry->last_start_us = now_us;
    retry->in_flight++;
    if (retry->last_success_us == INT64_MIN)
        retry->last_success_us = now_us;
    if (retry->mode == RETRY_PROBING)
        retry->probe_in_flight = true;
    else if (retry->mode == RETRY_RAMPING && retry->allowance > 0)
        retry->allowance--;
}

static void retry_begin_probing(struct retry *retry, int64_t now_us)
{
    retry->mode = RETRY_PROBING;
    retry->spent = BUDGET_LEAST;
    retry->mode_since_us = now_us;
    retry->probe_in_flight = false;
    /* The attempts that failed count as the first probe: the next one is a second later. */
    retry->last_start_us = now_us;
}

static void retry_learn_success(struct retry *retry, int64_t started_us, int64_t now_us)
{
    double took_us = (double)(now_us - started_us);
    retry->success_us +=
        retry->success_us > 0 ? (took_us - retry->success_us) / SUCCESS_ENDS : took_us;
    retry->last_success_us = now_us;
    retry->failed_in_row = 0;
    retry->failing_since_us = CLOCK_NEVER;
    health_note_success(&retry->health);
    retry->spent -= BUDGET_PER_SUCCESS;
    if (retry->spent < 0)
        retry->spent = 0;
    if (retry->mode == RETRY_PROBING) {
        retry->mode = RETRY_RAMPING;
        retry->allowance = 0;
    }
    if (retry->mode == RETRY_RAMPING) {
        retry->allowance += RAMP_PER_SUCCESS;
        if (retry->allowance >= RAMP_OPEN_AT)
            retry->mode = RETRY_OPEN;
    }
}

/* Has (nearly) everything stopped responding? */
static bool is_outage(const struct retry *retry, int64_t now_us)
{
    if (retry->spent >= BUDGET_LEAST + (int)retry->in_flight || !retry->reached)
        return true;
    int64_t overdue_us =
        retry->success_us > 0 ? (int64_t)(overdue_factor * retry->success_us) : overdue_first_us;
    return retry->failed_in_row >= FAILED_IN_ROW_LONG &&
           now_us >= retry->last_success_us + clock_later(overdue_us, overdue_least_us);
}

static void retry_learn_failure(struct retry *retry, int64_t now_us)
{
    if (retry->failing_since_us == CLOCK_NEVER)
        retry->failing_since_us = now_us;
    health_note_failure(&retry->health);
    if (retry->mode == RETRY_PROBING)
        return;
    retry->spent++;
    retry->failed_in_row++;
    if (is_outage(retry, now_us))
        retry_begin_probing(retry, now_us);
}

/* A try is a round: of the attempts that failed to connect at the same time one counts. Otherwise a
 * server's restart would use up all tries at once. */
static void retry_learn_reach(struct retry *retry, const struct retry_end *end, int64_t now_us)
{
    if (attempt_reached(end->attempt)) {
        retry->reached = true;
    } else if (end->attempt->error == ATTEMPT_CERTIFICATE) {
        retry->distrusted = true;
    } else if (end->attempt->error == ATTEMPT_NOT_TLS) {
        retry->not_tls = true;
    } else if (end->outcome == OUTCOME_REJECTED && end->started_us >= retry->try_ended_us) {
        retry->tries++;
        retry->try_ended_us = now_us;
    }
}

/* Ends that shoal itself caused say nothing about the origin. */
static bool is_ours(const struct attempt_end *attempt)
{
    switch (attempt->error) {
    case ATTEMPT_FILE_CHANGED:
    case ATTEMPT_FILE_UNREADABLE:
    case ATTEMPT_CANCELLED:
    case ATTEMPT_SETUP:
        return attempt->status == 0;
    default:
        return false;
    }
}

static void retry_pause_until(struct retry *retry, int64_t until_us, int64_t now_us)
{
    if (until_us <= now_us)
        return;
    retry->asked_us = clock_later(retry->asked_us, until_us - now_us);
    if (until_us <= retry->paused_until_us)
        return;
    retry->paused_until_us = until_us;
    retry->paused_at_us = now_us;
}

/* A 429 speaks for the client: any other request would be too many, too. A 5xx speaks for its own
 * request, unless it is not alone. */
static void retry_learn_pause(struct retry *retry, const struct retry_end *end, int64_t now_us)
{
    retry->asked_us = 0;
    retry_pause_until(retry, after(now_us, end->rate_limit_us), now_us);
    bool failed = end->outcome == OUTCOME_REJECTED || end->outcome == OUTCOME_AMBIGUOUS;
    if (!failed || end->retry_after_us <= 0)
        return;
    int64_t until_us = after(now_us, end->retry_after_us);
    bool by_server = end->attempt->status >= STATUS_SERVER_ERROR;
    int64_t pause_until_us =
        by_server ? health_note_ask(&retry->health, retry->in_flight, until_us) : until_us;
    if (retry->mode == RETRY_PROBING)
        pause_until_us = until_us;
    retry_pause_until(retry, pause_until_us, now_us);
}

static void retry_learn(struct retry *retry, const struct retry_end *end, int64_t now_us)
{
    bool failed = end->outcome == OUTCOME_REJECTED || end->outcome == OUTCOME_AMBIGUOUS;
    retry->in_flight -= retry->in_flight > 0 ? 1 : 0;
    retry_learn_pause(retry, end, now_us);
    if (retry->mode == RETRY_PROBING && end->started_us >= retry->mode_since_us)
        retry->probe_in_flight = false;
    if (is_ours(end->attempt))
        return;
    if (!retry->reached && end->attempt->error != ATTEMPT_RESOURCES)
        retry_learn_reach(retry, end, now_us);
    if (failed)
        retry_learn_failure(retry, now_us);
    else if (end->attempt->status != 0 && end->outcome != OUTCOME_REDIRECTED)
        retry_learn_success(retry, end->started_us, now_us);
}

enum retry_step retry_note_end(struct retry *retry, struct retry_file *file,
    const struct retry_end *end, int64_t now_us, const struct random_source *random)
{
    retry_learn(retry, end, now_us);
    if (outcome_is_final(end->outcome))
        return RETRY_STEP_FINAL;
    if (end->outcome == OUTCOME_REDIRECTED) {
        file->ready_us = clock_later(retry->paused_until_us, now_us);
        return RETRY_STEP_AGAIN;
    }
    if (end->outcome == OUTCOME_AMBIGUOUS && retry->config.at_most_once)
        return RETRY_STEP_UNKNOWN;
    if (outcome_counts(end->outcome, end->attempt) && ++file->counted > retry->config.retries)
        return RETRY_STEP_EXHAUSTED;
    if (retry->asked_us == 0 && end->retry_after_us >= retry->config.give_up_after_us)
        return RETRY_STEP_EXHAUSTED; /* one file is not worth so long a wait */
    if (file->waits < UINT32_MAX)
        file->waits++;
    int64_t wait_us = clock_later(retry_file_wait_us(retry, file, random), end->retry_after_us);
    file->ready_us = clock_later(retry->paused_until_us, after(now_us, wait_us));
    return RETRY_STEP_AGAIN;
}

int64_t retry_asked_pause_us(const struct retry *retry)
{
    return retry->asked_us;
}

enum retry_step retry_note_unsent(const struct retry *retry, struct retry_file *file,
    int64_t now_us, const struct random_source *random)
{
    if (++file->counted > retry->config.retries)
        return RETRY_STEP_EXHAUSTED;
    file->ready_us = after(now_us, retry_backoff_us(++file->waits, random));
    return RETRY_STEP_AGAIN;
}

int64_t retry_paused_until_us(const struct retry *retry)
{
    return retry->paused_until_us;
}

int64_t retry_pause_length_us(const struct retry *retry)
{
    return retry->paused_until_us - retry->paused_at_us;
}

int64_t retry_probing_since_us(const struct retry *retry)
{
    return retry->mode == RETRY_PROBING ? retry->mode_since_us : CLOCK_NEVER;
}

void retry_note_rate_wait(struct retry *retry, int64_t waited_us)
{
    if (retry->failing_since_us != CLOCK_NEVER)
        retry->failing_since_us = after(retry->failing_since_us, waited_us);
}

/* Then waiting for its end is useless. */
static bool retry_pause_outlasts_patience(const struct retry *retry, int64_t now_us)
{
    if (now_us >= retry->paused_until_us)
        return false;
    int64_t since_us = clock_earlier(retry->paused_at_us, retry->failing_since_us);
    return retry->paused_until_us >= after(since_us, retry->config.give_up_after_us);
}

enum retry_state retry_state(const struct retry *retry, int64_t now_us)
{
    if (!retry->reached && retry->distrusted)
        return RETRY_NOT_TRUSTED;
    if (!retry->reached && retry->not_tls)
        return RETRY_NOT_TLS;
    if (!retry->reached && retry->tries > retry->config.retries)
        return RETRY_NEVER_REACHED;
    if (retry_pause_outlasts_patience(retry, now_us))
        return RETRY_PAUSED_LONG;
    return now_us >= retry_deadline_us(retry) ? RETRY_NO_PROGRESS : RETRY_GOING;
}

int64_t retry_deadline_us(const struct retry *retry)
{
    if (retry->failing_since_us == CLOCK_NEVER)
        return CLOCK_NEVER;
    return after(retry->failing_since_us, retry->config.give_up_after_us);
}
