/* What is kept of a run, and how it becomes the page's data. */
#include "sink/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/container_of.h"
#include "base/table.h"
#include "core/causes.h"
#include "sink/report/private.h"
#include "sink/verdict.h"
#include "text/encode.h"
#include "text/units.h"

#define ROWS_MAX       100000 /* files in the table that did not fail */
#define MARKS_MAX      200
#define REQUEST_ID_MAX 100 /* bytes; a longer one is not shown */

struct report *report_new(const char *again)
{
    struct report *report = calloc(1, sizeof *report);
    if (report == NULL)
        return NULL;
    report->again = strdup(again);
    causes_init(&report->causes);
    buf_init(&report->rows, DATA_MAX);
    buf_init(&report->marks, DATA_MAX);
    buf_init(&report->warnings, DATA_MAX);
    if (report->again == NULL) {
        report_free(report);
        return NULL;
    }
    return report;
}

static void free_pending(struct table_node *node)
{
    free(container_of(node, struct pending, node));
}

void report_free(struct report *report)
{
    if (report == NULL)
        return;
    free(report->again);
    free(report->method);
    free(report->url);
    causes_free(&report->causes);
    table_free(&report->pending, free_pending);
    timeline_free(&report->timeline);
    buf_free(&report->rows);
    buf_free(&report->marks);
    buf_free(&report->warnings);
    free(report);
}

void report_add_string(struct buf *out, const char *text, size_t length)
{
    struct buf repaired;
    buf_init(&repaired, DATA_MAX);
    (void)utf8_repair(&repaired, text, length);
    (void)buf_add_byte(out, '"');
    (void)encode_json(out, buf_text(&repaired), repaired.length);
    (void)buf_add_byte(out, '"');
    buf_free(&repaired);
}

