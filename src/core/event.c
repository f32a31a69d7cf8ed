#include "core/event.h"

#include <stdlib.h>
#include <string.h>

#include "core/cookie_secrets.h"
#include "core/listed_secrets.h"
#include "core/plan_view.h"

#define TEXT_MOST (64 * 1024)

#define NO_MEMORY "out of memory"

void events_init(struct events *events, const struct config *config, const struct clock *clock,
    shoal_event_fn *on_event, void *context)
{
    *events = (struct events){.on_event = on_event,
        .context = context,
        .clock = clock,
        .config = config,
        .secrets = config->secrets,
        .start_us = clock_now_us(clock)};
    buf_init(&events->text, TEXT_MOST * 4);
    buf_init(&events->origin, TEXT_MOST * 4);
    buf_init(&events->url, TEXT_MOST * 4);
    buf_init(&events->description, TEXT_MOST * 4);
    buf_init(&events->cause, TEXT_MOST * 4);
    buf_init(&events->nothing, TEXT_MOST * 4);
    causes_init(&events->causes);
    response_view_init(&events->view, config);
}

void events_free(struct events *events)
{
    buf_free(&events->text);
    buf_free(&events->origin);
    buf_free(&events->url);
    response_view_free(&events->view);
    buf_free(&events->description);
    buf_free(&events->cause);
    buf_free(&events->nothing);
    causes_free(&events->causes);
}

int64_t events_now_us(const struct events *events)
{
    return clock_now_us(events->clock);
}

static void emit(struct events *events, struct shoal_event *event)
{
    event->at_us = events_now_us(events) - events->start_us;
    if (events->on_event != NULL)
        events->on_event(events->context, event);
}

/* From here on, the secrets that --urls has for the file `path`, and the values of `cookies`, are
 * replaced too. `cookies` may be NULL. False: out of memory. */
static bool begin_file(struct events *events, const char *path, const struct buf *cookies)
{
    bool has_cookies = cookies != NULL && cookies->length > 0;
    if (events->config->urls == NULL && !has_cookies)
        return true;
    struct secrets *secrets = listed_secrets_new(events->config, path);
    if (secrets != NULL && has_cookies && !cookie_secrets_add(secrets, cookies)) {
        secrets_free(secrets);
        return false;
    }
    if (secrets != NULL)
        events->secrets = secrets;
    return secrets != NULL;
}

static void end_file(struct events *events)
{
    if (events->secrets != events->config->secrets)
        secrets_free(events->secrets);
    events->secrets = events->config->secrets;
}

/* The text as it may be shown, valid until the next call with the same buffer. */
static const char *shown(const struct events *events, struct buf *buf, const char *text)
{
    if (text == NULL)
        return NULL;
    buf_clear(buf);
    size_t length = strlen(text);
    bool cut = length == ERROR_TEXT_SIZE - 1; /* error_set() may have cut it */
    if (!(cut ? secrets_redact_cut : secrets_redact)(events->secrets, text, length, buf))
        return "(a text too long to show)";
    return buf_text(buf);
}

static const char *shown_origin(struct events *events, const char *origin)
{
    return origin == NULL || origin[0] == '\0' ? NULL : shown(events, &events->origin, origin);
}

/* What --urls has for a file is shown without its query. */
static const char *shown_url(struct events *events, const char *url)
{
    if (url == NULL || events->config->urls == NULL)
        return shown(events, &events->url, url);
    buf_clear(&events->description);
    (void)url_list_add_shown(&events->description, url);
    return shown(events, &events->url, buf_text(&events->description));
}

static struct shoal_text text_of(const char *data)
{
    return (struct shoal_text){.data = data, .length = data == NULL ? 0 : strlen(data)};
}

void events_start(struct events *events, unsigned jobs)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_START,
        .start = {.method = events->config->method,
            .url = events->config->shown_url,
            .paths = (const char *const *)events->config->operands,
            .jobs = jobs,
            .dry_run = events->config->dry_run,
            .only_failed = events->config->only_failed,
            .shard = events->config->shard.count > 0 ? events->config->shard.name : NULL}};
    emit(events, &event);
}

void events_found(struct events *events, const struct entry *entry)
{
    events->totals.found++;
    events->totals.hidden += entry->hidden;
}

