#include "sink/lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "core/causes.h"
#include "sink/failure_text.h"
#include "sink/plan_text.h"
#include "sink/summary.h"
#include "sink/verdict.h"
#include "text/encode.h"
#include "text/printable.h"
#include "text/units.h"

#define LINE_SIZE_MAX  (256U << 20) /* longest line, in bytes */
#define PATHS_SIZE_MAX 4096         /* longest list of operands in a message, in bytes */
#define PAUSES_SHOWN   20           /* pauses, of all servers together */
#define EXCERPT_LENGTH 200          /* bytes of a response in the line of a failure */

struct lines {
    struct lines_options options;
    struct buf line;       /* the line that is being built */
    struct buf paths;      /* the operands, separated by commas */
    struct buf selection;  /* what is said where --shard or --only-failed leave nothing to send */
    unsigned pause_count;  /* PAUSE events so far */
    bool dry_run;          /* known from START on */
    int64_t largest_sent;  /* bytes of the largest file that was sent; 0: none */
    int64_t last_good_us;  /* `at_us` of the last file that did not fail; 0: none */
    int64_t start_seconds; /* when the run began, since 1970; 0: not known */
    char *method;          /* of the requests; owned; may be NULL */
};

struct lines *lines_new(const struct lines_options *options)
{
    struct lines *lines = calloc(1, sizeof *lines);
    if (lines == NULL)
        return NULL;
    lines->options = *options;
    buf_init(&lines->line, LINE_SIZE_MAX);
    buf_init(&lines->paths, PATHS_SIZE_MAX);
    buf_init(&lines->selection, PATHS_SIZE_MAX);
    return lines;
}

void lines_free(struct lines *lines)
{
    if (lines == NULL)
        return;
    buf_free(&lines->line);
    buf_free(&lines->paths);
    buf_free(&lines->selection);
    free(lines->method);
    free(lines);
}

static void add_escaped(struct lines *lines, const char *text)
{
    (void)printable_add(&lines->line, text, strlen(text));
}

static void add_text(struct lines *lines, const struct shoal_text *text)
{
    if (text->data != NULL)
        (void)printable_add(&lines->line, text->data, text->length);
}

/* Writes the line; without the memory for it, one that says so. */
static void write_line(struct lines *lines, const struct writer *writer)
{
    static const char failed[] = "a line is missing here: out of memory\n";
    if (buf_add_byte(&lines->line, '\n'))
        (void)writer_write(writer, lines->line.data, lines->line.length);
    else
        (void)writer_write(writer, failed, sizeof failed - 1);
    buf_clear(&lines->line);
}

static bool was_attempted(const struct shoal_file *file)
{
    return file->reason != SHOAL_REASON_NOT_ATTEMPTED;
}

static void add_verdict(struct lines *lines, const struct shoal_file *file)
{
    (void)buf_add_text(
        &lines->line, was_attempted(file) ? shoal_verdict_name(file->verdict) : "not attempted");
    (void)buf_add_byte(&lines->line, ' ');
}

/* Adds the response, cut to `most` bytes, without line ends at its end. */
static void add_response(
    struct lines *lines, const struct shoal_file *file, const char *separator, size_t most)
{
    struct shoal_text response = file->response;
    bool cut = file->response_cut;
    while (response.data != NULL && response.length > 0 &&
           strchr("\r\n", response.data[response.length - 1]) != NULL)
        response.length--;
    if (response.data == NULL || response.length == 0)
        return;
    if (response.length > most) {
        cut = true;
        response.length = utf8_cut_length(response.data, response.length, most);
    }
    (void)buf_add_text(&lines->line, separator);
    add_text(lines, &response);
    if (cut)
        (void)buf_add_text(&lines->line, "...");
}

/* Adds the headers of the response, but those whose value the error has already. */
static void add_headers(struct lines *lines, const struct shoal_file *file)
{
    const char *separator = " [";
    for (size_t i = 0; i < file->header_count; i++) {
        struct shoal_text value = file->headers[i].value;
        if (file->error != NULL && strstr(file->error, value.data) != NULL)
            continue;
        if (value.length > EXCERPT_LENGTH)
            value.length = EXCERPT_LENGTH;
        (void)buf_add_text(&lines->line, separator);
        add_escaped(lines, file->headers[i].name);
        (void)buf_add_text(&lines->line, ": ");
        add_text(lines, &value);
        separator = "; ";
    }
    if (separator[0] == ';')
        (void)buf_add_byte(&lines->line, ']');
}

