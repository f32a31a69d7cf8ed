#include "core/event.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MOST (64 * 1024)
#define VIEW_MOST ((size_t)64 * 1024 * 1024)

const char *shoal_verdict_name(enum shoal_verdict verdict)
{
    static const char *const names[SHOAL_VERDICTS] = {
        [SHOAL_SENT] = "sent",
        [SHOAL_EXISTS] = "exists",
        [SHOAL_SKIPPED] = "skipped",
        [SHOAL_FAILED] = "failed",
        [SHOAL_UNKNOWN] = "unknown",
    };
    return (unsigned)verdict < SHOAL_VERDICTS ? names[verdict] : "";
}

void events_init(struct events *events, const struct config *config, const struct clock *clock,
    shoal_event_fn *on_event, void *context)
{
    *events = (struct events){.on_event = on_event,
        .context = context,
        .clock = clock,
        .config = config,
        .start_us = clock_now_us(clock)};
    buf_init(&events->text, TEXT_MOST * 4);
    buf_init(&events->origin, TEXT_MOST * 4);
    /* A short secret in every other byte makes a text longer by half. */
    buf_init(&events->response, (size_t)HTTP_ANSWER_KEPT * 4);
}

void events_free(struct events *events)
{
    buf_free(&events->text);
    buf_free(&events->origin);
    buf_free(&events->response);
}

static void emit(struct events *events, struct shoal_event *event)
{
    event->at_us = clock_now_us(events->clock) - events->start_us;
    events->on_event(events->context, event);
}

/* The text as it may be shown, valid until the next call with the same buffer. */
static const char *shown(const struct events *events, struct buf *buf, const char *text)
{
    if (text == NULL)
        return NULL;
    buf_clear(buf);
    if (!secrets_redact(events->config->secrets, text, strlen(text), buf))
        return "(a text too long to show)";
    return buf_text(buf);
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
            .dry_run = events->config->dry_run}};
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
    if (file->attempts > 1)
        events->totals.retries += file->attempts - 1;
    if (file->verdict == SHOAL_SENT && file->bytes > 0)
        events->totals.bytes += file->bytes;
    if (file->verdict != SHOAL_FAILED)
        return;
    if (file->temporary)
        events->totals.temporary++;
    else
        events->bad_failures++;
}

void events_file(struct events *events, const struct event_file *file)
{
    count(events, file);
    struct shoal_event event = {.kind = SHOAL_EVENT_FILE,
        .file = {.path = text_of(file->entry->path),
            .verdict = file->verdict,
            .error = shown(events, &events->text, file->error),
            .status = file->status,
            .attempts = file->attempts,
            .bytes = file->bytes,
            .took_us = file->first_us > 0 ? clock_now_us(events->clock) - file->first_us : 0,
            .temporary = file->temporary,
            .run_ended = file->run_ended,
            .response_cut = file->response_cut}};
    if (file->response != NULL && file->status != 0) {
        buf_clear(&events->response);
        (void)secrets_redact(events->config->secrets, buf_text(file->response),
            file->response->length, &events->response);
        event.file.response = (struct shoal_text){
            .data = buf_text(&events->response), .length = events->response.length};
    }
    emit(events, &event);
}

void events_problem(struct events *events, const char *path, const char *text)
{
    events->totals.problems++;
    struct shoal_event event = {.kind = SHOAL_EVENT_PROBLEM,
        .problem = {.path = text_of(path), .error = shown(events, &events->text, text)}};
    emit(events, &event);
}

void events_notice(struct events *events, const char *text)
{
    struct shoal_event event = {
        .kind = SHOAL_EVENT_NOTICE, .notice = {.message = shown(events, &events->text, text)}};
    emit(events, &event);
}

void events_pause(struct events *events, const struct shoal_pause *pause)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_PAUSE, .pause = *pause};
    event.pause.origin = shown(events, &events->origin, pause->origin);
    event.pause.error = shown(events, &events->text, pause->error);
    emit(events, &event);
}

/* What a plan holds, with secrets replaced: all in one buffer, pointed into once it is full. */
struct plan_view {
    struct buf texts;
    struct shoal_field *fields;
    const char **headers;
    size_t field_count;
    size_t header_count;
};

static void view_add(
    struct plan_view *view, const struct events *events, const char *text, size_t length)
{
    (void)secrets_redact(events->config->secrets, text, length, &view->texts);
    (void)buf_add_byte(&view->texts, '\0');
}

