/* What an attempt's end means for its file. The outcome is policy's (policy/outcome.h); here it
 * becomes a verdict, or a wait and another attempt. */
#include <errno.h>
#include <string.h>

#include "core/sched/private.h"

static void add_status(struct buf *text, const struct http_end *end)
{
    long status = end->attempt.status;
    if (status >= 300 && status < 400 && end->location[0] != '\0')
        (void)buf_printf(
            text, "redirects are not followed: status %ld points to %s", status, end->location);
    else if (status != 0)
        (void)buf_printf(text, "status %ld", status);
}

/* The sentence for a failed attempt: the status, and what broke; where a redirect pointed. */
static const char *sentence(
    struct sched *sched, const struct file *file, const struct http_end *end)
{
    struct buf *text = &sched->text;
    const struct body *body = file->slot->plan->body;
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

static void try_again(struct sched *sched, struct file *file, int64_t ready_us)
{
    file_wait(sched, file, ready_us);
    file_leave_slot(sched, file);
}

/* The run is over for everything but what is in flight: nothing is tried again. */
static void record_cut_off(
    struct sched *sched, struct file *file, enum outcome outcome, const struct http_end *end)
{
    bool unknown = outcome == OUTCOME_AMBIGUOUS || file->maybe_taken;
    file_verdict(sched, file, unknown ? SHOAL_UNKNOWN : SHOAL_FAILED, !unknown, end);
}

static void settle(
    struct sched *sched, struct file *file, enum outcome outcome, const struct http_end *end)
{
    enum shoal_verdict verdict = outcome == OUTCOME_DONE     ? SHOAL_SENT
                                 : outcome == OUTCOME_EXISTS ? SHOAL_EXISTS
                                                             : SHOAL_FAILED;
    bool temporary = verdict == SHOAL_FAILED && outcome_is_temporary(outcome, &end->attempt);
    file_verdict(sched, file, verdict, temporary, end);
}

/* Keeps what the next attempt, or the verdict without one, must know of this one. */
static void remember(
    struct sched *sched, struct file *file, enum outcome outcome, const struct http_end *end)
{
    const char *text = sentence(sched, file, end);
    file_set_error(file, text);
    file->status = end->attempt.status;
    file->fresh = end->reused && end->attempt.status == 0;
    file->maybe_taken = file->maybe_taken || outcome == OUTCOME_AMBIGUOUS;
    buf_clear(&sched->last_error);
    (void)buf_add_text(&sched->last_error, text);
}

/* A kept connection that the server closed says nothing about the server: the first such end is
 * followed by a new connection at once. */
static int64_t ready_us(const struct sched *sched, const struct file *file)
{
    bool at_once = file->fresh && file->gate.retry.waits <= 1;
    return at_once ? clock_now_us(sched->parts.clock) : file->gate.retry.ready_us;
}

void sched_attempt_ended(void *owner, void *context, const struct http_end *end)
{
    struct sched *sched = owner;
    struct file *file = context;
    struct gate_wait wait = gate_read_wait(end, sched->parts.clock);
    struct attempt_end attempt = end->attempt;
    attempt.asks_to_wait = wait.retry_after_us > 0 || wait.limit_us > 0;
    enum outcome outcome = outcome_of(&attempt, &sched->parts.config->rules);
    file->slot->transfer = NULL;
    sched->bytes_moved += end->request_bytes;
    if (outcome != OUTCOME_DONE && outcome != OUTCOME_EXISTS)
        remember(sched, file, outcome, end);
    if (sched->parts.http->connected)
        retry_note_reached(&sched->gate.retry);
    struct gate_end told = {
        .attempt = &attempt, .outcome = outcome, .wait = wait, .bytes = end->request_bytes};
    enum retry_step step = gate_note_end(
        &sched->gate, &file->gate, &told, clock_now_us(sched->parts.clock), sched->parts.random);
    if (step == RETRY_STEP_FINAL)
        settle(sched, file, outcome, end);
    else if (step == RETRY_STEP_UNKNOWN)
        file_verdict(sched, file, SHOAL_UNKNOWN, false, end);
    else if (sched->phase != SCHED_RUNNING)
        record_cut_off(sched, file, outcome, end);
    else if (step == RETRY_STEP_EXHAUSTED)
        file_verdict(sched, file, SHOAL_FAILED, true, end);
    else
        try_again(sched, file, ready_us(sched, file));
}

/* Short of descriptors or memory here: that passes. */
static bool is_shortage(int code)
{
    return code == EMFILE || code == ENFILE || code == ENOMEM || code == EAGAIN || code == EINTR;
}

/* What could not be read counts against --retries as an ambiguous end does. */
static void repeat(struct sched *sched, struct file *file)
{
    if (++file->gate.retry.counted > sched->parts.config->retries) {
        file_verdict(sched, file, SHOAL_FAILED, true, NULL);
        return;
    }
    int64_t wait_us = retry_backoff_us(++file->gate.retry.waits, sched->parts.random);
    try_again(sched, file, clock_now_us(sched->parts.clock) + wait_us);
}

void sched_load_failed(struct sched *sched, struct file *file, const struct reader_file *culprit)
{
    buf_clear(&sched->text);
    plan_explain(culprit, &sched->text);
    file_set_error(file, buf_text(&sched->text));
    bool changed = culprit->result == READER_CHANGED;
    bool short_of = culprit->result == READER_FAILED && is_shortage(culprit->code);
    if (sched->phase != SCHED_RUNNING || (!changed && !short_of))
        file_verdict(sched, file, SHOAL_FAILED, changed || short_of, NULL);
    else
        repeat(sched, file);
}

void sched_plan_failed(struct sched *sched, struct file *file, const struct error *error)
{
    file_set_error(file, error->text);
    if (error->class == ERROR_MEMORY && sched->phase == SCHED_RUNNING)
        repeat(sched, file);
    else
        file_verdict(sched, file, SHOAL_FAILED, error->class == ERROR_MEMORY, NULL);
}

void sched_record_rest(struct sched *sched)
{
    struct file *next;
    for (struct file *file = sched->live; file != NULL; file = next) {
        next = file->next_live;
        if (file->state == FILE_FLYING)
            continue;
        if (file->state == FILE_LOADING) {
            /* The reader still has its job: the slot is freed when that comes back. */
            file->slot->file = NULL;
            file->slot = NULL;
        }
        file->run_ended = file->error == NULL;
        if (file->run_ended)
            file_set_error(file, sched->end_reason);
        bool unknown = file->maybe_taken;
        file_verdict(sched, file, unknown ? SHOAL_UNKNOWN : SHOAL_FAILED, !unknown, NULL);
    }
}
