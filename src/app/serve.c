#include "app/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/args.h"
#include "app/help.h"
#include "app/say.h"
#include "app/signals.h"
#include "app/stream.h"
#include "receive/receiver.h"
#include "receive/upload_json.h"
#include "text/json.h"
#include "text/printable.h"
#include "text/units.h"

/* An event line with 10,000 parts and all that is kept of them. */
#define LINE_MAX_SIZE ((size_t)256 * 1024 * 1024)

#define HELP_MOST ((size_t)64 * 1024)

#define DEFAULT_LISTEN "127.0.0.1:0"

#define STATUS_FAILED 1
#define STATUS_WRONG  2

static const char introduction[] =
    "shoal serve [options]\n"
    "\n"
    "A receiver: takes files by POST or PUT, as multipart/form-data or as the body itself,\n"
    "and answers with what it got. It prints its address and serves until it is interrupted.\n";

#define OPTION(long_name, ...)                                                                     \
    {                                                                                              \
        .name = (long_name), .scope = OPTION_OUTPUT, __VA_ARGS__                                   \
    }

static const struct option_row table[] = {
    OPTION("listen", .value = OPTION_REQUIRED, .shows = "ADDR:PORT", .group = "Receiving",
        .help = "Where to listen (127.0.0.1:0). Port 0 is any that is free; an IPv6 address stands "
                "in brackets."),
    OPTION("into", .value = OPTION_REQUIRED, .shows = "DIR", .group = "Receiving",
        .help = "Store the files below DIR. Without it they are counted and digested, not stored."),
    OPTION("json", .value = OPTION_EQUALS_ONLY, .shows = "[=FILE]", .group = "Output",
        .help = "A line of JSON for each request, on standard output or appended to FILE."),
    OPTION("quiet", .letter = 'q', .group = "Output", .help = "No line for each file, no summary."),
    OPTION("help", .letter = 'h', .group = "Output", .help = "This text."),
    OPTION("fault", .value = OPTION_REQUIRED, .shows = "SPEC", .repeats = true,
        .group = "Misbehaving", .help = "Let a fault strike, as below; may be given again."),
    OPTION("seed", .value = OPTION_REQUIRED, .shows = "N", .group = "Misbehaving",
        .help = "Which requests the share of a fault hits (1): the same for the same N."),
};

#define TABLE_COUNT (sizeof table / sizeof *table)

struct serve {
    const char *listen;
    const char *into;
    bool json;
    const char *json_file; /* NULL: standard output */
    bool quiet;
    bool help;
    struct fault_list faults;

    struct stream out;    /* standard output */
    struct stream events; /* FILE of --json */
    struct buf line;
    bool failed; /* an output could not be written, and that was said */
};

/* For the signal handler. */
static struct receiver *volatile running;

static void on_signal(int signal)
{
    (void)signal;
    if (running != NULL)
        receiver_stop(running);
}

static bool read_seed(struct serve *serve, const char *value, struct error *error)
{
    int64_t seed;
    if (!units_parse_number(value, 0, INT64_MAX, &seed))
        return error_set(error, ERROR_USAGE, 0, "--seed %s: give a whole number", value);
    serve->faults.seed = (uint64_t)seed;
    return true;
}

static bool read_fault(struct serve *serve, const char *value, struct error *error)
{
    struct fault_list *list = &serve->faults;
    if (list->count == FAULT_LIST_MAX)
        return error_set(
            error, ERROR_USAGE, 0, "--fault: at most %d of them can be given", FAULT_LIST_MAX);
    return fault_parse(value, &list->faults[list->count++], error);
}

static bool read_option(
    void *context, const struct option_row *row, char *value, struct error *error)
{
    struct serve *serve = context;
    if (strcmp(row->name, "fault") == 0)
        return read_fault(serve, value, error);
    if (strcmp(row->name, "seed") == 0)
        return read_seed(serve, value, error);
    if (strcmp(row->name, "listen") == 0)
        serve->listen = value;
    else if (strcmp(row->name, "into") == 0)
        serve->into = value;
    else if (strcmp(row->name, "quiet") == 0)
        serve->quiet = true;
    else if (strcmp(row->name, "help") == 0)
        serve->help = true;
    else {
        serve->json = true;
        serve->json_file = value;
    }
    return true;
}

