/* Data and messages are kept apart. Data (JSON, -v lines, the plan of a dry run) goes to standard
 * output or a file, in batches: it is written when 32 KiB wait, at every PROGRESS and where
 * something failed. Messages go to standard error at once. The line of progress is taken away
 * before any other line appears at the terminal. */
#include "app/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/say.h"
#include "app/standard.h"
#include "app/stream.h"
#include "base/clock.h"
#include "sink/jsonl.h"
#include "sink/lines.h"
#include "sink/progress.h"

/* A stream and who it belongs to. */
struct channel {
    struct stream stream;
    struct output *output;
    const char *name;    /* for the message when it fails */
    bool at_once;        /* nothing waits in it */
    bool shows_progress; /* it shares its terminal with the line of progress */
    bool said;           /* that it failed */
};

struct output {
    struct clock clock;
    struct channel standard; /* data on standard output */
    struct channel messages; /* standard error */
    struct channel file;     /* --json=FILE */
    int file_descriptor;     /* -1: none */
    bool one_place;          /* both standard channels end up at one place */
    bool opened;
    bool lost; /* data could not be written */
    struct progress *progress;
    struct lines *lines;
    struct jsonl *jsonl;
};

struct output *output_new(void)
{
    struct output *output = calloc(1, sizeof *output);
    if (output != NULL)
        output->file_descriptor = -1;
    return output;
}

static void say_failure(struct channel *channel)
{
    if (channel->stream.failure == 0 || channel->said)
        return;
    channel->said = true;
    if (channel == &channel->output->messages)
        return; /* there is nowhere left to say it */
    channel->output->lost = true;
    if (channel->output->progress != NULL)
        progress_hide(channel->output->progress);
    say("%s can't be written, and nothing more is: %s", channel->name,
        strerror(channel->stream.failure));
}

static bool channel_write(void *context, const char *data, size_t length)
{
    struct channel *channel = context;
    struct output *output = channel->output;
    if (channel->shows_progress && output->progress != NULL)
        progress_hide(output->progress);
    if (channel == &output->messages && output->one_place)
        (void)stream_flush(&output->standard.stream); /* lines keep their order */
    bool written = stream_add(&channel->stream, data, length);
    if (written && channel->at_once)
        written = stream_flush(&channel->stream);
    say_failure(channel);
    return written;
}

/* The line of progress itself: channel_write() would take it away. */
static bool draw(void *context, const char *data, size_t length)
{
    struct channel *channel = context;
    return stream_add(&channel->stream, data, length) && stream_flush(&channel->stream);
}

static unsigned terminal_width(void *context)
{
    (void)context;
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void channel_init(
    struct channel *channel, struct output *output, int descriptor, const char *name)
{
    stream_init(&channel->stream, descriptor);
    channel->output = output;
    channel->name = name;
    channel->shows_progress = isatty(descriptor) == 1;
    channel->at_once = channel->shows_progress;
}

static bool same_file(int one, int other)
{
    struct stat first;
    struct stat second;
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static bool open_file(struct output *output, const char *path, struct error *error)
{
    int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (descriptor < 0) {
        int code = errno;
        return error_set(
            error, ERROR_SYSTEM, code, "--json=%s: it can't be opened: %s", path, strerror(code));
    }
    output->file_descriptor = descriptor;
    channel_init(&output->file, output, descriptor, path);
    return true;
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
    if (options->json_file != NULL && !open_file(output, options->json_file, error))
        return false;
    if (options->json_file == NULL && standard_output_was_closed())
        return error_set(error, ERROR_USAGE, 0, "--json: standard output is closed");
    struct channel *channel = options->json_file != NULL ? &output->file : &output->standard;
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
        .brief = output->messages.shows_progress,
        .one_place = data == &output->messages || output->one_place,
    };
    output->lines = lines_new(&lines);
    return output->lines != NULL || error_set_memory(error);
}

static bool open_progress(
    struct output *output, const struct output_options *options, struct error *error)
{
    const char *terminal = getenv("TERM");
    bool is_dumb = terminal == NULL || terminal[0] == '\0' || strcmp(terminal, "dumb") == 0;
    if (options->quiet || is_dumb || isatty(STDERR_FILENO) != 1)
        return true;
    struct writer writer = {.write = draw, .context = &output->messages};
    output->progress = progress_new(writer, terminal_width, NULL);
    return output->progress != NULL || error_set_memory(error);
}

bool output_open(struct output *output, const struct output_options *options, struct error *error)
{
    output->clock = clock_system();
    channel_init(&output->standard, output, STDOUT_FILENO, "standard output");
    channel_init(&output->messages, output, STDERR_FILENO, "standard error");
    output->messages.at_once = true;
    output->one_place = same_file(STDOUT_FILENO, STDERR_FILENO);
    output->opened = open_json(output, options, error) && open_lines(output, options, error) &&
                     open_progress(output, options, error);
    return output->opened;
}

static void flush(struct channel *channel)
{
    if (channel->output == NULL)
        return;
    (void)stream_flush(&channel->stream);
    say_failure(channel);
}

/* Is it something that one who reads along should see now? */
static bool is_due(const struct shoal_event *event)
{
    switch (event->kind) {
    case SHOAL_EVENT_FILE:
        return event->file.verdict == SHOAL_FAILED || event->file.verdict == SHOAL_UNKNOWN;
    case SHOAL_EVENT_PLAN:
        return false;
    default:
        return true;
    }
}

/* Where the file can't be written that was said; without memory for the event it is said here. */
static void note_lost_event(struct output *output)
{
    if (output->lost)
        return;
    output->lost = true;
    if (output->progress != NULL)
        progress_hide(output->progress);
    say("events are missing in the JSON lines: out of memory");
}

void output_event(void *context, const struct shoal_event *event)
{
    struct output *output = context;
    if (!output->opened)
        return;
    if (output->jsonl != NULL && !jsonl_event(output->jsonl, event))
        note_lost_event(output);
    if (event->kind == SHOAL_EVENT_END && output->progress != NULL)
        progress_event(output->progress, event);
    lines_event(output->lines, event);
    if (is_due(event)) {
        flush(&output->standard);
        flush(&output->file);
    }
    if (event->kind == SHOAL_EVENT_PROGRESS && output->progress != NULL)
        progress_event(output->progress, event);
}

bool output_close(struct output *output)
{
    if (output->opened) {
        flush(&output->standard);
        flush(&output->file);
    }
    if (output->file_descriptor >= 0 && close(output->file_descriptor) != 0 &&
        output->file.stream.failure == 0) {
        output->file.stream.failure = errno;
        say_failure(&output->file);
    }
    output->file_descriptor = -1;
    return !output->lost;
}

static void channel_free(struct channel *channel)
{
    buf_free(&channel->stream.pending);
}

void output_free(struct output *output)
{
    if (output == NULL)
        return;
    if (output->file_descriptor >= 0)
        (void)close(output->file_descriptor);
    progress_free(output->progress);
    lines_free(output->lines);
    jsonl_free(output->jsonl);
    channel_free(&output->standard);
    channel_free(&output->messages);
    channel_free(&output->file);
    free(output);
}
