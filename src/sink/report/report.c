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

#define DATA_MAX       ((size_t)1024 * 1024 * 1024) /* bytes of the page's data */
#define ROWS_MAX       100000                       /* files in the table that did not fail */
#define MARKS_MAX      200
#define STATUSES_MAX   120 /* bytes of "502 502 201" */
#define DATA_MARK      "@DATA@"
#define FIRST_REFUSALS 3

/* The failed attempts of a file that has no verdict yet. */
struct pending {
    struct table_node node;      /* by path */
    char statuses[STATUSES_MAX]; /* "502 502" */
    char path[];
};

struct report {
    char *again;                /* owned */
    char *method;               /* of the first run; owned */
    char *url;                  /* of the first run; owned */
    int64_t start_seconds;      /* when the first run began, since 1970; 0: not known */
    int64_t offset_us;          /* when this run began, after the first one */
    int64_t end_us;             /* the last event, after the start of the first run */
    unsigned runs;              /* START events */
    unsigned ended;             /* END events */
    int exit_status;            /* the worst of all runs */
    struct shoal_totals totals; /* of all runs */
    struct causes causes;
    struct table pending;
    struct timeline timeline;
    struct buf rows;     /* the table, as JSON */
    struct buf marks;    /* marks over time, as JSON */
    struct buf warnings; /* as JSON */
    uint64_t row_count;
    unsigned mark_count;
    bool cut;                  /* not every file is in the table */
    bool seen[FIRST_REFUSALS]; /* 401, 403, 407: one mark each */
};

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

static void add_text(struct buf *out, const char *text)
{
    report_add_string(out, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

void report_warn(struct report *report, const char *sentence)
{
    if (report->warnings.length > 0)
        (void)buf_add_byte(&report->warnings, ',');
    add_text(&report->warnings, sentence);
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

static void mark(struct report *report, int64_t at_us, const char *text)
{
    if (report->mark_count++ >= MARKS_MAX)
        return;
    (void)buf_printf(&report->marks,
        "%s{\"at\":%.1f,\"text\":", report->marks.length > 0 ? "," : "",
        (double)at_us / (double)CLOCK_US_PER_SECOND);
    add_text(&report->marks, text);
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
    struct timeline_bucket *bucket = timeline_at(&report->timeline, at_us - file->took_us);
    if (bucket != NULL && file->attempts > 0)
        bucket->started++;
    bucket = timeline_at(&report->timeline, at_us);
    if (bucket == NULL)
        return;
    bucket->sent += !verdict_is_bad(file->verdict);
    bucket->failed += verdict_is_bad(file->verdict);
    bucket->ended += file->attempts > 0;
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
        mark(report, at_us, text);
    }
}

/* Adds [path, verdict, status, attempts, bytes, at_ms, ms, cause, statuses]. */
static void add_row(
    struct report *report, const struct shoal_file *file, const char *statuses, int64_t at_us)
{
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
    add_text(rows, file->cause);
    (void)buf_add_byte(rows, ',');
    add_text(rows, statuses);
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
    mark(report, at_us, buf_text(&text));
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
    case SHOAL_EVENT_END:
        take_end(report, &event->end);
        break;
    default:
        return;
    }
    if (at_us > report->end_us)
        report->end_us = at_us;
}

/* ---- the page's data */

static void add_cause(struct buf *out, const struct shoal_cause *cause)
{
    (void)buf_add_text(out, "{\"text\":");
    add_text(out, cause->text);
    (void)buf_add_text(out, ",\"example\":");
    add_text(out, cause->example);
    (void)buf_add_text(out, ",\"first_path\":");
    report_add_string(out, cause->first_path.data, cause->first_path.length);
    (void)buf_printf(out,
        ",\"reason\":\"%s\",\"count\":%" PRIu64 ",\"temporary\":%" PRIu64
        ",\"bytes_least\":%" PRId64 ",\"bytes_most\":%" PRId64 ",\"first_s\":%.1f,\"last_s\":%.1f}",
        shoal_reason_name(cause->reason), cause->count, cause->temporary, cause->bytes_least,
        cause->bytes_most, (double)cause->first_us / (double)CLOCK_US_PER_SECOND,
        (double)cause->last_us / (double)CLOCK_US_PER_SECOND);
}

static void add_causes(struct buf *out, struct report *report)
{
    size_t count;
    const struct shoal_cause *causes = causes_sorted(&report->causes, &count);
    (void)buf_add_byte(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            (void)buf_add_byte(out, ',');
        add_cause(out, &causes[i]);
    }
    (void)buf_add_byte(out, ']');
}

static void add_totals(struct buf *out, const struct shoal_totals *totals)
{
    (void)buf_printf(out, "{\"found\":%" PRIu64, totals->found);
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++)
        (void)buf_printf(out, ",\"%s\":%" PRIu64, shoal_verdict_name((enum shoal_verdict)verdict),
            totals->verdicts[verdict]);
    (void)buf_printf(out,
        ",\"temporary\":%" PRIu64 ",\"retries\":%" PRIu64 ",\"bytes\":%" PRId64
        ",\"largest_sent\":%" PRId64 "}",
        totals->temporary, totals->retries, totals->bytes, totals->largest_sent);
}

