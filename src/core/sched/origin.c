#include "core/sched/origin.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "policy/limits.h"
#include "text/retry_after.h"

#define STATUS_MISDIRECTED 421 /* RFC 9110, section 15.5.20 */

#define REASON_MOST ((size_t)64 * 1024) /* bytes */

struct origin *origin_new(
    const char *name, const struct config *config, unsigned jobs_most, int64_t now_us)
{
    size_t length = strlen(name) + 1;
    struct origin *origin = calloc(1, sizeof *origin + 2 * length);
    if (origin == NULL)
        return NULL;
    memcpy(origin->name, name, length);
    char *key = origin->name + length;
    for (size_t i = 0; i < length; i++)
        key[i] = (char)tolower((unsigned char)name[i]);
    origin->key = key;
    retry_init(&origin->retry, &(struct retry_config){.retries = config->retries,
                                   .give_up_after_us = config->give_up_after_us,
                                   .at_most_once = config->at_most_once});
    bool automatic = config->jobs == CONFIG_JOBS_AUTO;
    adapt_init(&origin->adapt,
        &(struct adapt_config){.fixed = automatic ? 0 : jobs_most, .most = jobs_most}, now_us);
    origin->credentials.most = config->credential_failures;
    origin->rules = &config->rules;
    origin->idle_since_us = CLOCK_NEVER;
    origin->told_pause_until_us = INT64_MIN;
    origin->told_limit = adapt_limit(&origin->adapt);
    origin->told_limit_us = now_us;
    origin->told_down_since_us = CLOCK_NEVER;
    buf_init(&origin->reason, REASON_MOST);
    buf_init(&origin->pause_reason, REASON_MOST);
    heap_node_init(&origin->timer);
    return origin;
}

void origin_free(struct origin *origin)
{
    buf_free(&origin->reason);
    buf_free(&origin->pause_reason);
    free(origin);
}

int64_t origin_blocked_until_us(const struct origin *origin, int64_t now_us)
{
    int64_t until_us = retry_paused_until_us(&origin->retry);
    if (retry_probing_since_us(&origin->retry) == CLOCK_NEVER)
        return until_us;
    return clock_later(until_us, retry_next_start_us(&origin->retry, now_us));
}

int64_t origin_next_start_us(const struct origin *origin, int64_t now_us)
{
    return clock_later(
        retry_next_start_us(&origin->retry, now_us), adapt_next_start_us(&origin->adapt, now_us));
}

/* Tells the controller until when the origin lets nothing start, so that it does not take the files
 * that are missing in flight for a lack of files. */
static void note_pause(struct origin *origin, int64_t now_us)
{
    int64_t next_us = retry_next_start_us(&origin->retry, now_us);
    adapt_note_blocked(&origin->adapt, next_us > now_us ? next_us : INT64_MIN, now_us);
}

void origin_note_start(
    struct origin *origin, struct origin_file *file, bool streamed, int64_t now_us)
{
    file->started_us = now_us;
    retry_note_start(&origin->retry, now_us);
    adapt_note_start(&origin->adapt, &file->attempt, streamed, now_us);
    note_pause(origin, now_us);
}

void origin_note_moved(struct origin *origin, int64_t bytes)
{
    adapt_note_moved(&origin->adapt, bytes);
}

static struct origin_wait read_wait(const struct http_end *end, const struct clock *clock)
{
    struct origin_wait wait = {0};
    int64_t wall_seconds = clock_wall_seconds(clock);
    const struct buf *headers = end->headers;
    wait.retry_after_us = retry_after_us(end->retry_after, strlen(end->retry_after), wall_seconds);
    wait.rate_limit_us = limits_pause_us(buf_text(headers), headers->length, wall_seconds);
    return wait;
}

/* A kept connection that the server closed says nothing about the server: after the first such end
 * the file is sent at once over a new connection. */
static int64_t again_us(const struct origin_file *file, int64_t now_us)
{
    bool at_once = file->fresh_connection && file->retry.waits <= 1;
    return at_once ? now_us : file->retry.ready_us;
}

void origin_settle_idle(struct origin *origin, int64_t now_us)
{
    if (origin->idle_since_us == CLOCK_NEVER)
        return;
    retry_note_rate_wait(&origin->retry, now_us - origin->idle_since_us);
    origin->idle_since_us = now_us;
}

struct origin_next origin_note_end(struct origin *origin, struct origin_file *file,
    const struct http_end *end, const struct clock *clock, const struct random_source *random)
{
    int64_t now_us = clock_now_us(clock);
    struct origin_next next = {.wait = read_wait(end, clock)};
    struct attempt_end attempt = end->attempt;
    attempt.reused = end->reused;
    attempt.asks_to_wait = next.wait.retry_after_us > 0 || next.wait.rate_limit_us > 0;
    next.outcome = outcome_of(&attempt, origin->rules);
    bool failed = next.outcome == OUTCOME_REJECTED || next.outcome == OUTCOME_AMBIGUOUS;
    struct retry_end ended = {.attempt = &attempt,
        .outcome = next.outcome,
        .started_us = file->started_us,
        .retry_after_us = next.wait.retry_after_us,
        .rate_limit_us = next.wait.rate_limit_us};
    if (!file->elsewhere)
        credentials_note_end(&origin->credentials, next.outcome, &attempt);
    origin_settle_idle(origin, now_us);
    if (origin->connected)
        retry_note_reached(&origin->retry);
    origin->answered = origin->answered || (outcome_is_final(next.outcome) && attempt.status != 0);
    file->fresh_connection =
        failed && end->reused && (attempt.status == 0 || attempt.status == STATUS_MISDIRECTED);
    next.step = retry_note_end(&origin->retry, &file->retry, &ended, now_us, random);
    adapt_note_end(&origin->adapt, &file->attempt, next.outcome, &attempt,
        retry_asked_pause_us(&origin->retry), end->request_bytes, now_us);
    next.again_us = again_us(file, now_us);
    note_pause(origin, now_us);
    return next;
}

struct origin_next origin_note_unsent(struct origin *origin, struct origin_file *file,
    int64_t now_us, const struct random_source *random)
{
    enum retry_step step = retry_note_unsent(&origin->retry, &file->retry, now_us, random);
    return (struct origin_next){.step = step, .again_us = file->retry.ready_us};
}

void origin_note_idle(struct origin *origin, int64_t now_us)
{
    if (origin->idle_since_us == CLOCK_NEVER)
        origin->idle_since_us = now_us;
}

void origin_end_idle(struct origin *origin, int64_t now_us)
{
    origin_settle_idle(origin, now_us);
    origin->idle_since_us = CLOCK_NEVER;
}

enum retry_state origin_state(const struct origin *origin, int64_t now_us)
{
    if (credentials_are_refused(&origin->credentials))
        return RETRY_NOT_ADMITTED;
    return retry_state(&origin->retry, now_us);
}

int64_t origin_deadline_us(const struct origin *origin)
{
    return retry_deadline_us(&origin->retry);
}

unsigned origin_concurrency_limit(const struct origin *origin)
{
    return adapt_limit(&origin->adapt);
}

const char *origin_host(const struct origin *origin)
{
    const char *scheme_end = strstr(origin->name, "://");
    return scheme_end == NULL ? origin->name : scheme_end + 3;
}
