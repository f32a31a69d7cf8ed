/* What the end of an attempt means for its file: policy/outcome.h names the outcome, which becomes
 * a verdict here, or a wait and another attempt. */
#include <errno.h>
#include <string.h>

#include "core/sched/private.h"

static void add_status(struct buf *text, const struct http_end *end)
{
    long status = end->attempt.status;
    if (status >= 300 && status < 400 && end->location[0] != '\0')
        (void)buf_printf(
            text, "redirects are not followed: status %ld points to '%s'", status, end->location);
    else if (status != 0)
        (void)buf_printf(text, "status %ld", status);
}

/* A sentence about a failed attempt: the status or where a redirect points, and what broke. Valid
 * until `sched->text` changes. */
static const char *describe_failure(
    struct sched *sched, const struct file *file, const struct http_end *end)
{
    struct buf *text = &sched->text;
    const struct body *body = plan_body(file->slot->plan);
    const struct reader_file *culprit = body == NULL ? NULL : body_culprit(body);
    buf_clear(text);
    add_status(text, end);
    if (end->attempt.error == ATTEMPT_OK)
        return buf_text(text);
    if (text->length > 0)
        (void)buf_add_text(text, "; ");
    if (culprit != NULL)
        plan_explain(culprit, text);
    else
        (void)buf_add_text(text, end->detail);
    return buf_text(text);
}

static void wait_for_retry(struct sched *sched, struct file *file, int64_t ready_us)
{
    file_wait(sched, file, ready_us);
    file_release_slot(sched, file);
}

/* The run is ending: a file that would be sent again is finished instead. */
static void finish_without_retry(
    struct sched *sched, struct file *file, enum outcome outcome, const struct http_end *end)
{
    bool unknown = outcome == OUTCOME_AMBIGUOUS || file->maybe_accepted;
    file_finish(sched, file, unknown ? SHOAL_UNKNOWN : SHOAL_FAILED, !unknown, end);
}

static void finish_by_outcome(
    struct sched *sched, struct file *file, enum outcome outcome, const struct http_end *end)
{
    enum shoal_verdict verdict = outcome == OUTCOME_DONE     ? SHOAL_SENT
                                 : outcome == OUTCOME_EXISTS ? SHOAL_EXISTS
                                                             : SHOAL_FAILED;
    bool temporary = verdict == SHOAL_FAILED && outcome_is_temporary(outcome, &end->attempt);
    file_finish(sched, file, verdict, temporary, end);
}

/* Keeps what the next attempt, or a verdict without one, must know of this one. */
static void remember_failure(
    struct sched *sched, struct file *file, enum outcome outcome, const struct http_end *end)
{
    const char *text = describe_failure(sched, file, end);
    file_set_error(file, text);
    file->status = end->attempt.status;
    file->fresh_connection = end->reused && end->attempt.status == 0;
    file->maybe_accepted = file->maybe_accepted || outcome == OUTCOME_AMBIGUOUS;
    buf_clear(&sched->last_error);
    (void)buf_add_text(&sched->last_error, text);
}

/* When the file may be sent again. A kept connection that the server closed says nothing about the
 * server: after the first such end the file is sent at once over a new connection. */
static int64_t retry_time_us(const struct sched *sched, const struct file *file)
{
    bool at_once = file->fresh_connection && file->gate.retry.waits <= 1;
    return at_once ? clock_now_us(sched->parts.clock) : file->gate.retry.ready_us;
}

void sched_attempt_ended(void *owner, void *context, const struct http_end *end)
{
    struct sched *sched = owner;
    struct file *file = context;
    struct gate_wait wait = gate_read_wait(end, sched->parts.clock);
    struct attempt_end attempt = end->attempt;
    attempt.asks_to_wait = wait.retry_after_us > 0 || wait.rate_limit_us > 0;
    enum outcome outcome = outcome_of(&attempt, &sched->parts.config->rules);
    file->slot->transfer = NULL;
    sched->bytes_moved += end->request_bytes;
    if (outcome != OUTCOME_DONE && outcome != OUTCOME_EXISTS)
        remember_failure(sched, file, outcome, end);
    if (sched->parts.http->connected)
        retry_note_reached(&sched->gate.retry);
    struct gate_end ended = {
        .attempt = &attempt, .outcome = outcome, .wait = wait, .bytes = end->request_bytes};
    enum retry_step step = gate_note_end(
        &sched->gate, &file->gate, &ended, clock_now_us(sched->parts.clock), sched->parts.random);
    if (step == RETRY_STEP_FINAL)
        finish_by_outcome(sched, file, outcome, end);
    else if (step == RETRY_STEP_UNKNOWN)
        file_finish(sched, file, SHOAL_UNKNOWN, false, end);
    else if (sched->phase != SCHED_RUNNING)
        finish_without_retry(sched, file, outcome, end);
    else if (step == RETRY_STEP_EXHAUSTED)
        file_finish(sched, file, SHOAL_FAILED, true, end);
    else
        wait_for_retry(sched, file, retry_time_us(sched, file));
}

/* The system lacks descriptors or memory, which may pass. */
static bool is_shortage(int code)
{
    return code == EMFILE || code == ENFILE || code == ENOMEM || code == EAGAIN || code == EINTR;
}

/* Loads the file again later. That counts against --retries, as an ambiguous end does. */
static void load_again(struct sched *sched, struct file *file)
{
    if (++file->gate.retry.counted > sched->parts.config->retries) {
        file_finish(sched, file, SHOAL_FAILED, true, NULL);
        return;
    }
    int64_t wait_us = retry_backoff_us(++file->gate.retry.waits, sched->parts.random);
    wait_for_retry(sched, file, clock_now_us(sched->parts.clock) + wait_us);
}

void sched_load_failed(struct sched *sched, struct file *file, const struct reader_file *culprit)
{
    buf_clear(&sched->text);
    plan_explain(culprit, &sched->text);
    file_set_error(file, buf_text(&sched->text));
    bool changed = culprit->result == READER_CHANGED;
    bool is_short = culprit->result == READER_FAILED && is_shortage(culprit->code);
    if (sched->phase != SCHED_RUNNING || (!changed && !is_short))
        file_finish(sched, file, SHOAL_FAILED, changed || is_short, NULL);
    else
        load_again(sched, file);
}

void sched_plan_failed(struct sched *sched, struct file *file, const struct error *error)
{
    file_set_error(file, error->text);
    if (error->class == ERROR_MEMORY && sched->phase == SCHED_RUNNING)
        load_again(sched, file);
    else
        file_finish(sched, file, SHOAL_FAILED, error->class == ERROR_MEMORY, NULL);
}

void sched_finish_unsent(struct sched *sched)
{
    struct file *next;
    for (struct file *file = sched->live; file != NULL; file = next) {
        next = file->next_live;
        if (file->state == FILE_IN_FLIGHT)
            continue;
        if (file->state == FILE_LOADING) {
            /* The reader still has the job: handle_loaded() releases the slot. */
            file->slot->file = NULL;
            file->slot = NULL;
        }
        file->run_ended = file->error == NULL;
        if (file->run_ended)
            file_set_error(file, buf_text(&sched->drain_reason));
        bool unknown = file->maybe_accepted;
        file_finish(sched, file, unknown ? SHOAL_UNKNOWN : SHOAL_FAILED, !unknown, NULL);
    }
}