static void count(struct events *events, const struct event_file *file)
{
    events->totals.verdicts[file->verdict]++;
    unsigned again = file->attempts > 1 ? file->attempts - 1 : 0;
    unsigned redirects = file->redirects < again ? file->redirects : again;
    events->totals.redirects += redirects;
    events->totals.retries += again - redirects;
    if (file->verdict == SHOAL_SENT && file->bytes > 0) {
        int64_t *bytes = &events->totals.bytes;
        if (__builtin_add_overflow(*bytes, file->bytes, bytes))
            *bytes = INT64_MAX;
        if (file->bytes > events->totals.largest_sent)
            events->totals.largest_sent = file->bytes;
    }
    if (file->verdict != SHOAL_FAILED)
        return;
    events->totals.not_attempted += file->reason == SHOAL_REASON_NOT_ATTEMPTED;
    events->totals.maybe_accepted += file->maybe_accepted;
    if (file->temporary)
        events->totals.temporary++;
    else
        events->bad_failures++;
}

/* Finds the cause of a failure and counts it. */
static void note_cause(struct events *events, struct shoal_file *file, bool several)
{
    buf_clear(&events->description);
    buf_clear(&events->cause);
    if (file->reason == SHOAL_REASON_NONE || file->verdict == SHOAL_SKIPPED)
        return;
    bool described = causes_describe(&events->description, file, several) &&
                     causes_fold(&events->cause, buf_text(&events->description));
    const char *description = described ? buf_text(&events->description) : NO_MEMORY;
    if (causes_is_status(file))
        file->error = description;
    file->cause = described ? buf_text(&events->cause) : NO_MEMORY;
    file->first_of_cause = causes_note(&events->causes, file, file->cause, description,
        clock_now_us(events->clock) - events->start_us);
}

/* Counts a success whose response is a page for people, and warns of the first one. */
static void note_success(struct events *events, const struct event_file *file)
{
    if (events->config->checks.count > 0)
        return; /* its response met them: that is proof enough */
    buf_clear(&events->description);
    bool is_page = html_success_note(&events->html, file->end, events->config->accepts_html,
        file->entry->path, events->secrets, &events->description);
    events->totals.html_responses += is_page;
    if (is_page && events->description.length > 0)
        events_notice(events, buf_text(&events->description));
}

const char *events_file(struct events *events, const struct event_file *file)
{
    count(events, file);
    bool ready =
        begin_file(events, file->entry->path, file->end == NULL ? NULL : file->end->cookies);
    const char *error = ready || file->error == NULL ? file->error : NO_MEMORY;
    struct shoal_event event = {.kind = SHOAL_EVENT_FILE,
        .file = {.path = text_of(file->entry->path),
            .verdict = file->verdict,
            .reason = file->reason,
            .error = shown(events, &events->text, error),
            .origin = shown_origin(events, file->origin),
            .url = ready ? shown_url(events, file->url) : NULL,
            .status = file->status,
            .attempts = file->attempts,
            .redirected = file->redirected,
            .bytes = file->bytes,
            .took_us = file->first_us > 0 ? events_now_us(events) - file->first_us : 0,
            .temporary = file->temporary,
            .maybe_accepted = file->maybe_accepted}};
    if (ready && file->end != NULL && file->status != 0)
        response_view_show(&events->view, file->end, events->secrets, &event.file);
    note_cause(events, &event.file, file->several);
    emit(events, &event);
    if (ready && file->verdict == SHOAL_SENT && file->end != NULL)
        note_success(events, file);
    end_file(events);
    return event.file.cause;
}

void events_problem(struct events *events, const char *path, const char *text)
{
    events->totals.problems++;
    struct shoal_event event = {.kind = SHOAL_EVENT_PROBLEM,
        .problem = {.path = text_of(path), .error = shown(events, &events->text, text)}};
    emit(events, &event);
}

void events_refuse(struct events *events, const char *text)
{
    events->refused = true;
    events_problem(events, NULL, text);
}

void events_notice(struct events *events, const char *text)
{
    struct shoal_event event = {
        .kind = SHOAL_EVENT_NOTICE, .notice = {.message = shown(events, &events->text, text)}};
    emit(events, &event);
}