static bool read_operand(void *context, char *text, struct error *error)
{
    (void)context;
    return error_set(error, ERROR_USAGE, 0, "serve takes no operand: %s", text);
}

static int print_help(void)
{
    struct buf text;
    buf_init(&text, HELP_MOST);
    (void)buf_add_text(&text, introduction);
    (void)help_add_options(&text, table, TABLE_COUNT);
    (void)buf_printf(&text, "\nFaults:\n%s", fault_help());
    int status = text.failed ? STATUS_FAILED : help_print(buf_text(&text));
    buf_free(&text);
    return status;
}

/* Says once that an output can't be written; the service goes on. */
static void check_output(struct serve *serve, const struct stream *stream, bool written)
{
    if (written || serve->failed)
        return;
    serve->failed = true;
    say("can't write %s: %s", stream == &serve->events ? serve->json_file : "standard output",
        strerror(stream->failure));
}

/* Writes the line that was built, before whatever it tells of is answered. */
static void put_line(struct serve *serve, struct stream *stream)
{
    bool written = !serve->line.failed &&
                   stream_add(stream, buf_text(&serve->line), serve->line.length) &&
                   stream_flush(stream);
    check_output(serve, stream, written);
    buf_clear(&serve->line);
}

static void put_json(struct serve *serve, json_t *object)
{
    if (object == NULL || !json_add_line(&serve->line, object))
        serve->line.failed = true;
    json_decref(object);
    put_line(serve, serve->json_file == NULL ? &serve->out : &serve->events);
}

/* Adds the text where there is one. */
static void set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL)
        (void)json_object_set_new(object, key, json_text(text, strlen(text)));
}

static void put_request_json(struct serve *serve, const struct receiver_event *event)
{
    json_t *object = json_pack("{s:s}", "event", "request");
    if (object == NULL)
        return;
    set_text(object, "method", event->method);
    if (!json_set_path(object, event->path)) {
        json_decref(object);
        object = NULL;
    }
    (void)json_object_set_new(
        object, "status", event->status == 0 ? json_null() : json_integer(event->status));
    (void)json_object_set_new(
        object, "parts", event->upload == NULL ? json_array() : upload_parts_json(event->upload));
    set_text(object, "error", event->error);
    set_text(object, "fault", event->fault);
    (void)json_object_set_new(object, "at_ms", json_integer(event->at_us / CLOCK_US_PER_MS));
    put_json(serve, object);
}

static void add_printable(struct serve *serve, const char *text)
{
    (void)printable_add(&serve->line, text, strlen(text));
}

/* A line a file, or one that says why there is none. */
static void put_request_lines(struct serve *serve, const struct receiver_event *event)
{
    if (event->upload == NULL) {
        (void)buf_printf(&serve->line, "%u ", event->status);
        add_printable(serve, event->method);
        (void)buf_add_byte(&serve->line, ' ');
        add_printable(serve, event->path);
        (void)buf_add_text(&serve->line, ": ");
        add_printable(serve, event->error != NULL ? event->error : "a fault that was asked for");
        (void)buf_add_byte(&serve->line, '\n');
        put_line(serve, &serve->out);
        return;
    }
    size_t count;
    const struct upload_part *parts = upload_parts(event->upload, &count);
    for (size_t i = 0; i < count; i++) {
        const struct upload_part *part = &parts[i];
        char size[UNITS_TEXT_SIZE];
        if (!part->is_file)
            continue;
        const char *name = part->place != NULL ? part->place : part->file_name;
        units_format_bytes((int64_t)part->size, size);
        (void)buf_printf(&serve->line, "%u ", event->status);
        add_printable(serve, name != NULL ? name : event->path);
        (void)buf_printf(&serve->line, " (%s)\n", size);
    }
    put_line(serve, &serve->out);
}

