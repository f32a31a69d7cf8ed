#include <inttypes.h>
#include <shoal.h>
#include <string.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/help.h"
#include "app/say.h"
#include "io/journal_report.h"
#include "sink/numbers.h"
#include "text/json.h"
#include "text/printable.h"

#define TEXT_MOST   ((size_t)64 * 1024 * 1024) /* bytes of what is printed */
#define CAUSES_MOST 20                         /* causes in the text; --json has all */

static const char about[] =
    "Shows what a journal (`shoal send --journal JOURNAL`) holds: the last run, the\n"
    "totals, failures by cause, and how many files are left to send.\n";

static const char examples[] =
    "  shoal status upload.db\n"
    "  sqlite3 upload.db 'SELECT path, cause FROM files WHERE state = \"failed\"'\n";

#define OPTION(long_name, ...)                                                                     \
    {                                                                                              \
        .name = (long_name), .scope = OPTION_OUTPUT, .group = "Output", __VA_ARGS__                \
    }

static const struct option_row table[] = {
    OPTION("json", .help = "Print one JSON object"),
    COMMAND_HELP_ROWS("Output"),
};

/* What the command line says. */
struct status {
    const char *journal; /* NULL: not given */
    bool json;
};

static bool read_option(void *context, const struct option_row *row, enum option_manner manner,
    char *value, struct error *error)
{
    (void)row; /* --json is the only one */
    (void)manner;
    (void)value;
    (void)error;
    struct status *status = context;
    status->json = true;
    return true;
}

static bool read_operand(void *context, char *text, struct error *error)
{
    struct status *status = context;
    if (status->journal != NULL)
        return error_set(error, ERROR_USAGE, 0, "there can be one JOURNAL, not '%s' and '%s'",
            status->journal, text);
    status->journal = text;
    return true;
}

/* Files that a later run sends. */
static uint64_t count_left(const struct journal_report *report)
{
    return report->states[JOURNAL_FAILED] + report->states[JOURNAL_UNKNOWN] +
           report->states[JOURNAL_STARTED];
}

/* --- as text --- */

static void add_run(struct buf *out, const struct journal_report *report)
{
    const struct journal_report_run *last = &report->last;
    if (report->runs == 0)
        return;
    (void)numbers_add_counted(out, report->runs, "run", "runs");
    (void)buf_printf(out, "; the last began %s UTC", last->started);
    if (last->ended == NULL)
        (void)buf_printf(out, " and has not ended, or was killed (process %" PRId64 " on %s)\n",
            last->pid, last->host);
    else
        (void)buf_printf(
            out, " and ended %s with status %" PRId64 "\n", last->ended, last->exit_status);
    (void)buf_add_text(out, "to ");
    (void)printable_add(out, last->url, strlen(last->url));
    (void)buf_add_byte(out, '\n');
}

static void add_count(struct buf *out, uint64_t count, const char *word, const char **separator)
{
    (void)buf_add_text(out, *separator);
    (void)buf_add_text(out, word);
    (void)buf_add_byte(out, ' ');
    (void)numbers_add_count(out, count);
    *separator = " · ";
}

static void add_totals(struct buf *out, const struct journal_report *report)
{
    const uint64_t *states = report->states;
    const char *separator = "";
    add_count(out, states[JOURNAL_SENT], "sent", &separator);
    add_count(out, states[JOURNAL_EXISTS], "exists", &separator);
    add_count(out, states[JOURNAL_FAILED] - report->not_attempted, "failed", &separator);
    add_count(out, report->not_attempted, "not attempted", &separator);
    add_count(out, states[JOURNAL_UNKNOWN] + states[JOURNAL_STARTED], "unknown", &separator);
    (void)buf_add_text(out, "\n");
    (void)numbers_add_bytes(out, report->bytes);
    (void)buf_add_text(out, " sent\n");
}

static void add_cause(struct buf *out, const struct journal_report_cause *cause)
{
    const char *text = cause->text[0] == '\0' ? "(no cause was recorded)" : cause->text;
    (void)buf_printf(out, "%8" PRIu64 "  ", cause->count);
    (void)printable_add(out, text, strlen(text));
    (void)buf_add_text(out, cause->temporary == cause->count ? "  (temporary)\n"
                            : cause->temporary == 0          ? "  (final)\n"
                                                             : "\n");
    (void)buf_add_text(out, "          first ");
    (void)printable_add(out, cause->first_path, strlen(cause->first_path));
    (void)buf_add_byte(out, '\n');
}

