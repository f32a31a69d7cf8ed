#include "core/sched/gate.h"

#include <string.h>

#include "policy/limits.h"
#include "text/http_date.h"

void gate_init(struct gate *gate, const struct config *config, unsigned jobs_most, int64_t now_us)
{
    retry_init(&gate->retry, &(struct retry_config){.retries = config->retries,
                                 .give_up_after_us = config->give_up_after_us,
                                 .at_most_once = config->at_most_once});
    gate->rate = config->rate;
    gate->idle_since_us = CLOCK_NEVER;
    bool automatic = config->jobs == CONFIG_JOBS_AUTO;
    adapt_init(&gate->adapt,
        &(struct adapt_config){.fixed = automatic ? 0 : jobs_most, .most = jobs_most}, now_us);
}

int64_t gate_next_start_us(const struct gate *gate, int64_t now_us)
{
    int64_t next_us = retry_next_start_us(&gate->retry, now_us);
    next_us = clock_later(next_us, rate_next_us(&gate->rate, now_us));
    return clock_later(next_us, adapt_next_start_us(&gate->adapt, now_us));
}

/* Tells the controller until when the origin lets nothing start, so that it does not take the files
 * that are missing in flight for a lack of files. */
static void note_pause(struct gate *gate, int64_t now_us)
{
    int64_t next_us = retry_next_start_us(&gate->retry, now_us);
    adapt_note_blocked(&gate->adapt, next_us > now_us ? next_us : INT64_MIN, now_us);
}

void gate_note_start(struct gate *gate, struct gate_file *file, bool streamed, int64_t now_us)
{
    file->started_us = now_us;
    retry_note_start(&gate->retry, now_us);
    rate_note_start(&gate->rate, now_us);
    adapt_note_start(&gate->adapt, &file->attempt, streamed, now_us);
    note_pause(gate, now_us);
}

void gate_note_moved(struct gate *gate, int64_t bytes)
{
    adapt_note_moved(&gate->adapt, bytes);
}

struct gate_wait gate_read_wait(const struct http_end *end, const struct clock *clock)
{
    struct gate_wait wait = {0};
    int64_t wall_seconds = clock_wall_seconds(clock);
    const struct buf *headers = end->headers;
    if (end->retry_after[0] != '\0' &&
        !retry_after_parse(
            end->retry_after, strlen(end->retry_after), wall_seconds, &wait.retry_after_us))
        wait.retry_after_us = 0;
    wait.rate_limit_us = limits_pause_us(buf_text(headers), headers->length, wall_seconds);
    return wait;
}

enum retry_step gate_note_end(struct gate *gate, struct gate_file *file, const struct gate_end *end,
    int64_t now_us, const struct random_source *random)
{
    struct retry_end ended = {.attempt = end->attempt,
        .outcome = end->outcome,
        .started_us = file->started_us,
        .retry_after_us = end->wait.retry_after_us,
        .rate_limit_us = end->wait.rate_limit_us};
    enum retry_step step = retry_note_end(&gate->retry, &file->retry, &ended, now_us, random);
    adapt_note_end(&gate->adapt, &file->attempt, end->outcome, end->attempt,
        retry_asked_pause_us(&gate->retry), end->bytes, now_us);
    note_pause(gate, now_us);
    return step;
}

bool gate_waits_for_rate(const struct gate *gate, int64_t now_us)
{
    return rate_next_us(&gate->rate, now_us) > now_us &&
           retry_next_start_us(&gate->retry, now_us) <= now_us &&
           adapt_next_start_us(&gate->adapt, now_us) <= now_us;
}

void gate_note_idle(struct gate *gate, int64_t now_us)
{
    gate->idle_since_us = now_us;
}

void gate_end_idle(struct gate *gate, int64_t now_us)
{
    if (gate->idle_since_us != CLOCK_NEVER)
        retry_note_rate_wait(&gate->retry, now_us - gate->idle_since_us);
    gate->idle_since_us = CLOCK_NEVER;
}

unsigned gate_concurrency_limit(const struct gate *gate)
{
    return adapt_limit(&gate->adapt);
}