void events_left_out(struct events *events, const char *path, const char *why)
{
    events->totals.left_out++;
    struct shoal_event event = {.kind = SHOAL_EVENT_LEFT_OUT,
        .left_out = {.path = text_of(path), .message = shown(events, &events->text, why)}};
    emit(events, &event);
}

void events_nothing_found(struct events *events, const char *text)
{
    (void)shown(events, &events->nothing, text);
}

void events_journal_failed(struct events *events, const char *text)
{
    events->journal_failed = true;
    events_notice(events, text);
}

void events_attempt(struct events *events, const struct shoal_attempt *attempt)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_ATTEMPT, .attempt = *attempt};
    bool ready = begin_file(events, attempt->path.data, NULL);
    event.attempt.error = shown(events, &events->text, ready ? attempt->error : NO_MEMORY);
    emit(events, &event);
    end_file(events);
}

void events_pause(struct events *events, const struct shoal_pause *pause)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_PAUSE, .pause = *pause};
    event.pause.origin = shown(events, &events->origin, pause->origin);
    event.pause.error = shown(events, &events->text, pause->error);
    emit(events, &event);
}

void events_limit(struct events *events, const char *origin, unsigned limit)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_LIMIT,
        .limit = {.origin = shown(events, &events->origin, origin), .limit = limit}};
    emit(events, &event);
}

void events_plan(struct events *events, const struct entry *entry, const struct plan *plan)
{
    struct plan_view view = {0};
    buf_clear(&events->description);
    const char *url = plan_add_shown_url(plan, &events->description)
                          ? shown(events, &events->text, buf_text(&events->description))
                          : "(a URL too long to show)";
    events->totals.planned++;
    struct shoal_event event = {.kind = SHOAL_EVENT_PLAN,
        .plan = {.path = text_of(entry->path),
            .method = plan_request(plan)->method,
            .url = url,
            .bytes = plan_file_size(plan)}};
    if (plan_view_build(&view, events->config, plan)) {
        event.plan.fields = view.fields;
        event.plan.field_count = view.field_count;
        event.plan.headers = view.headers;
    }
    emit(events, &event);
    plan_view_free(&view);
}

void events_progress(struct events *events, const struct shoal_progress *progress)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_PROGRESS, .progress = *progress};
    event.progress.totals = &events->totals;
    event.progress.host = shown(events, &events->origin, progress->host);
    emit(events, &event);
}

/* The exit status of a run in which no file is unknown and none failed for good. */
static int mild_exit_status(const struct events *events)
{
    const struct shoal_totals *totals = &events->totals;
    if (totals->verdicts[SHOAL_FAILED] > 0 || !totals->complete || events->journal_failed)
        return events->ending == EVENTS_ENDED ? SHOAL_EXIT_TEMPORARY : SHOAL_EXIT_FAILED;
    const struct config *config = events->config;
    bool may_be_empty = config->allow_empty || config->only_failed != NULL || events->left_out > 0;
    return totals->found == 0 && !may_be_empty ? SHOAL_EXIT_USAGE : SHOAL_EXIT_OK;
}

static int exit_status(const struct events *events, int signal)
{
    const struct shoal_totals *totals = &events->totals;
    if (signal != 0)
        return SHOAL_EXIT_SIGNAL + signal;
    if (events->refused)
        return SHOAL_EXIT_USAGE;
    if (events->ending == EVENTS_ENDED_BY_CREDENTIALS)
        return SHOAL_EXIT_CREDENTIALS;
    if (events->ending == EVENTS_ENDED_BY_SCHEME)
        return SHOAL_EXIT_USAGE;
    bool unsure = totals->problems > 0 || totals->verdicts[SHOAL_UNKNOWN] > 0;
    return unsure || events->bad_failures > 0 ? SHOAL_EXIT_FAILED : mild_exit_status(events);
}

int events_end(struct events *events, int signal)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_END,
        .end = {.totals = &events->totals,
            .exit_status = exit_status(events, signal),
            .signal = signal,
            .nothing_found = events->nothing.length > 0 ? buf_text(&events->nothing) : NULL,
            .again_helps = events->totals.temporary > 0 && events->ending == EVENTS_ENDED}};
    event.end.causes = causes_sorted(&events->causes, &event.end.cause_count);
    emit(events, &event);
    return event.end.exit_status;
}
