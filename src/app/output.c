/* Data (JSON, -v lines, the plan of a dry run) goes to standard output or a file, messages go to
 * standard error. Each destination has an outbox, so that a reader that is slow, or stops, does not
 * hold up the sending. Where standard output and standard error are the same, they share one, which
 * keeps the lines in order. The progress line is removed before any other line appears on its
 * terminal, and not drawn while other text waits. */
#include "app/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/ci.h"
#include "app/outbox.h"
#include "app/pages.h"
#include "app/say.h"
#include "app/signals.h"
#include "app/standard.h"
#include "app/terminal.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "sink/github.h"
#include "sink/jsonl.h"
#include "sink/lines.h"
#include "sink/plain.h"
#include "sink/progress.h"

/* When a run looks ahead at what is left, for those who are shown it: milliseconds after its begin.
 * The first of the plain lines comes after 10 seconds. */
#define AHEAD_OF_BAR_MS   500
#define AHEAD_OF_PLAIN_MS 5000

#define LINES_MAX ((size_t)512 * 1024 * 1024) /* bytes that are written at once */

/* One destination of text. */
struct channel {
    struct outbox *outbox; /* owned by the output; NULL: not open */
    struct output *output; /* that contains it */
    const char *path;      /* of a file; NULL: standard output or standard error */
    bool is_json;          /* its lines are events */
    bool used;             /* something was written to it */
    bool shows_progress;   /* it shares a terminal with the progress line */
    bool failure_reported; /* the user was told that it failed */
};

struct output {
    struct clock clock;
    struct channel standard;   /* data on standard output */
    struct channel messages;   /* standard error */
    struct channel file;       /* --json=FILE */
    int file_descriptor;       /* of `file`; -1: none */
    bool same_destination;     /* standard output and standard error are the same file */
    bool opened;               /* output_open() has succeeded */
    bool dry_run;              /* known from START on */
    bool unread;               /* the reader of a dry run has seen enough, as head(1) does */
    bool lost;                 /* data could not be written, and the user was told so */
    struct progress *progress; /* NULL: none */
    struct plain *plain;       /* lines with a time: for logs, and where a signal asks for one */
    bool logs;                 /* progress is shown by `plain` */
    struct pages *pages;
    struct ci *ci;
    struct buf defused; /* lines that the CI system may get */
    struct output_options options;
    struct lines *lines;
    struct jsonl *jsonl; /* NULL: none */
};

struct output *output_new(void)
{
    struct output *output = calloc(1, sizeof *output);
    if (output == NULL)
        return NULL;
    output->file_descriptor = -1;
    buf_init(&output->defused, LINES_MAX);
    return output;
}

/* Before say(), which writes to standard error itself. */
static void clear_terminal(struct output *output)
{
    if (output->progress != NULL)
        progress_hide(output->progress);
    (void)outbox_finish(output->messages.outbox);
}

static void say_failure(struct channel *channel)
{
    int code = outbox_failure(channel->outbox);
    if (code == 0 || !channel->used || channel->failure_reported)
        return;
    channel->failure_reported = true;
    if (channel == &channel->output->messages)
        return; /* standard error itself has failed: the user cannot be told */
    if (channel == &channel->output->standard && channel->output->dry_run && code == EPIPE) {
        channel->output->unread = true;
        return;
    }
    channel->output->lost = true;
    clear_terminal(channel->output);
    const char *reason = error_reason(code);
    if (channel->path != NULL)
        say("'%s' can't be written, and nothing more is: %s", channel->path, reason);
    else
        say("standard output can't be written, and nothing more is: %s", reason);
}

/* Writes what is ours as it is. */
static bool channel_write_own(void *context, const char *data, size_t length)
{
    struct channel *channel = context;
    struct output *output = channel->output;
    if (channel->shows_progress && output->progress != NULL)
        progress_hide(output->progress);
    channel->used = true;
    bool written = outbox_add(channel->outbox, data, length);
    say_failure(channel);
    return written;
}

static bool channel_write(void *context, const char *data, size_t length)
{
    struct channel *channel = context;
    struct buf *defused = &channel->output->defused;
    if (channel->path != NULL || !ci_obeys_log(channel->output->ci))
        return channel_write_own(channel, data, length);
    buf_clear(defused);
    github_add_defused(defused, data, length, channel->is_json);
    return !defused->failed && channel_write_own(channel, defused->data, defused->length);
}

