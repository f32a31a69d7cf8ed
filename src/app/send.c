#include <shoal.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "app/commands.h"
#include "app/help.h"
#include "app/output.h"
#include "app/say.h"
#include "app/signals.h"
#include "core/options.h"

static const char introduction[] =
    "shoal send [options] PATH... URL\n"
    "\n"
    "Uploads every file under PATH to URL, one request per file. PATH is a folder, a\n"
    "file, or - for a list of paths on standard input.\n"
    "\n"
    "    shoal send dist/ https://example.com/upload\n"
    "    shoal send -F 'url=https://example.com/{path}' -F 'file=@{file}' dist/ URL\n"
    "    shoal send -T dist/ https://example.com/files/\n"
    "\n"
    "Fields in URL, -F and -H are replaced for each file: {path} (below PATH), {dir},\n"
    "{name}, {stem}, {ext}, {file} (the path to open), {folder}, {size}, {mtime},\n"
    "{sha256}, {sha1}, {md5} and the keys of -s. {x:url}, {x:query}, {x:json},\n"
    "{x:base64} and {x:raw} choose the escaping; {{ is a literal brace.\n"
    "\n"
    "Exit status: 0 every file is on the server; 75 every failure is temporary, run\n"
    "again to retry; 1 any other failure; 2 wrong usage or no files found, nothing\n"
    "was sent.\n";

/* What the command line says. */
struct send {
    struct shoal_options *options; /* the library's; owned */
    char **operands;               /* pointers to the arguments; the array is owned */
    size_t operand_count;          /* of `operands` */
    struct output_options output;  /* the command's own options */
    bool help;
    bool version;
};

/* --- Arguments show up in the process list: passwords in them are overwritten --- */

static void mask(char *text, const char *end)
{
    for (; text < end; text++)
        *text = '*';
}

/* Overwrites the password of a URL's userinfo. */
static void mask_url(char *url)
{
    char *scheme_end = strstr(url, "://");
    char *authority = scheme_end == NULL ? url : scheme_end + 3;
    size_t length = strcspn(authority, "/?#");
    size_t at = length;
    while (at > 0 && authority[at] != '@')
        at--;
    char *colon = memchr(authority, ':', at);
    if (colon != NULL)
        mask(colon + 1, authority + at);
}

static void mask_option(const struct option_row *row, char *value)
{
    char *colon;
    if (strcmp(row->name, "user") == 0 && (colon = strchr(value, ':')) != NULL)
        mask(colon + 1, value + strlen(value));
    else if (strcmp(row->name, "proxy") == 0 || strcmp(row->name, "url") == 0)
        mask_url(value);
}

/* --- reading the arguments --- */

/* False: --help or --version, so the rest need not be read. */
static bool set_output_option(struct send *send, const char *name, const char *value)
{
    if (strcmp(name, "json") == 0) {
        send->output.json = true;
        send->output.json_file = value;
    } else if (strcmp(name, "quiet") == 0) {
        send->output.quiet = true;
    } else if (strcmp(name, "verbose") == 0) {
        send->output.verbose = true;
    } else {
        send->help = strcmp(name, "help") == 0;
        send->version = !send->help;
        return false;
    }
    return true;
}

static bool set_option(
    void *context, const struct option_row *row, char *value, struct error *error)
{
    struct send *send = context;
    if (row->scope == OPTION_OUTPUT) {
        if (value != NULL && value[0] == '\0')
            return error_set(error, ERROR_USAGE, 0, "--%s=: there is no file's name", row->name);
        return set_output_option(send, row->name, value);
    }
    bool set = options_set(send->options, row, value, error);
    if (value != NULL)
        mask_option(row, value);
    return set;
}

static bool add_operand(void *context, char *text, struct error *error)
{
    (void)error;
    struct send *send = context;
    send->operands[send->operand_count++] = text;
    return true;
}

/* Passes the operands to the options. The last one is the URL unless there is --url. */
static bool assign_operands(struct send *send, struct error *error)
{
    size_t paths = send->operand_count;
    if (!options_given(send->options, "url")) {
        const char *last = paths == 0 ? "" : send->operands[paths - 1];
        if (strstr(last, "://") == NULL)
            return error_set(error, ERROR_USAGE, 0,
                "no URL: the last operand must be one (http:// or https://), or give --url");
        if (!options_set(send->options, options_find("url"), last, error))
            return false;
        paths--;
    }
    for (size_t i = 0; i < paths; i++) {
        if (!shoal_options_add_operand(send->options, send->operands[i]))
            return error_set_memory(error);
    }
    for (size_t i = 0; i < send->operand_count; i++) {
        if (strstr(send->operands[i], "://") != NULL)
            mask_url(send->operands[i]);
    }
    return true;
}

static bool read_arguments(struct send *send, int count, char **arguments, struct error *error)
{
    struct args args = {.option = set_option, .operand = add_operand, .context = send};
    args.table = options_table(&args.table_count);
    if (!args_read(&args, count, arguments, error))
        return false;
    return assign_operands(send, error);
}

/* --- running --- */

static int run(struct shoal_session *session, struct output *output)
{
    signals_watch(session);
    int status = shoal_session_run(session);
    bool written = output_close(output);
    signals_restore();
    if (!written && (status == SHOAL_EXIT_OK || status == SHOAL_EXIT_TEMPORARY))
        return SHOAL_EXIT_FAILED;
    return status;
}

static int send_files(const struct send *send)
{
    struct output *output = output_new();
    if (output == NULL) {
        say("out of memory");
        return SHOAL_EXIT_USAGE;
    }
    int status = SHOAL_EXIT_USAGE;
    struct error problem = {0};
    char reason[SHOAL_ERROR_SIZE] = "";
    struct shoal_session *session = shoal_session_new(send->options, output_event, output, reason);
    if (session == NULL)
        (void)say_wrong("send", reason);
    else if (!output_open(output, &send->output, &problem))
        say("%s", problem.text);
    else
        status = run(session, output);
    shoal_session_free(session);
    output_free(output);
    return status;
}

static int read_and_send(struct send *send, int count, char **arguments)
{
    struct error error = {0};
    bool read = read_arguments(send, count, arguments, &error);
    if (send->help) {
        size_t rows;
        const struct option_row *table = options_table(&rows);
        return help_command(introduction, table, rows, "");
    }
    if (send->version)
        return help_version();
    return read ? send_files(send) : say_wrong("send", error.text);
}

int send_command(int count, char **arguments)
{
    struct send send = {
        .options = shoal_options_new(),
        .operands = calloc((size_t)count + 1, sizeof(char *)),
    };
    int status = SHOAL_EXIT_USAGE;
    if (send.options != NULL && send.operands != NULL)
        status = read_and_send(&send, count, arguments);
    else
        say("out of memory");
    free(send.operands);
    shoal_options_free(send.options);
    if (status > SHOAL_EXIT_SIGNAL)
        signals_raise(status - SHOAL_EXIT_SIGNAL);
    return status;
}