static void add_data(struct buf *out, struct report *report)
{
    (void)buf_printf(out, "{\"version\":\"%s\",\"start\":%" PRId64 ",\"seconds\":%.1f,\"runs\":%u,",
        SHOAL_VERSION, report->start_seconds, (double)report->end_us / (double)CLOCK_US_PER_SECOND,
        report->runs);
    (void)buf_add_text(out, "\"method\":");
    add_text(out, report->method);
    (void)buf_add_text(out, ",\"url\":");
    add_text(out, report->url);
    (void)buf_add_text(out, ",\"again\":");
    add_text(out, report->again);
    (void)buf_printf(out,
        ",\"exit\":%d,\"complete\":%s,\"cut\":%s,\"totals\":", report->exit_status,
        report->totals.complete ? "true" : "false", report->cut ? "true" : "false");
    add_totals(out, &report->totals);
    (void)buf_add_text(out, ",\"causes\":");
    add_causes(out, report);
    (void)buf_printf(out, ",\"bucket_seconds\":%" PRId64 ",\"buckets\":",
        report->timeline.bucket_us / CLOCK_US_PER_SECOND);
    timeline_add_json(out, &report->timeline);
    (void)buf_printf(out, ",\"marks\":[%s],\"warnings\":[%s],\"files\":[", buf_text(&report->marks),
        buf_text(&report->warnings));
    (void)buf_add(out, buf_text(&report->rows), report->rows.length);
    (void)buf_add_text(out, "]}");
}

/* Writes JSON into a script element: `<` cannot end it or begin a comment, as it is escaped. */
static bool write_data(const struct writer *writer, const struct buf *data)
{
    const char *at = data->data;
    const char *end = data->data + data->length;
    const char *angle;
    while ((angle = memchr(at, '<', (size_t)(end - at))) != NULL) {
        if (!writer_write(writer, at, (size_t)(angle - at)) ||
            !writer_write(writer, "\\u003c", strlen("\\u003c")))
            return false;
        at = angle + 1;
    }
    return writer_write(writer, at, (size_t)(end - at));
}

bool report_write(struct report *report, const struct writer *writer)
{
    struct buf data;
    buf_init(&data, DATA_MAX);
    if (report->ended < report->runs)
        report_warn(report, "A run has no end: it was killed, or its events were cut. What it sent "
                            "after the last event is not known.");
    add_data(&data, report);
    const char *mark_at = strstr(report_page, DATA_MARK);
    const char *rest = mark_at + strlen(DATA_MARK);
    bool complete = !data.failed && !report->rows.failed && !report->marks.failed;
    bool written = complete && writer_write(writer, report_page, (size_t)(mark_at - report_page)) &&
                   write_data(writer, &data) && writer_write(writer, rest, strlen(rest));
    buf_free(&data);
    return written;
}