void report_add_text(struct buf *out, const char *text)
{
    report_add_string(out, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

void report_warn(struct report *report, const char *sentence)
{
    if (report->warnings.length > 0)
        (void)buf_add_byte(&report->warnings, ',');
    report_add_text(&report->warnings, sentence);
}

/* ---- taking events */

static void take_start(struct report *report, const struct shoal_start *start, int64_t wall_seconds)
{
    if (report->runs++ > 0) {
        int64_t later = wall_seconds - report->start_seconds;
        report->offset_us = later > 0 ? later * CLOCK_US_PER_SECOND : 0;
        return;
    }
    report->start_seconds = wall_seconds;
    report->method = strdup(start->method == NULL ? "" : start->method);
    report->url = strdup(start->url == NULL ? "" : start->url);
}

/* `listed`: it is told below the time line too. */
static void mark(struct report *report, int64_t at_us, const char *text, bool listed)
{
    if (report->mark_count++ >= MARKS_MAX)
        return;
    (void)buf_printf(&report->marks,
        "%s{\"at\":%.1f,\"listed\":%s,\"text\":", report->marks.length > 0 ? "," : "",
        (double)at_us / (double)CLOCK_US_PER_SECOND, listed ? "true" : "false");
    report_add_text(&report->marks, text);
    (void)buf_add_byte(&report->marks, '}');
}

static struct pending *find_pending(const struct report *report, const char *path)
{
    struct table_node *node = table_find(&report->pending, path);
    return node == NULL ? NULL : container_of(node, struct pending, node);
}

static void take_attempt(struct report *report, const struct shoal_attempt *attempt, int64_t at_us)
{
    struct timeline_bucket *bucket = timeline_at(&report->timeline, at_us);
    if (bucket != NULL)
        bucket->retried++;
    struct pending *pending = find_pending(report, attempt->path.data);
    if (pending == NULL) {
        pending = calloc(1, sizeof *pending + attempt->path.length + 1);
        if (pending == NULL)
            return;
        memcpy(pending->path, attempt->path.data, attempt->path.length);
        if (!table_add(&report->pending, &pending->node, pending->path)) {
            free(pending);
            return;
        }
    }
    size_t used = strlen(pending->statuses);
    (void)snprintf(pending->statuses + used, sizeof pending->statuses - used, "%s%ld",
        used > 0 ? " " : "", attempt->status);
}

static void note_time(struct report *report, const struct shoal_file *file, int64_t at_us)
{
    if (file->attempts > 0) {
        timeline_note_flight(&report->timeline, at_us - file->took_us, true);
        timeline_note_flight(&report->timeline, at_us, false);
    }
    struct timeline_bucket *bucket = timeline_at(&report->timeline, at_us);
    if (bucket == NULL)
        return;
    bucket->sent += !verdict_is_bad(file->verdict);
    bucket->failed += verdict_is_bad(file->verdict);
    bucket->took_us += file->took_us;
    if (file->verdict == SHOAL_SENT && file->bytes > 0)
        bucket->bytes += file->bytes;
}

/* Where credentials were refused for the first time, the night's story often begins. */
static void mark_refusal(struct report *report, const struct shoal_file *file, int64_t at_us)
{
    static const long statuses[FIRST_REFUSALS] = {401, 403, 407};
    char text[32];
    for (size_t i = 0; i < FIRST_REFUSALS; i++) {
        if (file->status != statuses[i] || report->seen[i])
            continue;
        report->seen[i] = true;
        (void)snprintf(text, sizeof text, "first %ld here", file->status);
        mark(report, at_us, text, true);
    }
}

/* By which name the operators of the service find the request; NULL: the response has none. */
static const struct shoal_text *find_request_id(const struct shoal_file *file)
{
    static const char *const names[] = {
        "request-id", "requestid", "correlation-id", "trace-id", "cf-ray", "uploadid"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t header = 0; header < file->header_count; header++) {
            if (strcasestr(file->headers[header].name, names[i]) != NULL)
                return &file->headers[header].value;
        }
    }
    return NULL;
}

/* Adds [path, verdict, status, attempts, bytes, at_ms, ms, cause, statuses, request ID]. */
static void add_row(
    struct report *report, const struct shoal_file *file, const char *statuses, int64_t at_us)
{
    const struct shoal_text *id = find_request_id(file);
    struct buf *rows = &report->rows;
    if (!verdict_is_bad(file->verdict) && report->row_count >= ROWS_MAX) {
        report->cut = true;
        return;
    }
    (void)buf_add_text(rows, report->row_count++ == 0 ? "[" : ",\n[");
    report_add_string(rows, file->path.data, file->path.length);
    (void)buf_printf(rows, ",%d,%ld,%u,%" PRId64 ",%" PRId64 ",%" PRId64 ",", (int)file->verdict,
        file->status, file->attempts, file->bytes, at_us / CLOCK_US_PER_MS,
        file->took_us / CLOCK_US_PER_MS);
    report_add_text(rows, file->cause);
    (void)buf_add_byte(rows, ',');
    report_add_text(rows, statuses);
    if (id != NULL && id->length <= REQUEST_ID_MAX) {
        (void)buf_add_byte(rows, ',');
        report_add_string(rows, id->data, id->length);
    }
    (void)buf_add_byte(rows, ']');
}

static void take_file(struct report *report, const struct shoal_file *file, int64_t at_us)
{
    struct pending *pending = find_pending(report, file->path.data);
    char statuses[STATUSES_MAX + 16] = "";
    if (pending != NULL) {
        (void)snprintf(statuses, sizeof statuses, "%s %ld", pending->statuses, file->status);
        table_remove(&report->pending, &pending->node);
        free(pending);
    }
    note_time(report, file, at_us);
    mark_refusal(report, file, at_us);
    add_row(report, file, statuses, at_us);
    if (file->cause != NULL)
        (void)causes_note(&report->causes, file, file->cause,
            file->error == NULL ? file->cause : file->error, at_us);
}

static void take_pause(struct report *report, const struct shoal_pause *pause, int64_t at_us)
{
    struct buf text;
    char duration[UNITS_TEXT_SIZE];
    buf_init(&text, DATA_MAX);
    units_format_duration(pause->wait_us, duration);
    if (pause->wait_us >= 0)
        (void)buf_printf(&text, "%s asks for a pause of %s: %s", pause->origin, duration,
            pause->error == NULL ? "" : pause->error);
    else
        (void)buf_printf(
            &text, "%s is down: %s", pause->origin, pause->error == NULL ? "" : pause->error);
    mark(report, at_us, buf_text(&text), true);
    buf_free(&text);
}

static void take_limit(struct report *report, const struct shoal_limit *limit, int64_t at_us)
{
    struct buf text;
    buf_init(&text, DATA_MAX);
    (void)buf_printf(&text, "%s: %u files in flight at most", limit->origin, limit->limit);
    mark(report, at_us, buf_text(&text), false);
    buf_free(&text);
}

static void take_end(struct report *report, const struct shoal_end *end)
{
    const struct shoal_totals *from = end->totals;
    struct shoal_totals *to = &report->totals;
    to->found += from->found;
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++)
        to->verdicts[verdict] += from->verdicts[verdict];
    to->temporary += from->temporary;
    to->retries += from->retries;
    to->problems += from->problems;
    to->bytes += from->bytes;
    if (from->largest_sent > to->largest_sent)
        to->largest_sent = from->largest_sent;
    to->complete = (report->ended == 0 || to->complete) && from->complete;
    if (report->exit_status == SHOAL_EXIT_OK || report->exit_status == SHOAL_EXIT_TEMPORARY)
        report->exit_status =
            end->exit_status == SHOAL_EXIT_OK ? report->exit_status : end->exit_status;
    report->ended++;
}

void report_event(struct report *report, const struct shoal_event *event, int64_t wall_seconds)
{
    int64_t at_us = report->offset_us + event->at_us;
    switch (event->kind) {
    case SHOAL_EVENT_START:
        take_start(report, &event->start, wall_seconds);
        return;
    case SHOAL_EVENT_FILE:
        take_file(report, &event->file, at_us);
        break;
    case SHOAL_EVENT_ATTEMPT:
        take_attempt(report, &event->attempt, at_us);
        break;
    case SHOAL_EVENT_PAUSE:
        take_pause(report, &event->pause, at_us);
        break;
    case SHOAL_EVENT_LIMIT:
        take_limit(report, &event->limit, at_us);
        break;
    case SHOAL_EVENT_END:
        take_end(report, &event->end);
        break;
    default:
        return;
    }
    if (at_us > report->end_us)
        report->end_us = at_us;
}