static void failure_line(struct lines *lines, const struct shoal_file *file)
{
    add_verdict(lines, file);
    add_text(lines, &file->path);
    failure_text_add(&lines->line, file, lines->method, lines->largest_sent);
    /* Else the error contains its message, or it is a page of the proxy. */
    if (!causes_is_status(file) && file->reason != SHOAL_REASON_CREDENTIALS)
        add_response(lines, file, ": ", EXCERPT_LENGTH);
    add_headers(lines, file);
    write_line(lines, &lines->options.messages);
}

static void verbose_line(struct lines *lines, const struct shoal_file *file)
{
    add_verdict(lines, file);
    if (file->status != 0)
        (void)buf_printf(&lines->line, "%ld ", file->status);
    add_text(lines, &file->path);
    if (verdict_is_bad(file->verdict) || file->reason == SHOAL_REASON_PAIR)
        failure_text_add(&lines->line, file, lines->method, lines->largest_sent);
    add_response(lines, file, " ", SIZE_MAX);
    if (verdict_is_bad(file->verdict))
        add_headers(lines, file);
    write_line(lines, &lines->options.data);
}

/* Of each cause, the first file has a line: thousands with the same text would hide the others. The
 * summary counts them. */
static void file_event(struct lines *lines, const struct shoal_file *file)
{
    const struct lines_options *options = &lines->options;
    if (file->verdict == SHOAL_SENT && file->bytes > lines->largest_sent)
        lines->largest_sent = file->bytes;
    if (options->verbose)
        verbose_line(lines, file);
    bool in_summary = !was_attempted(file) && !options->quiet;
    if (verdict_is_bad(file->verdict) && file->first_of_cause && !in_summary &&
        !(options->verbose && options->same_destination))
        failure_line(lines, file);
}

static void problem_line(struct lines *lines, const struct shoal_problem *problem)
{
    (void)buf_add_text(&lines->line, "problem ");
    if (problem->path.data != NULL && problem->path.length > 0) {
        add_text(lines, &problem->path);
        (void)buf_add_text(&lines->line, ": ");
    }
    if (problem->error != NULL)
        add_escaped(lines, problem->error);
    write_line(lines, &lines->options.messages);
}

static void notice_line(struct lines *lines, const struct shoal_notice *notice)
{
    if (lines->options.quiet || notice->message == NULL)
        return;
    add_escaped(lines, notice->message);
    write_line(lines, &lines->options.messages);
}

/* Without the scheme: that of a URL which the user gave. */
static void add_host(struct lines *lines, const char *origin)
{
    const char *scheme_end = strstr(origin, "://");
    add_escaped(lines, scheme_end == NULL ? origin : scheme_end + 3);
}

/* With hundreds of servers, the lines would hide everything else. */
static void pause_line(struct lines *lines, const struct shoal_pause *pause)
{
    char duration[UNITS_TEXT_SIZE];
    if (lines->options.quiet || ++lines->pause_count > PAUSES_SHOWN + 1)
        return;
    if (lines->pause_count > PAUSES_SHOWN) {
        (void)buf_add_text(&lines->line, "more servers pause or are down: not shown from here on");
        write_line(lines, &lines->options.messages);
        return;
    }
    add_host(lines, pause->origin);
    if (pause->wait_us >= 0) {
        units_format_duration(pause->wait_us, duration);
        (void)buf_printf(&lines->line, " asks for a pause of %s (", duration);
        add_escaped(lines, pause->error);
        (void)buf_add_text(&lines->line, "); its files wait");
    } else {
        (void)buf_add_text(&lines->line, " is down (");
        add_escaped(lines, pause->error);
        (void)buf_add_text(&lines->line, "); its files wait, and it is tried once per second");
    }
    write_line(lines, &lines->options.messages);
}

static void plan_line(struct lines *lines, const struct shoal_plan *plan)
{
    if (!lines->options.plans)
        return;
    plan_text_add(&lines->line, plan, lines->options.verbose);
    write_line(lines, &lines->options.data);
}

