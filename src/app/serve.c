#include <inttypes.h>
#include <shoal.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/say.h"
#include "app/serve_output.h"
#include "app/signals.h"
#include "base/buf.h"
#include "base/wipe.h"
#include "core/reference.h"
#include "receive/receiver.h"
#include "text/units.h"

#define DEFAULT_LISTEN "127.0.0.1:0"

static const char about[] =
    "Runs an HTTP server to test uploads against. It accepts files by POST or PUT, as\n"
    "multipart/form-data or as the request's body, and responds with what it\n"
    "received. It prints its address and serves until it is interrupted.\n";

static const char examples[] =
    "  shoal serve --listen 127.0.0.1:8080 --into received/\n"
    "  shoal serve --listen 127.0.0.1:8080 --fault status=503,retry-after=1@10%\n";

#define OPTION(long_name, ...)                                                                     \
    {                                                                                              \
        .name = (long_name), .scope = OPTION_OUTPUT, __VA_ARGS__                                   \
    }

static const struct option_row table[] = {
    OPTION("listen", .value = OPTION_REQUIRED, .shows = "ADDR:PORT", .group = "Receiving",
        .help = "Address to listen on. Port 0 is any free port; an IPv6 address is written in "
                "brackets. Default: 127.0.0.1:0"),
    OPTION("into", .value = OPTION_REQUIRED, .shows = "DIR", .group = "Receiving",
        .help = "Store files below DIR. Without it, files are counted and digested, but not "
                "stored"),
    OPTION("token", .value = OPTION_REQUIRED, .shows = "REF", .group = "Receiving",
        .help = "Require this token in every request. It is expected as `Authorization: Bearer` or "
                "as the password of Basic credentials; the response is 401 without it. REF is "
                "env:NAME, file:PATH or fd:N"),
    OPTION("fault", .value = OPTION_REQUIRED, .shows = "SPEC", .repeats = true,
        .group = "Simulating failures",
        .help = "Apply a fault to some or all requests. --help all lists the faults. May be "
                "repeated"),
    OPTION("seed", .value = OPTION_REQUIRED, .shows = "N", .group = "Simulating failures",
        .help = "Seed for faults that choose requests at random. The same seed chooses the same "
                "requests. Default: 1"),
    OPTION("json", .value = OPTION_EQUALS_ONLY, .shows = "[=FILE]", .group = "Output",
        .help = "Write a JSON object per request, one per line. They go to standard output, or are "
                "appended to FILE"),
    OPTION(
        "quiet", .letter = 'q', .group = "Output", .help = "Print no line per file and no summary"),
    COMMAND_HELP_ROWS("Output"),
};

/* What the command line says. Texts point into its arguments. */
struct serve {
    const char *listen;
    const char *into;  /* NULL: files are not stored */
    const char *token; /* where the token is, or the token itself; NULL: none is required */
    struct serve_output_options output;
    struct fault_list faults;
};

/* The receiver that on_signal() stops; NULL: none. */
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
        return error_set(error, ERROR_USAGE, 0,
            "--seed '%s': it must be a whole number from 0 to %" PRId64, value, INT64_MAX);
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

static bool read_option(void *context, const struct option_row *row, enum option_manner manner,
    char *value, struct error *error)
{
    (void)manner; /* these options are the command's own: there is nothing to add to or to undo */
    struct serve *serve = context;
    if (strcmp(row->name, "fault") == 0)
        return read_fault(serve, value, error);
    if (strcmp(row->name, "seed") == 0)
        return read_seed(serve, value, error);
    if (strcmp(row->name, "listen") == 0)
        serve->listen = value;
    else if (strcmp(row->name, "into") == 0)
        serve->into = value;
    else if (strcmp(row->name, "token") == 0)
        serve->token = value;
    else if (strcmp(row->name, "quiet") == 0)
        serve->output.quiet = true;
    else {
        serve->output.json = true;
        serve->output.json_file = value;
    }
    return true;
}

static bool read_operand(void *context, char *text, struct error *error)
{
    (void)context;
    return error_set(error, ERROR_USAGE, 0, "serve takes no operand: '%s'", text);
}

/* Each connection needs descriptors: raises the soft limit to the hard one. */
static void raise_descriptor_limit(void)
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
    /* A file that exceeds `ulimit -f` is then an error of write(2), not the end of the process. */
    signals_ignore(SIGXFSZ);
}

/* Returns whether the receiver could be started. */
static bool serve_until_stopped(
    const struct serve *serve, const char *token, struct serve_output *output)
{
    struct error error;
    struct random_fetched fetched;
    struct receiver_options options = {
        .listen = serve->listen,
        .into = serve->into,
        .token = token,
        .faults = &serve->faults,
        .clock = clock_system(),
        .random = random_system(&fetched),
        .on_request = serve_output_request,
        .context = output,
    };
    struct receiver *receiver = receiver_new(&options, &error);
    if (receiver == NULL) {
        say("%s", error.text);
        return false;
    }
    running = receiver;
    watch_signals();
    int64_t start_us = clock_now_us(&options.clock);
    serve_output_start(output, receiver_url(receiver));
    receiver_run(receiver);
    struct receiver_totals totals = receiver_totals(receiver);
    serve_output_end(output, &totals, clock_now_us(&options.clock) - start_us);
    running = NULL;
    receiver_free(receiver);
    return true;
}

static int serve_with_output(const struct serve *serve, const char *token)
{
    struct error error;
    struct serve_output output;
    if (!serve_output_open(&output, &serve->output, &error)) {
        say("%s", error.text);
        return SHOAL_EXIT_USAGE;
    }
    raise_descriptor_limit();
    bool served = serve_until_stopped(serve, token, &output);
    bool written = serve_output_close(&output);
    if (!served)
        return SHOAL_EXIT_USAGE;
    return written ? SHOAL_EXIT_OK : SHOAL_EXIT_FAILED;
}

/* Reads the token of --token into `token`. */
static bool read_token(const struct serve *serve, struct buf *token, struct error *error)
{
    struct error reason;
    bool is_missing;
    if (serve->token == NULL)
        return true;
    if (serve->token[0] == '\0')
        return error_set(error, ERROR_USAGE, 0, "--token: it must not be empty");
    if (!reference_is(serve->token))
        return buf_add_text(token, serve->token) || error_set_memory(error);
    return reference_read(serve->token, token, &is_missing, &reason) ||
           error_set(error, reason.class, reason.code, "--token: %s", reason.text);
}

static int run_serve(int count, char **arguments)
{
    static struct serve serve; /* the list of faults is too large for the stack */
    serve = (struct serve){.listen = DEFAULT_LISTEN, .faults = {.seed = 1}};
    struct error error;
    struct args args = {.option = read_option, .operand = read_operand, .context = &serve};
    int result;
    if (!command_line_read(&serve_command, &args, count, arguments, &result))
        return result;
    struct buf token;
    buf_init(&token, REFERENCE_VALUE_MOST);
    int status = SHOAL_EXIT_USAGE;
    if (!read_token(&serve, &token, &error))
        say("%s", error.text);
    else
        status = serve_with_output(&serve, serve.token == NULL ? NULL : buf_text(&token));
    wipe(token.data, token.length);
    buf_free(&token);
    return status;
}

static const struct option_row *options(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

const struct command serve_command = {
    .name = "serve",
    .operands = "[options]",
    .summary = "Run a server to test uploads against",
    .more = fault_help,
    .about = about,
    .examples = examples,
    .options = options,
    .run = run_serve,
};
