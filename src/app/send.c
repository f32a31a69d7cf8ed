#include <shoal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/again.h"
#include "app/command_line.h"
#include "app/commands.h"
#include "app/output.h"
#include "app/output_options.h"
#include "app/say.h"
#include "app/signals.h"
#include "core/options.h"
#include "core/recipe.h"
#include "core/reference.h"

static const char about[] =
    "Uploads every file under PATH to URL, one request per file. PATH is a folder, a\n"
    "file, or - for a list of paths on standard input.\n";

static const char examples[] =
    "  shoal send -T dist/ https://example.com/files/\n"
    "  shoal send -F 'url=https://example.com/{path}' -F 'file=@{file}' dist/ URL\n"
    "  shoal send --recipe raygun-symbols -s app_id=ID -s host=https://my.site dist/\n";

static const char *const common[] = {"form", "raw", "header", "user", "set", "recipe", "include",
    "exclude", "jobs", "journal", "json", "dry-run", NULL};

static const char *more(void)
{
    return "Templates:\n"
           "  Fields in URL, -F and -H are replaced for each file: {path} (below PATH),\n"
           "  {dir}, {name}, {stem}, {ext}, {type}, {file} (the path to open), {folder},\n"
           "  {size}, {mtime}, {mtime:epoch}, {sha256}, {sha1}, {md5} and the keys of -s;\n"
           "  with {key?} the field or header is left out if the key is not given.\n"
           "  {x:url}, {x:query}, {x:path}, {x:component}, {x:json}, {x:base64} and {x:raw}\n"
           "  choose the escaping, {x:upper} and {x:flat} change the value; {{ is a literal\n"
           "  brace.\n"
           "\n"
           "Exit status:\n"
           "  0   every file is on the server\n"
           "  1   something failed for good\n"
           "  2   wrong usage or configuration, or no files found; nothing was sent\n"
           "  75  every failure is temporary; run again to retry\n"
           "  77  the servers refused the credentials\n"
           "  129, 130, 143  interrupted by SIGHUP, SIGINT or SIGTERM\n";
}