/* Adds a field's value and its file name ("" where it has none). */
static void view_field(
    struct plan_view *view, const struct events *events, const struct shoal_field *planned)
{
    struct shoal_field *field = &view->fields[view->field_count++];
    size_t start = view->texts.length;
    *field = *planned;
    view_add(view, events, planned->value.data, planned->value.length);
    field->value.length = view->texts.length - start - 1;
    /* `file_name` marks that there is one until view_point() sets the pointers. */
    const char *file_name = planned->file_name == NULL ? "" : planned->file_name;
    view_add(view, events, file_name, strlen(file_name));
}

/* The transport reads headers as curl does: "Name:" takes a header away, and "Name;" sends it
 * without a value. What is shown is what is sent. */
static void view_header(struct plan_view *view, const struct events *events, const char *line)
{
    size_t length = strlen(line);
    const char *colon = strchr(line, ':');
    if (colon != NULL && colon[1 + strspn(colon + 1, " \t")] == '\0')
        return;
    if (colon == NULL && length > 0 && line[length - 1] == ';') {
        (void)secrets_redact(events->config->secrets, line, length - 1, &view->texts);
        line = ":";
        length = 1;
    }
    view_add(view, events, line, length);
    view->header_count++;
}

static void view_point(struct plan_view *view)
{
    const char *at = buf_text(&view->texts);
    for (size_t i = 0; i < view->field_count; i++) {
        struct shoal_field *field = &view->fields[i];
        field->value.data = at;
        at += field->value.length + 1;
        if (field->file_name != NULL)
            field->file_name = at;
        at += strlen(at) + 1;
    }
    for (size_t i = 0; i < view->header_count; i++) {
        view->headers[i] = at;
        at += strlen(at) + 1;
    }
}

static bool view_build(struct plan_view *view, const struct events *events, const struct plan *plan)
{
    const struct config *config = events->config;
    const char *const *headers = plan_request(plan)->headers;
    size_t count = 0;
    while (headers[count] != NULL)
        count++;
    buf_init(&view->texts, VIEW_MOST);
    view->fields = calloc(config->field_count + 1, sizeof *view->fields);
    view->headers = calloc(count + 1, sizeof *view->headers);
    if (view->fields == NULL || view->headers == NULL)
        return false;
    for (size_t i = 0; i < config->field_count; i++) {
        struct shoal_field field;
        if (plan_field(plan, i, &field))
            view_field(view, events, &field);
    }
    for (size_t i = 0; i < count; i++)
        view_header(view, events, headers[i]);
    if (view->texts.failed)
        return false;
    view_point(view);
    return true;
}

void events_plan(struct events *events, const struct entry *entry, const struct plan *plan)
{
    struct plan_view view = {0};
    events->totals.planned++;
    struct shoal_event event = {.kind = SHOAL_EVENT_PLAN,
        .plan = {.path = text_of(entry->path),
            .method = events->config->method,
            .url = shown(events, &events->text, plan_request(plan)->url),
            .bytes = plan_file_size(plan)}};
    if (view_build(&view, events, plan)) {
        event.plan.fields = view.fields;
        event.plan.field_count = view.field_count;
        event.plan.headers = view.headers;
    }
    emit(events, &event);
    buf_free(&view.texts);
    free(view.fields);
    free(view.headers);
}

void events_progress(struct events *events, const struct shoal_progress *progress)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_PROGRESS, .progress = *progress};
    event.progress.totals = &events->totals;
    event.progress.host = shown(events, &events->origin, progress->host);
    emit(events, &event);
}

static int exit_status(const struct events *events, int signal)
{
    const struct shoal_totals *totals = &events->totals;
    if (signal != 0)
        return SHOAL_EXIT_SIGNAL + signal;
    if (totals->found == 0 && totals->problems == 0 && !events->config->allow_empty)
        return SHOAL_EXIT_USAGE;
    bool unsure = totals->problems > 0 || totals->verdicts[SHOAL_UNKNOWN] > 0;
    if (unsure || events->bad_failures > 0)
        return SHOAL_EXIT_FAILED;
    return totals->verdicts[SHOAL_FAILED] > 0 ? SHOAL_EXIT_TEMPORARY : SHOAL_EXIT_OK;
}

int events_end(struct events *events, int signal)
{
    struct shoal_event event = {.kind = SHOAL_EVENT_END,
        .end = {.totals = &events->totals,
            .exit_status = exit_status(events, signal),
            .signal = signal}};
    emit(events, &event);
    return event.end.exit_status;
}
