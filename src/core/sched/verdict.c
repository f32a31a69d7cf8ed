/* What the end of an attempt means for its file: policy/outcome.h names the outcome, which becomes
 * a verdict here, or a wait and another attempt. */
#include <errno.h>
#include <string.h>

#include "base/container_of.h"
#include "core/causes.h"
#include "core/cookie_secrets.h"
#include "core/sched/private.h"
#include "policy/reason.h"
#include "text/proxy.h"
#include "text/units.h"

static void add_status(struct buf *text, const struct http_end *end)
{
    long status = end->attempt.status;
    bool is_success = status >= 200 && status < 300 && end->attempt.error == ATTEMPT_OK;
    if (status == PROXY_STATUS_CREDENTIALS && end->attempt.error == ATTEMPT_OK)
        (void)buf_add_text(text, end->detail);
    else if (is_success)
        (void)buf_printf(text, "status %ld is not a success here (%s)", status,
            end->attempt.check == ATTEMPT_REJECTED ? "--reject" : "--success");
    else if (status != 0)
        (void)buf_printf(text, "status %ld", status);
}

/* A sentence about a failed attempt: the status or what check.c or redirect.c says, and what broke.
 * Valid until `sched->text` changes. */
static const char *describe_failure(
    struct sched *sched, const struct file *file, const struct http_end *end)
{
    struct buf *text = &sched->text;
    const struct body *body = plan_body(file->slot->plan);
    const struct reader_file *culprit = body == NULL ? NULL : body_culprit(body);
    buf_clear(text);
    if (sched->check_failure.length > 0)
        (void)buf_add_text(text, buf_text(&sched->check_failure));
    else
        add_status(text, end);
    if (end->attempt.error != ATTEMPT_OK && text->length > 0)
        (void)buf_add_text(text, "; ");
    if (end->attempt.error != ATTEMPT_OK && culprit != NULL)
        plan_explain(culprit, text);
    else if (end->attempt.error != ATTEMPT_OK)
        (void)buf_add_text(text, end->detail);
    if (sched->check_failure.length == 0)
        causes_add_redirected(text, file->redirect);
    cookie_secrets_hide(end->cookies, text);
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

/* The file's retries are used up, or it would have to wait too long. */
static void finish_exhausted(struct sched *sched, struct file *file, const struct origin_next *next,
    const struct http_end *end)
{
    struct buf *text = &sched->text;
    if (next->wait.retry_after_us >= sched->parts.config->give_up_after_us) {
        buf_clear(text);
        char wait[UNITS_TEXT_SIZE];
        units_format_duration(next->wait.retry_after_us, wait);
        (void)buf_printf(
            text, "%s; it asks to wait %s", file->error != NULL ? file->error : "", wait);
        ending_add_limit(sched, text, next->wait.retry_after_us);
        file_set_failure(file, file->reason, buf_text(text));
    }
    file_finish(sched, file, SHOAL_FAILED, true, end);
}

/* Keeps what the next attempt, or a verdict without one, must know of this one. */
static void remember_failure(
    struct sched *sched, struct file *file, enum outcome outcome, const struct http_end *end)
{
    const char *text = describe_failure(sched, file, end);
    file_set_failure(file, reason_of_attempt(&end->attempt, file->origin->rules), text);
    file->status = end->attempt.status;
    file->maybe_accepted = file->maybe_accepted || outcome == OUTCOME_AMBIGUOUS;
    if (file->origin->gave_up)
        return;
    buf_clear(&file->origin->reason);
    (void)buf_add_text(&file->origin->reason, text);
}

/* `again_us`: when the file may be sent again. */
static void tell_of_attempt(
    struct sched *sched, const struct file *file, const struct http_end *end, int64_t again_us)
{
    int64_t now_us = clock_now_us(sched->parts.clock);
    const struct shoal_attempt attempt = {
        .path = {.data = file->entry->path, .length = strlen(file->entry->path)},
        .attempt = file->attempts,
        .status = end->attempt.status,
        .phase = attempt_phase_name(end->attempt.phase),
        .error = file->error,
        .took_us = now_us - file->attempt.started_us,
        .wait_us = again_us > now_us ? again_us - now_us : 0};
    events_attempt(sched->parts.events, &attempt);
}

/* A retry begins at the file's own URL; a redirect that is followed leads on. */
static void attempt_again(struct sched *sched, struct file *file, const struct origin_next *next,
    const struct http_end *end)
{
    tell_of_attempt(sched, file, end, next->again_us);
    file_keep_url(file);
    if (next->outcome != OUTCOME_REDIRECTED)
        redirect_forget(file);
    wait_for_retry(sched, file, next->again_us);
}

/* Counts an origin to which sending more is useless; also where all files had been sent by then:
 * the exit status must not depend on how many were in flight. */
static void note_useless(struct sched *sched, struct origin *origin)
{
    enum retry_state state = origin_state(origin, clock_now_us(sched->parts.clock));
    bool is_useless =
        state == RETRY_NOT_ADMITTED || state == RETRY_NOT_TRUSTED || state == RETRY_NOT_TLS;
    if (is_useless && !origin->is_useless)
        sched->useless[state]++;
    origin->is_useless = origin->is_useless || is_useless;
}

void sched_attempt_ended(void *owner, void *context, const struct http_end *told)
{
    struct sched *sched = owner;
    struct file *file = context;
    struct origin *origin = file->origin;
    struct http_end checked = *told;
    const struct http_end *end = &checked;
    checked.attempt.check = sched_check_response(sched, file, told);
    if (redirect_follow(sched, file, end))
        checked.attempt.check = ATTEMPT_REDIRECTED;
    file->slot->transfer = NULL;
    sched->bytes_moved += end->request_bytes;
    struct origin_next next =
        origin_note_end(origin, &file->attempt, end, sched->parts.clock, sched->parts.random);
    bool accepted = next.outcome == OUTCOME_DONE || next.outcome == OUTCOME_EXISTS;
    if (!accepted)
        remember_failure(sched, file, next.outcome, end);
    note_useless(sched, origin);
    sched_tell_of_end(sched, origin, &next, end->attempt.status);
    if (next.outcome == OUTCOME_DONE && sched->parts.config->verify_content &&
        sched->phase != SCHED_STOPPING)
        verify_begin(sched, file, end);
    else if (next.step == RETRY_STEP_FINAL)
        finish_by_outcome(sched, file, next.outcome, end);
    else if (next.step == RETRY_STEP_UNKNOWN)
        file_finish(sched, file, SHOAL_UNKNOWN, false, end);
    else if (sched->phase != SCHED_RUNNING || origin->gave_up)
        finish_without_retry(sched, file, next.outcome, end);
    else if (next.step == RETRY_STEP_EXHAUSTED)
        finish_exhausted(sched, file, &next, end);
    else
        attempt_again(sched, file, &next, end);
}

/* The system lacks descriptors or memory, which may pass. */
static bool is_shortage(int code)
{
    return code == EMFILE || code == ENFILE || code == ENOMEM || code == EAGAIN || code == EINTR;
}

/* Nothing of the file is sent any more: it was not accepted, unless an earlier attempt was. */
static void finish_unsent_file(struct sched *sched, struct file *file)
{
    bool unknown = file->maybe_accepted;
    file_finish(sched, file, unknown ? SHOAL_UNKNOWN : SHOAL_FAILED, !unknown, NULL);
}

/* What failed may pass: loads the file again later. That counts against --retries, as an ambiguous
 * end does. */
static void load_again(struct sched *sched, struct file *file)
{
    if (sched->phase != SCHED_RUNNING || file->origin->gave_up) {
        finish_unsent_file(sched, file);
        return;
    }
    struct origin_next next = origin_note_unsent(
        file->origin, &file->attempt, clock_now_us(sched->parts.clock), sched->parts.random);
    if (next.step == RETRY_STEP_EXHAUSTED)
        file_finish(sched, file, SHOAL_FAILED, true, NULL);
    else
        wait_for_retry(sched, file, next.again_us);
}

static enum shoal_reason reason_of_load(enum reader_result result)
{
    switch (result) {
    case READER_CHANGED:
        return SHOAL_REASON_CHANGED;
    case READER_TOO_LARGE:
        return SHOAL_REASON_TOO_LARGE;
    default:
        return SHOAL_REASON_UNREADABLE;
    }
}

/* The second file that `field` names for this file does not exist. */
static void finish_without_pair(struct sched *sched, struct file *file,
    const struct config_field *field, const struct reader_file *missing)
{
    bool skip = sched->parts.config->without_pair == CONFIG_PAIR_SKIP;
    buf_clear(&sched->text);
    plan_explain_pair(field, missing, &sched->text);
    file_set_failure(file, SHOAL_REASON_PAIR, buf_text(&sched->text));
    file_finish(sched, file, skip ? SHOAL_SKIPPED : SHOAL_FAILED, false, NULL);
}

void sched_load_failed(struct sched *sched, struct file *file, const struct reader_file *culprit)
{
    const struct plan *plan = file->slot->plan;
    const struct config_field *pair =
        culprit->result == READER_MISSING ? plan_pair_of(plan, culprit) : NULL;
    if (culprit->result == READER_TOO_LARGE || pair != NULL)
        file->bytes = plan_file_size(plan);
    if (pair != NULL) {
        finish_without_pair(sched, file, pair, culprit);
        return;
    }
    buf_clear(&sched->text);
    plan_explain(culprit, &sched->text);
    bool changed = culprit->result == READER_CHANGED;
    file_set_failure(file, reason_of_load(culprit->result), buf_text(&sched->text));
    bool is_short = culprit->result == READER_FAILED && is_shortage(culprit->code);
    if (is_short || changed)
        load_again(sched, file);
    else
        file_finish(sched, file, SHOAL_FAILED, false, NULL);
}

void sched_plan_failed(struct sched *sched, struct file *file, const struct error *error)
{
    file_set_failure(file, SHOAL_REASON_UNREADABLE, error->text);
    if (error->class == ERROR_MEMORY)
        load_again(sched, file);
    else
        file_finish(sched, file, SHOAL_FAILED, false, NULL);
}

/* The file was accepted, but it is not, or no longer, what was sent. */
static void send_again(struct sched *sched, struct file *file)
{
    struct slot *slot = file->slot;
    const struct http_end *end = verify_kept_end(slot);
    bool may_repeat = !sched->parts.config->at_most_once;
    struct origin_next next = {.step = RETRY_STEP_EXHAUSTED};
    file->maybe_accepted = true;
    if (may_repeat && sched->phase == SCHED_RUNNING && !file->origin->gave_up)
        next = origin_note_unsent(
            file->origin, &file->attempt, clock_now_us(sched->parts.clock), sched->parts.random);
    redirect_forget(file);
    if (next.step == RETRY_STEP_EXHAUSTED)
        file_finish(sched, file, SHOAL_FAILED, may_repeat, end);
    else
        wait_for_retry(sched, file, next.again_us);
    verify_end(slot);
}

void sched_compared(struct sched *sched, struct slot *slot)
{
    struct file *file = slot->file;
    const struct reader_file *culprit = plan_unreadable(slot->plan);
    if (file == NULL) { /* the run was stopped meanwhile */
        slot_release(sched, slot);
        return;
    }
    if (culprit == NULL) {
        file_finish(sched, file, SHOAL_SENT, false, verify_kept_end(slot));
        verify_end(slot);
        return;
    }
    buf_clear(&sched->text);
    if (culprit->result == READER_CHANGED)
        (void)buf_printf(&sched->text,
            "'%s': its content is not what was sent: it changed while it was read", culprit->path);
    else
        plan_explain(culprit, &sched->text);
    file_set_failure(file,
        culprit->result == READER_CHANGED ? SHOAL_REASON_CHANGED : SHOAL_REASON_UNREADABLE,
        buf_text(&sched->text));
    send_again(sched, file);
}

void sched_finish_unverified(struct sched *sched)
{
    for (size_t i = 0; i < sched->slot_count; i++) {
        struct slot *slot = &sched->slots[i];
        struct file *file = slot->file;
        if (file == NULL || file->state != FILE_VERIFYING)
            continue;
        file_set_failure(file, SHOAL_REASON_CHANGED,
            "it was accepted, but the run ended before its content was compared with what was "
            "sent");
        file_leave_slot(file); /* sched_compared() releases it */
        file_finish(sched, file, SHOAL_UNKNOWN, false, verify_kept_end(slot));
        verify_end(slot);
    }
}

/* `reason`: the error of a file that was never attempted. */
static void finish_unsent_files(
    struct sched *sched, struct origin *origin, const struct buf *reason)
{
    struct list_node *next;
    for (struct list_node *node = origin->live.first; node != NULL; node = next) {
        struct file *file = container_of(node, struct file, live);
        next = node->next;
        if (file->state == FILE_IN_FLIGHT || file->state == FILE_VERIFYING)
            continue;
        if (file->state == FILE_LOADING)
            file_leave_slot(file); /* handle_loaded() releases it */
        if (file->reason == SHOAL_REASON_NONE)
            file_set_failure(file, SHOAL_REASON_NOT_ATTEMPTED, buf_text(reason));
        finish_unsent_file(sched, file);
    }
}

void sched_finish_unsent_of(struct sched *sched, struct origin *origin)
{
    finish_unsent_files(sched, origin, &origin->reason);
}

void sched_finish_unsent(struct sched *sched)
{
    struct list_node *next;
    for (struct list_node *node = sched->origins.with_files.first; node != NULL; node = next) {
        next = node->next;
        finish_unsent_files(sched, container_of(node, struct origin, place), &sched->drain_reason);
    }
}