static void left_out_line(struct lines *lines, const struct shoal_left_out *left_out)
{
    if (!lines->options.plans || !lines->options.verbose)
        return;
    plan_text_add_left_out(&lines->line, left_out);
    write_line(lines, &lines->options.data);
}

static void remember_paths(struct lines *lines, const char *const *paths)
{
    for (; paths != NULL && *paths != NULL; paths++) {
        if (lines->paths.length > 0)
            (void)buf_add_text(&lines->paths, ", ");
        (void)buf_add_text(&lines->paths, *paths);
    }
}

static void remember_selection(struct lines *lines, const struct shoal_start *start)
{
    if (start->only_failed != NULL)
        (void)buf_printf(&lines->selection, " is left to send after %s", start->only_failed);
    if (start->shard != NULL)
        (void)buf_printf(&lines->selection, " is in shard %s", start->shard);
}

static void remember_start(struct lines *lines, const struct shoal_start *start)
{
    lines->dry_run = start->dry_run;
    remember_paths(lines, start->paths);
    remember_selection(lines, start);
    if (start->method != NULL)
        lines->method = strdup(start->method);
    if (lines->options.clock != NULL)
        lines->start_seconds = clock_wall_seconds(lines->options.clock);
}

/* Written even with -q if it is the reason for SHOAL_EXIT_USAGE. */
static void nothing_line(struct lines *lines, const struct shoal_end *end)
{
    if (lines->options.quiet && end->exit_status == SHOAL_EXIT_OK)
        return;
    bool selects = lines->selection.length > 0 && end->exit_status != SHOAL_EXIT_USAGE;
    if (end->nothing_found != NULL) {
        add_escaped(lines, end->nothing_found);
        write_line(lines, &lines->options.messages);
        return;
    }
    (void)buf_add_text(&lines->line, selects ? "no file of " : "no file found in ");
    (void)printable_add(&lines->line, buf_text(&lines->paths), lines->paths.length);
    if (selects)
        (void)printable_add(&lines->line, buf_text(&lines->selection), lines->selection.length);
    write_line(lines, &lines->options.messages);
}

static void end_lines(struct lines *lines, const struct shoal_event *event)
{
    const struct shoal_totals *totals = event->end.totals;
    bool refused = event->end.exit_status == SHOAL_EXIT_USAGE && totals->problems > 0;
    if (totals->found == 0 && totals->complete && !refused)
        nothing_line(lines, &event->end);
    if (lines->options.quiet && event->end.cause_count == 0)
        return;
    const struct summary_facts facts = {.dry_run = lines->dry_run,
        .quiet = lines->options.quiet,
        .unicode = lines->options.unicode,
        .start_seconds = lines->start_seconds,
        .last_good_us = lines->last_good_us,
        .names_left_out = lines->options.verbose && lines->options.plans,
        .again = lines->options.again};
    if (summary_add(&lines->line, event, &facts))
        (void)writer_write(&lines->options.messages, lines->line.data, lines->line.length);
    buf_clear(&lines->line);
}

void lines_event(struct lines *lines, const struct shoal_event *event)
{
    switch (event->kind) {
    case SHOAL_EVENT_START:
        remember_start(lines, &event->start);
        break;
    case SHOAL_EVENT_FILE:
        if (!verdict_is_bad(event->file.verdict))
            lines->last_good_us = event->at_us;
        file_event(lines, &event->file);
        break;
    case SHOAL_EVENT_PROBLEM:
        problem_line(lines, &event->problem);
        break;
    case SHOAL_EVENT_PLAN:
        plan_line(lines, &event->plan);
        break;
    case SHOAL_EVENT_LEFT_OUT:
        left_out_line(lines, &event->left_out);
        break;
    case SHOAL_EVENT_NOTICE:
        notice_line(lines, &event->notice);
        break;
    case SHOAL_EVENT_PAUSE:
        pause_line(lines, &event->pause);
        break;
    case SHOAL_EVENT_END:
        end_lines(lines, event);
        break;
    case SHOAL_EVENT_ATTEMPT:
    case SHOAL_EVENT_LIMIT:
    case SHOAL_EVENT_PROGRESS:
        break;
    }
}
