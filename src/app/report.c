#include <shoal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/say.h"
#include "app/whole_file.h"
#include "base/buf.h"
#include "core/event_file.h"
#include "sink/report.h"

#define SHARDS_MAX 4096

static const char about[] =
    "Makes a page of HTML from the events of a run (`shoal send --json=FILE`), or of\n"
    "several runs that are the shards of one. The page needs no network.\n";

static const char examples[] = "  shoal report events.jsonl > report.html\n"
                               "  shoal report --output report.html shard-*.jsonl\n";

#define OPTION(long_name, ...)                                                                     \
    {                                                                                              \
        .name = (long_name), .scope = OPTION_OUTPUT, .group = "Output", __VA_ARGS__                \
    }

static const struct option_row table[] = {
    OPTION("output", .letter = 'o', .value = OPTION_REQUIRED, .shows = "FILE",
        .help = "Write the page to FILE, in place of one that is there. Default: standard output"),
    COMMAND_HELP_ROWS("Output"),
};

/* What the command line says, and what was read. */
struct report_run {
    const char **paths; /* the files of events; owned */
    size_t path_count;
    const char *output; /* NULL: standard output */
    struct report *report;
    unsigned shards;             /* of how many the runs say they are; 0: no shards */
    bool have_shard[SHARDS_MAX]; /* by number, from 0 */
};

static bool read_option(void *context, const struct option_row *row, enum option_manner manner,
    char *value, struct error *error)
{
    (void)manner;
    (void)error;
    (void)row; /* --output is the only one */
    struct report_run *run = context;
    run->output = value;
    return true;
}

static bool read_operand(void *context, char *text, struct error *error)
{
    (void)error;
    struct report_run *run = context;
    run->paths[run->path_count++] = text;
    return true;
}

/* ---- shards: together they have every file once */

static void warn_of_shard(struct report_run *run, unsigned number, const char *what)
{
    char text[160];
    (void)snprintf(text, sizeof text, "Shard %u of %u %s.", number, run->shards, what);
    report_warn(run->report, text);
}

static void note_shard(struct report_run *run, const char *shard)
{
    char *end = NULL;
    unsigned long number = strtoul(shard, &end, 10);
    unsigned long count = *end == '/' ? strtoul(end + 1, &end, 10) : 0;
    if (*end != '\0' || number < 1 || number > count || count > SHARDS_MAX)
        return;
    if (run->shards != 0 && run->shards != count)
        report_warn(run->report, "The runs are shards of different divisions: files may be missing "
                                 "or counted twice.");
    run->shards = (unsigned)count;
    if (run->have_shard[number - 1])
        warn_of_shard(
            run, (unsigned)number, "is there more than once: its files are counted twice");
    run->have_shard[number - 1] = true;
}

static void check_shards(struct report_run *run)
{
    for (unsigned i = 0; i < run->shards; i++) {
        if (!run->have_shard[i])
            warn_of_shard(run, i + 1, "is missing: its files are not in this report");
    }
}

/* ---- reading */

static bool take_event(void *context, const struct event_line *line, struct error *error)
{
    (void)error;
    struct report_run *run = context;
    if (!line->known)
        return true;
    if (line->event.kind == SHOAL_EVENT_START && line->shard != NULL)
        note_shard(run, line->shard);
    report_event(run->report, &line->event, line->wall_seconds);
    return true;
}

/* ---- writing */

static bool write_standard(void *context, const char *data, size_t length)
{
    return fwrite(data, 1, length, context) == length;
}

static bool write_to_standard_output(struct report_run *run, struct error *error)
{
    struct writer writer = {.write = write_standard, .context = stdout};
    if (report_write(run->report, &writer) && fflush(stdout) == 0)
        return true;
    return error_set(error, ERROR_SYSTEM, 0, "standard output can't be written");
}

static bool write_to_file(struct report_run *run, struct error *error)
{
    struct whole_file file = {0};
    bool written = whole_file_open(&file, run->output, error);
    if (written) {
        struct writer writer = whole_file_writer(&file);
        bool complete = report_write(run->report, &writer) || file.failure != 0;
        written = complete ? whole_file_finish(&file, error) : error_set_memory(error);
    }
    whole_file_discard(&file);
    return written;
}

static bool make_report(struct report_run *run, struct error *error)
{
    struct buf again;
    buf_init(&again, 1 << 20);
    for (size_t i = 0; i < run->path_count; i++)
        (void)buf_printf(&again, "%sshoal send ... --append --json=%s --only-failed %s",
            i > 0 ? "\n" : "", run->paths[i], run->paths[i]);
    run->report = again.failed ? NULL : report_new(buf_text(&again));
    buf_free(&again);
    if (run->report == NULL)
        return error_set_memory(error);
    for (size_t i = 0; i < run->path_count; i++) {
        if (!event_file_read(run->paths[i], take_event, run, error))
            return false;
    }
    check_shards(run);
    return run->output == NULL ? write_to_standard_output(run, error) : write_to_file(run, error);
}

static int report_files(struct report_run *run)
{
    struct error error = {0};
    if (run->path_count == 0)
        return say_wrong("report", "name the files of events, which shoal send --json=FILE writes");
    if (run->output == NULL && isatty(STDOUT_FILENO) == 1)
        return say_wrong("report", "the page would go to the terminal; give --output FILE");
    bool made = make_report(run, &error);
    if (!made)
        say("%s", error.text);
    return made ? SHOAL_EXIT_OK : error.class == ERROR_USAGE ? SHOAL_EXIT_USAGE : SHOAL_EXIT_FAILED;
}

static int run_report(int count, char **arguments)
{
    struct report_run run = {.paths = calloc((size_t)count + 1, sizeof *run.paths)};
    struct args args = {.option = read_option, .operand = read_operand, .context = &run};
    int status = SHOAL_EXIT_FAILED;
    if (run.paths == NULL)
        say("out of memory");
    else if (command_line_read(&report_command, &args, count, arguments, &status))
        status = report_files(&run);
    report_free(run.report);
    free(run.paths);
    return status;
}

static const struct option_row *options(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

const struct command report_command = {
    .name = "report",
    .operands = "EVENTS.jsonl...",
    .summary = "Make an HTML report of a run",
    .takes = COMMAND_TAKES_FILES,
    .about = about,
    .examples = examples,
    .options = options,
    .run = run_report,
};