/* Writes the progress line itself, which channel_write() would remove first. */
static bool draw(void *context, const char *data, size_t length)
{
    struct channel *channel = context;
    return outbox_add(channel->outbox, data, length);
}

static bool channel_open(struct channel *channel, struct output *output, int descriptor,
    const char *path, struct error *error)
{
    channel->outbox = outbox_new(descriptor);
    channel->output = output;
    channel->path = path;
    channel->shows_progress = isatty(descriptor) == 1;
    return channel->outbox != NULL || error_set_memory(error);
}

static bool same_file(int one, int other)
{
    struct stat first;
    struct stat second;
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* Always with O_APPEND: lines of two runs that have the same file do not overwrite each other. */
static bool open_file(
    struct output *output, const struct output_options *options, struct error *error)
{
    const char *path = options->json_file;
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
    int descriptor = open(path, options->append ? flags : flags | O_TRUNC, 0666);
    if (descriptor < 0) {
        int code = errno;
        return error_set(error, ERROR_SYSTEM, code, "--json: '%s' can't be opened: %s", path,
            error_reason(code));
    }
    output->file_descriptor = descriptor;
    return channel_open(&output->file, output, descriptor, path, error);
}

static struct writer writer_to(struct channel *channel)
{
    return (struct writer){.write = channel_write, .context = channel};
}

static bool open_json(
    struct output *output, const struct output_options *options, struct error *error)
{
    if (!options->json)
        return true;
    if (options->json_file != NULL && !open_file(output, options, error))
        return false;
    if (options->json_file == NULL && standard_output_was_closed())
        return error_set(error, ERROR_USAGE, 0, "--json: standard output is closed");
    struct channel *channel = options->json_file != NULL ? &output->file : &output->standard;
    channel->is_json = true;
    output->jsonl = jsonl_new(writer_to(channel), &output->clock);
    return output->jsonl != NULL || error_set_memory(error);
}

static bool open_lines(
    struct output *output, const struct output_options *options, struct error *error)
{
    bool json_on_standard = options->json && options->json_file == NULL;
    struct channel *data = json_on_standard ? &output->messages : &output->standard;
    struct lines_options lines = {
        .data = writer_to(data),
        .messages = writer_to(&output->messages),
        .verbose = options->verbose,
        .quiet = options->quiet,
        .plans = !json_on_standard || options->verbose,
        .unicode = terminal_shows_unicode(),
        .clock = &output->clock,
        .again = options->again,
        .same_destination = data == &output->messages || output->same_destination,
    };
    output->lines = lines_new(&lines);
    return output->lines != NULL || error_set_memory(error);
}

static bool open_progress(
    struct output *output, const struct output_options *options, struct error *error)
{
    enum progress_mode mode = options->progress;
    if (mode == PROGRESS_CHOOSE)
        mode = options->quiet ? PROGRESS_NONE : terminal_can_draw() ? PROGRESS_BAR : PROGRESS_PLAIN;
    output->logs = mode == PROGRESS_PLAIN;
    output->plain = plain_new(writer_to(&output->messages), &output->clock);
    if (output->plain == NULL)
        return error_set_memory(error);
    if (mode == PROGRESS_BAR) {
        const struct progress_options terminal = {
            .writer = {.write = draw, .context = &output->messages},
            .width = terminal_width,
            .unicode = terminal_shows_unicode(),
            .color = terminal_shows_color()};
        output->progress = progress_new(&terminal);
        return output->progress != NULL || error_set_memory(error);
    }
    return true;
}

static bool open_pages(
    struct output *output, const struct output_options *options, struct error *error)
{
    output->pages = pages_new(options, error);
    return output->pages != NULL;
}

static bool open_ci(struct output *output, struct error *error)
{
    const struct writer log = {.write = channel_write_own, .context = &output->messages};
    output->ci = ci_new(log, &output->options, &output->clock);
    return output->ci != NULL || error_set_memory(error);
}

static bool open_standard(struct output *output, struct error *error)
{
    struct channel *standard = &output->standard;
    struct channel *messages = &output->messages;
    output->same_destination = same_file(STDOUT_FILENO, STDERR_FILENO);
    if (!channel_open(messages, output, STDERR_FILENO, NULL, error))
        return false;
    if (!output->same_destination)
        return channel_open(standard, output, STDOUT_FILENO, NULL, error);
    *standard = *messages;
    return true;
}

bool output_open(struct output *output, const struct output_options *options, struct error *error)
{
    output->clock = clock_system();
    output->options = *options;
    output->opened = open_standard(output, error) && open_json(output, options, error) &&
                     open_lines(output, options, error) && open_progress(output, options, error) &&
                     open_pages(output, options, error) && open_ci(output, error);
    return output->opened;
}

bool output_prepare(const struct output *output, struct shoal_session *session)
{
    if (output->progress != NULL)
        shoal_session_look_ahead(session, AHEAD_OF_BAR_MS);
    else if (output->logs)
        shoal_session_look_ahead(session, AHEAD_OF_PLAIN_MS);
    return shoal_session_leave_out(session, STDOUT_FILENO) &&
           shoal_session_leave_out(session, STDERR_FILENO) &&
           shoal_session_leave_out(session, output->file_descriptor);
}

/* An event was lost. If the cause was a failed write, say_failure() has told the user already;
 * otherwise it was a lack of memory. */
static void report_lost_event(struct output *output)
{
    if (output->lost || output->unread)
        return;
    output->lost = true;
    clear_terminal(output);
    say("events are missing in the JSON lines: out of memory");
}

/* A job in the background does not draw, and after it was stopped the terminal has changed. */
static void show_progress(struct output *output, const struct shoal_event *event)
{
    if (event->kind == SHOAL_EVENT_PROGRESS) {
        if (signals_take_continued())
            progress_forget(output->progress);
        pid_t foreground = tcgetpgrp(STDERR_FILENO);
        bool in_background = foreground > 0 && foreground != getpgrp();
        if (in_background || outbox_waiting(output->messages.outbox) > 0)
            return;
    }
    progress_event(output->progress, event);
}

void output_event(void *context, const struct shoal_event *event)
{
    struct output *output = context;
    if (!output->opened)
        return;
    if (event->kind == SHOAL_EVENT_START)
        output->dry_run = event->start.dry_run;
    if (output->jsonl != NULL && !jsonl_event(output->jsonl, event))
        report_lost_event(output);
    if (event->kind == SHOAL_EVENT_END && output->progress != NULL)
        progress_event(output->progress, event);
    ci_before(output->ci, event);
    if (output->logs)
        plain_event(output->plain, event);
    if (event->kind == SHOAL_EVENT_PROGRESS && signals_take_status())
        plain_report(output->plain, event);
    pages_event(output->pages, event, &output->clock);
    lines_event(output->lines, event);
    ci_after(output->ci, event);
    say_failure(&output->standard);
    say_failure(&output->file);
    if (output->progress != NULL && event->kind != SHOAL_EVENT_END)
        show_progress(output, event);
}

static void finish(struct channel *channel)
{
    if (channel->outbox == NULL)
        return;
    (void)outbox_finish(channel->outbox);
    say_failure(channel);
}

bool output_close(struct output *output)
{
    finish(&output->standard);
    finish(&output->file);
    finish(&output->messages);
    if (output->file_descriptor >= 0 && close(output->file_descriptor) != 0 && !output->lost) {
        output->lost = true;
        say("'%s' can't be written: %s", output->file.path, error_reason(errno));
    }
    output->file_descriptor = -1;
    if (output->opened && !pages_finish(output->pages))
        output->lost = true;
    return !output->lost;
}

void output_free(struct output *output)
{
    if (output == NULL)
        return;
    progress_free(output->progress);
    plain_free(output->plain);
    pages_free(output->pages);
    ci_free(output->ci);
    buf_free(&output->defused);
    lines_free(output->lines);
    jsonl_free(output->jsonl);
    if (!output->same_destination)
        outbox_free(output->standard.outbox);
    outbox_free(output->messages.outbox);
    outbox_free(output->file.outbox);
    if (output->file_descriptor >= 0)
        (void)close(output->file_descriptor);
    free(output);
}