/* What the command line says. */
struct send {
    struct shoal_options *options; /* the library's; owned */
    char **operands;               /* pointers to the arguments; the array is owned */
    size_t operand_count;          /* of `operands` */
    struct output_options output;  /* the command's own options */
    struct again *again;           /* the same without secrets; owned */
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

/* Overwrites the value of a key: a recipe, which is not read yet, may declare it a secret. Where a
 * value is read from is not one. */
static void mask_set(char *text)
{
    char *equals = strchr(text, '=');
    if (equals != NULL && !reference_is(equals + 1))
        mask(equals + 1, text + strlen(text));
}

static void mask_option(const struct option_row *row, char *value)
{
    char *colon;
    if (strcmp(row->name, "user") == 0 && (colon = strchr(value, ':')) != NULL)
        mask(colon + 1, value + strlen(value));
    else if (strcmp(row->name, "set") == 0)
        mask_set(value);
    else if (strcmp(row->name, "proxy") == 0 || strcmp(row->name, "url") == 0)
        mask_url(value);
}

/* --- reading the arguments --- */

static bool set_option(void *context, const struct option_row *row, enum option_manner manner,
    char *value, struct error *error)
{
    struct send *send = context;
    again_add_option(send->again, row, manner, value);
    if (row->scope == OPTION_OUTPUT) {
        return output_options_set(&send->output, row->name, value, error);
    }
    const struct option_setting setting = {.row = row, .value = value, .manner = manner};
    bool set = options_add(send->options, &setting, error);
    if (value != NULL)
        mask_option(row, value);
    return set;
}

static bool add_operand(void *context, char *text, struct error *error)
{
    (void)error;
    struct send *send = context;
    send->operands[send->operand_count++] = text;
    again_add_operand(send->again, text);
    return true;
}

/* Does `text` begin with a host and a port, or with the name of a host and a path? */
static bool looks_like_host(const char *text)
{
    size_t bracket = text[0] == '[' ? strcspn(text, "]") : 0;
    size_t length = bracket + strcspn(text + bracket, ":/");
    size_t digits = text[length] == ':' ? strspn(text + length + 1, "0123456789") : 0;
    const char *after = text + length + 1 + digits;
    if (length == 0 || access(text, F_OK) == 0)
        return false;
    if (digits > 0)
        return *after == '\0' || *after == '/' || *after == '?';
    const char *dot = memchr(text, '.', length);
    return text[length] == '/' && dot != NULL && dot != text && dot[1] != '/' &&
           strspn(text, ".") == 0;
}

/* `last` is the operand that should be the URL. Always false. */
static bool fail_without_url(const char *last, struct error *error)
{
    if (!looks_like_host(last))
        return error_set(error, ERROR_USAGE, 0,
            "no URL: the last operand must be one (http:// or https://), or give --url or --urls");
    size_t host = strcspn(last, "/?");
    bool is_plain =
        memchr(last, ':', host) != NULL && (host < 5 || strncmp(last + host - 4, ":443", 4) != 0);
    return error_set(error, ERROR_USAGE, 0, "'%s' is not a URL; did you mean %s://%s%s?", last,
        is_plain ? "http" : "https", last, last[host] == '\0' ? "/" : "");
}

/* Passes the operands to the options. The last one is the URL unless the options have one. */
static bool assign_operands(struct send *send, struct error *error)
{
    size_t paths = send->operand_count;
    if (!options_given(send->options, "url") && !options_given(send->options, "urls")) {
        const char *last = paths == 0 ? "" : send->operands[paths - 1];
        if (strstr(last, "://") == NULL && last[0] != '{')
            return fail_without_url(last, error);
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

/* Adds what options files say. */
static bool read_files(struct send *send, struct error *error)
{
    struct shoal_options *resolved = recipe_resolve(send->options, error);
    if (resolved == NULL)
        return false;
    shoal_options_free(send->options);
    send->options = resolved;
    return true;
}

/* What can be checked and read once all arguments are known. */
static bool complete(struct send *send, struct error *error)
{
    return output_options_check(&send->output, error) && read_files(send, error) &&
           assign_operands(send, error);
}

/* --- running --- */

/* With --warn-only, failures of files are not the command's. */
static int status_for_caller(const struct send *send, int status)
{
    bool is_failure = status == SHOAL_EXIT_FAILED || status == SHOAL_EXIT_TEMPORARY ||
                      status == SHOAL_EXIT_CREDENTIALS;
    return send->output.warn_only && is_failure ? SHOAL_EXIT_OK : status;
}

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

/* Opens the output, which names the command `again`. */
static bool open_output(
    struct output *output, const struct send *send, const char *again, struct error *error)
{
    struct output_options options = send->output;
    options.again = again;
    return output_open(output, &options, error);
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
    char *again = again_text(send->again, send->options, &send->output);
    struct shoal_session *session = shoal_session_new(send->options, output_event, output, reason);
    if (session == NULL)
        (void)say_wrong("send", reason);
    else if (!open_output(output, send, again, &problem))
        say("%s", problem.text);
    else if (!output_prepare(output, session))
        say("out of memory");
    else
        status = status_for_caller(send, run(session, output));
    shoal_session_free(session);
    output_free(output);
    free(again);
    return status;
}

static int read_and_send(struct send *send, int count, char **arguments)
{
    struct args args = {.option = set_option, .operand = add_operand, .context = send};
    struct error error = {0};
    int status;
    if (!command_line_read(&send_command, &args, count, arguments, &status))
        return status;
    return complete(send, &error) ? send_files(send) : say_wrong("send", error.text);
}

static int run_send(int count, char **arguments)
{
    struct send send = {
        .options = shoal_options_new(),
        .operands = calloc((size_t)count + 1, sizeof(char *)),
        .again = again_new(),
    };
    int status = SHOAL_EXIT_USAGE;
    if (send.options != NULL && send.operands != NULL && send.again != NULL)
        status = read_and_send(&send, count, arguments);
    else
        say("out of memory");
    free(send.operands);
    again_free(send.again);
    shoal_options_free(send.options);
    if (status > SHOAL_EXIT_SIGNAL)
        signals_raise(status - SHOAL_EXIT_SIGNAL);
    return status;
}

const struct command send_command = {
    .name = "send",
    .operands = "[options] PATH... URL",
    .summary = "Upload every file under PATH over HTTP",
    .about = about,
    .examples = examples,
    .common = common,
    .more = more,
    .options = options_table,
    .takes = COMMAND_TAKES_FILES,
    .run = run_send,
};