static void add_text(struct buf *out, const char *journal, const struct journal_report *report)
{
    add_run(out, report);
    add_totals(out, report);
    for (size_t i = 0; i < report->cause_count && i < CAUSES_MOST; i++)
        add_cause(out, &report->causes[i]);
    if (report->cause_count > CAUSES_MOST)
        (void)buf_printf(out, "          and %zu more causes\n", report->cause_count - CAUSES_MOST);
    uint64_t left = count_left(report);
    (void)numbers_add_counted(out, left, "file", "files");
    (void)buf_add_text(out, " left");
    if (left > 0) {
        (void)buf_add_text(out, ": run the same command again, or with --only-failed ");
        (void)printable_add(out, journal, strlen(journal));
    }
    (void)buf_add_byte(out, '\n');
}

/* --- as JSON --- */

static json_t *run_json(const struct journal_report_run *run)
{
    json_t *object = json_object();
    json_t *status = run->ended == NULL ? json_null() : json_integer(run->exit_status);
    bool complete =
        json_set_text(object, "started", run->started) &&
        json_set_text(object, "ended", run->ended) && json_set_text(object, "url", run->url) &&
        json_set_text(object, "host", run->host) && json_set_number(object, "pid", run->pid);
    complete = json_set(object, "exit", status) && complete;
    return json_if_complete(object, complete);
}

static json_t *cause_json(const struct journal_report_cause *cause)
{
    json_t *object = json_object();
    bool complete = json_set_text(object, "cause", cause->text) &&
                    json_set_text(object, "reason", cause->reason) &&
                    json_set_number(object, "count", (int64_t)cause->count) &&
                    json_set_number(object, "temporary", (int64_t)cause->temporary) &&
                    json_set_text(object, "first_path", cause->first_path);
    return json_if_complete(object, complete);
}

static json_t *causes_json(const struct journal_report *report)
{
    json_t *list = json_array();
    bool complete = list != NULL;
    for (size_t i = 0; complete && i < report->cause_count; i++)
        complete = json_array_append_new(list, cause_json(&report->causes[i])) == 0;
    return json_if_complete(list, complete);
}

static json_t *report_json(const char *journal, const struct journal_report *report)
{
    json_t *object = json_object();
    bool complete = json_set_text(object, "journal", journal) &&
                    json_set_number(object, "runs", (int64_t)report->runs) &&
                    (report->runs == 0 || json_set(object, "last_run", run_json(&report->last)));
    for (int state = 0; complete && state < JOURNAL_STATES; state++)
        complete = json_set_number(
            object, journal_state_name((enum journal_state)state), (int64_t)report->states[state]);
    complete = complete &&
               json_set_number(object, "not_attempted", (int64_t)report->not_attempted) &&
               json_set_number(object, "temporary", (int64_t)report->temporary) &&
               json_set_number(object, "left", (int64_t)count_left(report)) &&
               json_set_number(object, "bytes", report->bytes) &&
               json_set(object, "causes", causes_json(report));
    return json_if_complete(object, complete);
}

/* --- the command --- */

static bool add_report(
    struct buf *out, const struct status *status, const struct journal_report *report)
{
    if (!status->json) {
        add_text(out, status->journal, report);
        return !out->failed;
    }
    json_t *object = report_json(status->journal, report);
    bool added = object != NULL && json_add_line(out, object);
    json_decref(object);
    return added;
}

static int run(const struct status *status)
{
    struct error error = {0};
    struct journal_report report;
    struct buf out;
    int result = SHOAL_EXIT_FAILED;
    buf_init(&out, TEXT_MOST);
    if (!journal_report_read(status->journal, &report, &error))
        say("%s", error.text);
    else if (!add_report(&out, status, &report))
        say("out of memory");
    else
        result = help_print(buf_text(&out));
    journal_report_free(&report);
    buf_free(&out);
    return result;
}

static int run_status(int count, char **arguments)
{
    struct status status = {0};
    struct args args = {.option = read_option, .operand = read_operand, .context = &status};
    int result;
    if (!command_line_read(&status_command, &args, count, arguments, &result))
        return result;
    if (status.journal == NULL)
        return say_wrong("status", "name the JOURNAL");
    return run(&status);
}

static const struct option_row *options(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

const struct command status_command = {
    .name = "status",
    .operands = "JOURNAL",
    .summary = "Show what a journal holds",
    .takes = COMMAND_TAKES_FILES,
    .about = about,
    .examples = examples,
    .options = options,
    .run = run_status,
};
