/* The page's data: what was kept, as JSON, and the page around it. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "sink/report.h"
#include "sink/report/private.h"

#define DATA_MARK "@DATA@"

static void add_cause(struct buf *out, const struct shoal_cause *cause)
{
    (void)buf_add_text(out, "{\"text\":");
    report_add_text(out, cause->text);
    (void)buf_add_text(out, ",\"example\":");
    report_add_text(out, cause->example);
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
    report_add_text(out, report->method);
    (void)buf_add_text(out, ",\"url\":");
    report_add_text(out, report->url);
    (void)buf_add_text(out, ",\"again\":");
    report_add_text(out, report->again);
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
