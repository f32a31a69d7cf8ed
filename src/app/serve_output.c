#include "app/serve_output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "app/say.h"
#include "base/clock.h"
#include "base/err.h"
#include "receive/upload_json.h"
#include "text/json.h"
#include "text/printable.h"
#include "text/units.h"

/* Longest output of one request, in bytes: far more than UPLOAD_PARTS_MAX parts with
 * UPLOAD_KEPT_MAX bytes of text can need. */
#define LINE_MAX_SIZE ((size_t)256 * 1024 * 1024)

bool serve_output_open(
    struct serve_output *output, const struct serve_output_options *options, struct error *error)
{
    int descriptor = -1;
    if (options->json_file != NULL) {
        descriptor = open(options->json_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (descriptor < 0)
            return error_set(error, ERROR_SYSTEM, errno, "can't open '%s': %s", options->json_file,
                error_reason(errno));
    }
    *output = (struct serve_output){.options = options};
    stream_init(&output->standard, STDOUT_FILENO);
    stream_init(&output->file, descriptor);
    buf_init(&output->line, LINE_MAX_SIZE);
    return true;
}

bool serve_output_close(struct serve_output *output)
{
    /* Nothing is pending: every line was flushed, and a failure reported then. */
    buf_free(&output->line);
    (void)stream_finish(&output->standard);
    (void)stream_finish(&output->file);
    if (output->file.descriptor >= 0)
        (void)close(output->file.descriptor);
    return !output->failed;
}

static bool prints_lines(const struct serve_output *output)
{
    return !output->options->json || output->options->json_file != NULL;
}

/* Tells the user once that output is lost; the receiver continues. */
static void report_failure(struct serve_output *output, const struct stream *stream)
{
    if (output->failed)
        return;
    output->failed = true;
    if (stream->failure == 0)
        say("output is missing: out of memory");
    else if (stream == &output->file)
        say("can't write '%s': %s", output->options->json_file, error_reason(stream->failure));
    else
        say("can't write standard output: %s", error_reason(stream->failure));
}

/* Writes `output->line` and empties it. */
static void write_line(struct serve_output *output, struct stream *stream)
{
    bool written = !output->line.failed &&
                   stream_add(stream, buf_text(&output->line), output->line.length) &&
                   stream_flush(stream);
    if (!written)
        report_failure(output, stream);
    buf_clear(&output->line);
}

/* Writes `object` and releases it. NULL: out of memory. */
static void write_json(struct serve_output *output, json_t *object)
{
    struct stream *stream = output->options->json_file == NULL ? &output->standard : &output->file;
    if (object != NULL && json_add_line(&output->line, object))
        write_line(output, stream);
    else
        report_failure(output, stream);
    buf_clear(&output->line);
    json_decref(object);
}

static json_t *request_json(const struct receiver_event *event)
{
    json_t *object = json_object();
    bool complete = json_set_text(object, "event", "request") &&
                    json_set_text(object, "method", event->method) &&
                    json_set_bytes(object, "path", event->path, strlen(event->path)) &&
                    json_set(object, "status",
                        event->status == 0 ? json_null() : json_integer(event->status)) &&
                    json_set(object, "parts",
                        event->upload == NULL ? json_array() : upload_parts_json(event->upload)) &&
                    json_set_text(object, "error", event->error) &&
                    json_set_text(object, "fault", event->fault) &&
                    json_set_number(object, "at_ms", event->at_us / CLOCK_US_PER_MS);
    return json_if_complete(object, complete);
}

static void add_printable(struct serve_output *output, const char *text)
{
    (void)printable_add(&output->line, text, strlen(text));
}

static void add_failure(struct serve_output *output, const struct receiver_event *event)
{
    (void)buf_printf(&output->line, "%u ", event->status);
    add_printable(output, event->method);
    (void)buf_add_byte(&output->line, ' ');
    add_printable(output, event->path);
    (void)buf_add_text(&output->line, ": ");
    add_printable(output, event->error != NULL ? event->error : "a fault that was asked for");
    (void)buf_add_byte(&output->line, '\n');
}

static void add_files(struct serve_output *output, const struct receiver_event *event)
{
    size_t count;
    const struct upload_part *parts = upload_parts(event->upload, &count);
    for (size_t i = 0; i < count; i++) {
        const struct upload_part *part = &parts[i];
        char size[UNITS_TEXT_SIZE];
        if (!part->is_file)
            continue;
        const char *name = part->path != NULL ? part->path : part->file_name;
        units_format_bytes((int64_t)part->size, size);
        (void)buf_printf(&output->line, "%u ", event->status);
        add_printable(output, name != NULL ? name : event->path);
        (void)buf_printf(&output->line, " (%s)\n", size);
    }
}

void serve_output_request(void *context, const struct receiver_event *event)
{
    struct serve_output *output = context;
    if (output->options->json)
        write_json(output, request_json(event));
    if (output->options->quiet || !prints_lines(output))
        return;
    if (event->upload == NULL)
        add_failure(output, event);
    else
        add_files(output, event);
    write_line(output, &output->standard);
}

void serve_output_start(struct serve_output *output, const char *url)
{
    if (output->options->json)
        write_json(output, json_pack("{s:s, s:s}", "event", "listening", "url", url));
    if (!prints_lines(output))
        return;
    (void)buf_printf(&output->line, "listening on %s\n", url);
    write_line(output, &output->standard);
}

static json_t *end_json(const struct receiver_totals *totals, int64_t took_us)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f}", "event", "end", "requests",
        (json_int_t)totals->requests, "files", (json_int_t)totals->files, "bytes",
        (json_int_t)totals->bytes, "failed", (json_int_t)totals->failed, "connections",
        (json_int_t)totals->connections, "seconds", (double)took_us / (double)CLOCK_US_PER_SECOND);
}

void serve_output_end(
    struct serve_output *output, const struct receiver_totals *totals, int64_t took_us)
{
    if (output->options->json)
        write_json(output, end_json(totals, took_us));
    if (output->options->quiet || !prints_lines(output))
        return;
    char size[UNITS_TEXT_SIZE];
    units_format_bytes((int64_t)totals->bytes, size);
    (void)buf_printf(&output->line,
        "%" PRIu64 " files, %s, in %" PRIu64 " requests over %" PRIu64 " connections; %" PRIu64
        " requests failed\n",
        totals->files, size, totals->requests, totals->connections, totals->failed);
    write_line(output, &output->standard);
}
