#include "sink/jsonl.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/http_date.h"
#include "text/json.h"

/* Longest line, in bytes. */
#define LINE_SIZE_MAX (256U << 20)

struct jsonl {
    struct writer writer;
    const struct clock *clock; /* not owned */
    struct buf line;           /* the line of one event */
    bool dry_run;              /* the run is a dry run; known from START on */
};

struct jsonl *jsonl_new(struct writer writer, const struct clock *clock)
{
    struct jsonl *jsonl = calloc(1, sizeof *jsonl);
    if (jsonl == NULL)
        return NULL;
    jsonl->writer = writer;
    jsonl->clock = clock;
    buf_init(&jsonl->line, LINE_SIZE_MAX);
    return jsonl;
}

void jsonl_free(struct jsonl *jsonl)
{
    if (jsonl == NULL)
        return;
    buf_free(&jsonl->line);
    free(jsonl);
}

/* Each function whose name begins with `set_` sets a key. False: as json_set(). */

/* Sets null if the number is not known. */
static bool set_known(json_t *object, const char *key, int64_t number, bool known)
{
    return json_set(object, key, known ? json_integer(number) : json_null());
}

static bool set_boolean(json_t *object, const char *key, bool value)
{
    return json_set(object, key, json_boolean(value));
}

/* Sets `time_us` (microseconds) in units of `unit_us`, rounded to a multiple of 1 / `fractions`. */
static bool set_time(
    json_t *object, const char *key, int64_t time_us, int64_t unit_us, int64_t fractions)
{
    int64_t step_us = unit_us / fractions;
    int64_t steps = (time_us + step_us / 2) / step_us;
    return json_set(object, key, json_real((double)steps / (double)fractions));
}

/* Returns an array of `texts`, which end with NULL; NULL: out of memory. */
static json_t *text_list(const char *const *texts)
{
    json_t *list = json_array();
    bool complete = list != NULL;
    for (; complete && texts != NULL && *texts != NULL; texts++)
        complete = json_array_append_new(list, json_text(*texts, strlen(*texts))) == 0;
    return json_if_complete(list, complete);
}

/* Sets the number, or "auto" for 0. */
static bool set_jobs(json_t *object, unsigned jobs)
{
    return json_set(object, "jobs", jobs == 0 ? json_string("auto") : json_integer(jobs));
}

static bool fill_start(struct jsonl *jsonl, json_t *object, const struct shoal_start *start)
{
    char date[HTTP_DATE_RFC3339_SIZE];
    http_date_rfc3339(clock_wall_seconds(jsonl->clock), date);
    jsonl->dry_run = start->dry_run;
    return json_set_text(object, "version", SHOAL_VERSION) &&
           json_set_text(object, "url", start->url) &&
           json_set_text(object, "method", start->method) &&
           json_set(object, "paths", text_list(start->paths)) && set_jobs(object, start->jobs) &&
           set_boolean(object, "dry_run", start->dry_run) &&
           json_set_text(object, "only_failed", start->only_failed) &&
           json_set_text(object, "shard", start->shard) && json_set_text(object, "time", date);
}

static bool set_at(json_t *object, const struct shoal_event *event)
{
    return json_set_number(object, "at_ms", event->at_us / CLOCK_US_PER_MS);
}

static bool set_path(json_t *object, const struct shoal_text *path)
{
    return json_set_bytes(object, "path", path->data, path->length);
}

/* Returns a JSON string, or JSON's null without a text. NULL: out of memory. */
static json_t *text_or_null(const struct shoal_text *text)
{
    return text->data == NULL ? json_null() : json_text(text->data, text->length);
}

/* Sets `key` to an object of the values, unless there are none. */
static bool set_values(
    json_t *object, const char *key, const struct shoal_value *values, size_t count)
{
    if (count == 0)
        return true;
    json_t *named = json_object();
    bool complete = named != NULL;
    for (size_t i = 0; complete && i < count; i++)
        complete = json_set(named, values[i].name, text_or_null(&values[i].value));
    return json_set(object, key, json_if_complete(named, complete));
}

static bool set_response(json_t *object, const struct shoal_file *file)
{
    return json_set(object, "response", text_or_null(&file->response)) &&
           (!file->response_cut || set_boolean(object, "response_cut", true)) &&
           set_values(object, "headers", file->headers, file->header_count) &&
           set_values(object, "captured", file->captured, file->captured_count);
}

static bool set_reason(json_t *object, const struct shoal_file *file)
{
    return (file->reason == SHOAL_REASON_NONE ||
               json_set_text(object, "reason", shoal_reason_name(file->reason))) &&
           json_set_text(object, "error", file->error) &&
           json_set_text(object, "cause", file->cause) &&
           (!file->maybe_accepted || set_boolean(object, "maybe_accepted", true));
}