static void on_request(void *context, const struct receiver_event *event)
{
    struct serve *serve = context;
    if (serve->json)
        put_request_json(serve, event);
    if (!serve->quiet && !(serve->json && serve->json_file == NULL))
        put_request_lines(serve, event);
}

static void put_start(struct serve *serve, const struct receiver *receiver)
{
    const char *url = receiver_url(receiver);
    if (serve->json)
        put_json(serve, json_pack("{s:s, s:s}", "event", "listening", "url", url));
    if (!serve->json || serve->json_file != NULL) {
        (void)buf_printf(&serve->line, "listening on %s\n", url);
        put_line(serve, &serve->out);
    }
}

static void put_end(struct serve *serve, const struct receiver *receiver, int64_t took_us)
{
    struct receiver_totals totals = receiver_totals(receiver);
    if (serve->json)
        put_json(serve, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f}", "event", "end", "requests",
                            (json_int_t)totals.requests, "files", (json_int_t)totals.files, "bytes",
                            (json_int_t)totals.bytes, "failed", (json_int_t)totals.failed,
                            "connections", (json_int_t)totals.connections, "seconds",
                            (double)took_us / (double)CLOCK_US_PER_SECOND));
    if (serve->quiet || (serve->json && serve->json_file == NULL))
        return;
    char size[UNITS_TEXT_SIZE];
    units_format_bytes((int64_t)totals.bytes, size);
    (void)buf_printf(&serve->line,
        "%" PRIu64 " files, %s, in %" PRIu64 " requests over %" PRIu64 " connections; %" PRIu64
        " requests failed\n",
        totals.files, size, totals.requests, totals.connections, totals.failed);
    put_line(serve, &serve->out);
}

static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void watch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    (void)sigemptyset(&stop.sa_mask);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
    /* A file over the limit of `ulimit -f` is an error of write(2), not the end. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
    signals_ignore_pipe();
}

static int serve_until_stopped(struct serve *serve)
{
    struct error error;
    struct random_fetched fetched;
    struct receiver_options options = {
        .listen = serve->listen,
        .into = serve->into,
        .faults = &serve->faults,
        .clock = clock_system(),
        .random = random_system(&fetched),
        .on_request = on_request,
        .context = serve,
    };
    struct receiver *receiver = receiver_new(&options, &error);
    if (receiver == NULL) {
        say("%s", error.text);
        return STATUS_WRONG;
    }
    running = receiver;
    watch_signals();
    int64_t start_us = clock_now_us(&options.clock);
    put_start(serve, receiver);
    receiver_run(receiver);
    put_end(serve, receiver, clock_now_us(&options.clock) - start_us);
    running = NULL;
    receiver_free(receiver);
    return serve->failed ? STATUS_FAILED : 0;
}

static int serve_with_streams(struct serve *serve)
{
    int descriptor = -1;
    if (serve->json_file != NULL) {
        descriptor = open(serve->json_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (descriptor < 0) {
            say("can't open %s: %s", serve->json_file, strerror(errno));
            return STATUS_WRONG;
        }
    }
    stream_init(&serve->out, STDOUT_FILENO);
    stream_init(&serve->events, descriptor);
    buf_init(&serve->line, LINE_MAX_SIZE);
    raise_descriptors();
    int status = serve_until_stopped(serve);
    buf_free(&serve->line);
    (void)stream_end(&serve->out);
    if (descriptor >= 0) {
        (void)stream_end(&serve->events);
        (void)close(descriptor);
    }
    return status;
}

int serve_command(int count, char **arguments)
{
    static struct serve serve; /* the list of faults is too large for the stack */
    serve = (struct serve){.listen = DEFAULT_LISTEN, .faults = {.seed = 1}};
    struct error error;
    struct args args = {
        .table = table,
        .table_count = TABLE_COUNT,
        .option = read_option,
        .operand = read_operand,
        .context = &serve,
    };
    if (!args_read(&args, count, arguments, &error))
        return say_wrong("serve", error.text);
    return serve.help ? print_help() : serve_with_streams(&serve);
}