static bool set_url(json_t *object, const struct shoal_file *file)
{
    return json_set_text(object, "origin", file->origin) &&
           json_set_text(object, "url", file->url) &&
           (!file->redirected || set_boolean(object, "redirected", true));
}

static bool fill_file(json_t *object, const struct shoal_event *event)
{
    const struct shoal_file *file = &event->file;
    return set_path(object, &file->path) &&
           json_set_text(object, "verdict", shoal_verdict_name(file->verdict)) &&
           set_known(object, "status", file->status, file->status != 0) &&
           json_set_number(object, "attempts", file->attempts) &&
           set_known(object, "bytes", file->bytes, file->bytes >= 0) && set_at(object, event) &&
           set_time(object, "ms", file->took_us, CLOCK_US_PER_MS, 10) &&
           set_boolean(object, "temporary", file->temporary) && set_url(object, file) &&
           set_response(object, file) && set_reason(object, file);
}

static bool fill_problem(json_t *object, const struct shoal_event *event)
{
    return set_path(object, &event->problem.path) &&
           json_set_text(object, "error", event->problem.error) && set_at(object, event);
}

static bool fill_notice(json_t *object, const struct shoal_event *event)
{
    return json_set_text(object, "message", event->notice.message) && set_at(object, event);
}

static bool fill_left_out(json_t *object, const struct shoal_event *event)
{
    return set_path(object, &event->left_out.path) &&
           json_set_text(object, "message", event->left_out.message) && set_at(object, event);
}

static bool fill_attempt(json_t *object, const struct shoal_event *event)
{
    const struct shoal_attempt *attempt = &event->attempt;
    return set_path(object, &attempt->path) &&
           json_set_number(object, "attempt", attempt->attempt) &&
           set_known(object, "status", attempt->status, attempt->status != 0) &&
           json_set_text(object, "phase", attempt->phase) &&
           set_time(object, "ms", attempt->took_us, CLOCK_US_PER_MS, 10) &&
           set_time(object, "wait_ms", attempt->wait_us, CLOCK_US_PER_MS, 10) &&
           json_set_text(object, "error", attempt->error) && set_at(object, event);
}

static bool fill_pause(json_t *object, const struct shoal_event *event)
{
    const struct shoal_pause *pause = &event->pause;
    char date[HTTP_DATE_RFC3339_SIZE];
    http_date_rfc3339(pause->until_seconds, date);
    bool known = pause->wait_us >= 0;
    return json_set_text(object, "origin", pause->origin) &&
           set_known(object, "status", pause->status, pause->status != 0) &&
           (known ? set_time(object, "seconds", pause->wait_us, CLOCK_US_PER_SECOND, 1000)
                  : json_set(object, "seconds", json_null())) &&
           json_set(object, "until", known ? json_string(date) : json_null()) &&
           json_set_text(object, "error", pause->error) && set_at(object, event);
}

static bool fill_limit(json_t *object, const struct shoal_event *event)
{
    return json_set_text(object, "origin", event->limit.origin) &&
           json_set_number(object, "limit", event->limit.limit) && set_at(object, event);
}

static json_t *field_object(const struct shoal_field *field)
{
    json_t *object = json_object();
    bool complete =
        json_set_text(object, "name", field->name) &&
        json_set(object, field->is_file ? "file" : "value", text_or_null(&field->value)) &&
        json_set_text(object, "filename", field->file_name) &&
        json_set_text(object, "type", field->type);
    return json_if_complete(object, complete);
}

static json_t *field_list(const struct shoal_plan *plan)
{
    json_t *list = json_array();
    bool complete = list != NULL;
    for (size_t i = 0; complete && i < plan->field_count; i++)
        complete = json_array_append_new(list, field_object(&plan->fields[i])) == 0;
    return json_if_complete(list, complete);
}

static bool fill_plan(json_t *object, const struct shoal_plan *plan)
{
    return set_path(object, &plan->path) && json_set_text(object, "method", plan->method) &&
           json_set_text(object, "url", plan->url) &&
           json_set(object, "headers", text_list(plan->headers)) &&
           json_set(object, "fields", field_list(plan)) &&
           json_set_number(object, "bytes", plan->bytes);
}

static bool set_totals(json_t *object, const struct shoal_totals *totals)
{
    bool filled = json_set_number(object, "found", (int64_t)totals->found);
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++) {
        filled = filled && json_set_number(object, shoal_verdict_name((enum shoal_verdict)verdict),
                               (int64_t)totals->verdicts[verdict]);
    }
    return filled && json_set_number(object, "passed_over", (int64_t)totals->passed_over) &&
           json_set_number(object, "problems", (int64_t)totals->problems) &&
           json_set_number(object, "bytes", totals->bytes);
}

static json_t *cause_object(const struct shoal_cause *cause)
{
    json_t *object = json_object();
    bool complete =
        json_set_text(object, "cause", cause->text) &&
        json_set_text(object, "reason", shoal_reason_name(cause->reason)) &&
        json_set_number(object, "count", (int64_t)cause->count) &&
        set_boolean(object, "temporary", cause->temporary == cause->count) &&
        json_set_bytes(object, "first_path", cause->first_path.data, cause->first_path.length) &&
        json_set_text(object, "example", cause->example) &&
        json_set_number(object, "attempts", cause->attempts_most) &&
        set_known(object, "bytes_least", cause->bytes_least, cause->bytes_least >= 0) &&
        set_known(object, "bytes_most", cause->bytes_most, cause->bytes_most >= 0) &&
        json_set_number(object, "first_at_ms", cause->first_us / CLOCK_US_PER_MS) &&
        json_set_number(object, "last_at_ms", cause->last_us / CLOCK_US_PER_MS);
    return json_if_complete(object, complete);
}

static json_t *cause_list(const struct shoal_end *end)
{
    json_t *list = json_array();
    bool complete = list != NULL;
    for (size_t i = 0; complete && i < end->cause_count; i++)
        complete = json_array_append_new(list, cause_object(&end->causes[i])) == 0;
    return json_if_complete(list, complete);
}

/* The counts beyond those that decide the run's result. */
static bool set_counts(json_t *object, const struct shoal_totals *totals)
{
    const struct {
        const char *key;
        uint64_t count;
    } counts[] = {{"temporary", totals->temporary}, {"not_attempted", totals->not_attempted},
        {"maybe_accepted", totals->maybe_accepted}, {"html_responses", totals->html_responses},
        {"retries", totals->retries}, {"redirects", totals->redirects}, {"hidden", totals->hidden},
        {"without_pair", totals->without_pair}};
    bool filled = true;
    for (size_t i = 0; filled && i < sizeof counts / sizeof counts[0]; i++)
        filled = json_set_number(object, counts[i].key, (int64_t)counts[i].count);
    return filled;
}

static bool fill_end(const struct jsonl *jsonl, json_t *object, const struct shoal_event *event)
{
    const struct shoal_totals *totals = event->end.totals;
    bool filled = set_totals(object, totals) &&
                  set_time(object, "seconds", event->at_us, CLOCK_US_PER_SECOND, 1000) &&
                  set_boolean(object, "complete", totals->complete) && set_counts(object, totals) &&
                  json_set_number(object, "largest_sent", totals->largest_sent) &&
                  json_set(object, "causes", cause_list(&event->end)) &&
                  json_set_number(object, "exit", event->end.exit_status) &&
                  json_set_text(object, "nothing_found", event->end.nothing_found);
    if (filled && jsonl->dry_run)
        filled = set_boolean(object, "dry_run", true) &&
                 json_set_number(object, "planned", (int64_t)totals->planned) &&
                 json_set_number(object, "left_out", (int64_t)totals->left_out);
    return filled;
}

static bool fill(struct jsonl *jsonl, json_t *object, const struct shoal_event *event)
{
    switch (event->kind) {
    case SHOAL_EVENT_START:
        return json_set_text(object, "event", "start") && fill_start(jsonl, object, &event->start);
    case SHOAL_EVENT_FILE:
        return json_set_text(object, "event", "file") && fill_file(object, event);
    case SHOAL_EVENT_PROBLEM:
        return json_set_text(object, "event", "problem") && fill_problem(object, event);
    case SHOAL_EVENT_PLAN:
        return json_set_text(object, "event", "plan") && fill_plan(object, &event->plan);
    case SHOAL_EVENT_LEFT_OUT:
        return json_set_text(object, "event", "left_out") && fill_left_out(object, event);
    case SHOAL_EVENT_NOTICE:
        return json_set_text(object, "event", "notice") && fill_notice(object, event);
    case SHOAL_EVENT_ATTEMPT:
        return json_set_text(object, "event", "attempt") && fill_attempt(object, event);
    case SHOAL_EVENT_PAUSE:
        return json_set_text(object, "event", "pause") && fill_pause(object, event);
    case SHOAL_EVENT_LIMIT:
        return json_set_text(object, "event", "limit") && fill_limit(object, event);
    case SHOAL_EVENT_END:
        return json_set_text(object, "event", "end") && fill_end(jsonl, object, event);
    case SHOAL_EVENT_PROGRESS:
        break;
    }
    return false;
}

bool jsonl_event(struct jsonl *jsonl, const struct shoal_event *event)
{
    if (event->kind == SHOAL_EVENT_PROGRESS)
        return true;
    json_t *object = json_object();
    buf_clear(&jsonl->line);
    bool made = object != NULL && fill(jsonl, object, event) && json_add_line(&jsonl->line, object);
    json_decref(object);
    return made && writer_write(&jsonl->writer, jsonl->line.data, jsonl->line.length);
}
