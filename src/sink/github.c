#include "sink/github.h"

#include <string.h>

#include "base/ascii.h"
#include "sink/cause_text.h"
#include "sink/numbers.h"
#include "text/encode.h"
#include "text/printable.h"
#include "text/units.h"

#define TEXT_MOST    300                 /* bytes of a text from outside */
#define COMMAND_MOST 4000                /* bytes of the command that sends again */
#define SAFE_MOST    ((size_t)64 * 1024) /* bytes of a text that was made safe */
#define ROWS_MOST    25                  /* causes in the table */

/* Adds a text from outside on one line, safe for a terminal and cut to `most` bytes. */
static void add_safe(struct buf *out, const char *text, size_t length, size_t most)
{
    size_t cut = length > most ? utf8_cut_length(text, length, most) : length;
    (void)printable_add(out, text, cut);
    (void)buf_add_text(out, cut < length ? "..." : "");
}

/* ---- annotations */

/* Adds a value of a command as the runner decodes it; `property`: one before the `::`. */
static void add_escaped(struct buf *out, const char *text, bool property)
{
    for (; text[0] != '\0'; text++) {
        char byte = text[0];
        bool is_special = byte == '%' || byte == '\r' || byte == '\n' ||
                          (property && (byte == ':' || byte == ','));
        if (is_special)
            (void)buf_printf(out, "%%%02X", (unsigned)byte);
        else
            (void)buf_add_byte(out, byte);
    }
}

static void add_command(struct buf *out, const struct github_facts *facts, const struct buf *title,
    const struct buf *text)
{
    (void)buf_add_text(out, facts->warn_only ? "::warning title=" : "::error title=");
    add_escaped(out, buf_text(title), true);
    (void)buf_add_text(out, "::");
    add_escaped(out, buf_text(text), false);
    (void)buf_add_byte(out, '\n');
}

/* Adds `::error title=shoal%3A 26 files failed::422 duplicate (final), first a/b.js`. */
static void add_annotation(
    struct buf *out, const struct github_facts *facts, const struct shoal_cause *cause)
{
    struct buf title;
    struct buf text;
    buf_init(&title, SAFE_MOST);
    buf_init(&text, SAFE_MOST);
    (void)buf_add_text(&title, "shoal: ");
    (void)numbers_add_counted(&title, cause->count, "file", "files");
    (void)buf_add_text(&title, cause_text_is_unattempted(cause) ? " not attempted" : " failed");
    add_safe(&text, cause->example, strlen(cause->example), TEXT_MOST);
    (void)buf_add_text(&text, " (");
    cause_text_add_fate(&text, cause);
    (void)buf_add_text(&text, ")\nfirst: ");
    add_safe(&text, cause->first_path.data, cause->first_path.length, TEXT_MOST);
    add_command(out, facts, &title, &text);
    buf_free(&title);
    buf_free(&text);
}

static void add_plain(struct buf *out, const struct github_facts *facts, uint64_t count,
    const char *one, const char *many)
{
    struct buf title;
    struct buf text;
    buf_init(&title, SAFE_MOST);
    buf_init(&text, SAFE_MOST);
    (void)buf_add_text(&title, "shoal");
    (void)numbers_add_counted(&text, count, one, many);
    (void)buf_add_text(&text, ": see the log");
    add_command(out, facts, &title, &text);
    buf_free(&title);
    buf_free(&text);
}

void github_add_annotations(
    struct buf *out, const struct shoal_event *event, const struct github_facts *facts)
{
    const struct shoal_end *end = &event->end;
    size_t room = GITHUB_ANNOTATIONS_MAX - (end->totals->problems > 0);
    size_t shown = end->cause_count <= room ? end->cause_count : room - 1;
    for (size_t i = 0; i < shown; i++)
        add_annotation(out, facts, &end->causes[i]);
    if (shown < end->cause_count)
        add_plain(out, facts, end->cause_count - shown, "more cause", "more causes");
    if (end->totals->problems > 0)
        add_plain(out, facts, end->totals->problems, "problem", "problems");
}

/* ---- the summary of a job */

/* Adds a text from outside as code: every sign of Markdown and HTML in it is a reference. */
static void add_code(struct buf *out, const char *text, size_t length, size_t most)
{
    struct buf safe;
    buf_init(&safe, SAFE_MOST);
    add_safe(&safe, text, length, most);
    (void)buf_add_text(out, "<code>");
    for (size_t i = 0; i < safe.length; i++) {
        char byte = safe.data[i];
        bool is_plain = ascii_is_letter(byte) || ascii_is_digit(byte) || byte == ' ' ||
                        byte == '.' || byte == '/' || (byte & 0x80) != 0;
        if (is_plain)
            (void)buf_add_byte(out, byte);
        else
            (void)buf_printf(out, "&#%d;", byte);
    }
    (void)buf_add_text(out, "</code>");
    buf_free(&safe);
}

static void add_row(
    struct buf *out, const struct shoal_cause *cause, const struct shoal_totals *totals)
{
    struct buf limit;
    buf_init(&limit, SAFE_MOST);
    (void)buf_add_text(out, "| ");
    (void)numbers_add_count(out, cause->count);
    (void)buf_add_text(out, " | ");
    if (cause_text_is_unattempted(cause))
        (void)buf_add_text(out, "not attempted: ");
    add_code(out, cause->example, strlen(cause->example), TEXT_MOST);
    (void)buf_add_text(out, " | ");
    cause_text_add_fate(out, cause);
    if (cause_text_add_limit(&limit, cause, totals))
        (void)buf_printf(out, ", %s", buf_text(&limit));
    (void)buf_add_text(out, " | ");
    add_code(out, cause->first_path.data, cause->first_path.length, TEXT_MOST);
    (void)buf_add_text(out, " |\n");
    buf_free(&limit);
}

static void add_table(struct buf *out, const struct shoal_end *end)
{
    if (end->cause_count == 0)
        return;
    (void)buf_add_text(out, "| files | cause | | first file |\n| ---: | --- | --- | --- |\n");
    for (size_t i = 0; i < end->cause_count && i < ROWS_MOST; i++)
        add_row(out, &end->causes[i], end->totals);
    (void)buf_add_byte(out, '\n');
    if (end->cause_count <= ROWS_MOST)
        return;
    (void)buf_add_text(out, "and ");
    (void)numbers_add_counted(
        out, end->cause_count - ROWS_MOST, "more cause\n\n", "more causes\n\n");
}

static void add_counted(struct buf *out, uint64_t count, const char *what)
{
    if (count == 0)
        return;
    (void)buf_add_text(out, ", ");
    (void)numbers_add_count(out, count);
    (void)buf_add_text(out, what);
}

/* Adds `### shoal: 102 of 3,000 files failed`. */
static void add_heading(struct buf *out, const struct shoal_totals *totals)
{
    uint64_t failed = totals->verdicts[SHOAL_FAILED] - totals->not_attempted;
    (void)buf_add_text(out, "### shoal: ");
    if (totals->verdicts[SHOAL_FAILED] + totals->verdicts[SHOAL_UNKNOWN] == 0) {
        (void)numbers_add_counted(out, totals->found, "file", "files");
        (void)buf_add_text(out, totals->planned > 0 ? ", dry run\n\n" : ", none failed\n\n");
        return;
    }
    (void)numbers_add_count(out, failed);
    (void)buf_add_text(out, " of ");
    (void)numbers_add_counted(out, totals->found, "file failed", "files failed");
    add_counted(out, totals->not_attempted, " not attempted");
    add_counted(out, totals->verdicts[SHOAL_UNKNOWN], " unknown");
    (void)buf_add_text(out, "\n\n");
}

static void add_numbers(struct buf *out, const struct shoal_event *event)
{
    const struct shoal_totals *totals = event->end.totals;
    char elapsed[UNITS_TEXT_SIZE];
    units_format_duration(event->at_us, elapsed);
    (void)numbers_add_count(out, totals->verdicts[SHOAL_SENT]);
    (void)buf_add_text(out, " sent");
    add_counted(out, totals->verdicts[SHOAL_EXISTS], " there already");
    add_counted(out, totals->verdicts[SHOAL_SKIPPED], " skipped");
    add_counted(out, totals->retries, " retries");
    (void)buf_add_text(out, ", ");
    (void)numbers_add_bytes(out, totals->bytes);
    (void)buf_printf(out, " in %s\n\n", elapsed);
}

void github_add_summary(
    struct buf *out, const struct shoal_event *event, const struct github_facts *facts)
{
    const struct shoal_totals *totals = event->end.totals;
    add_heading(out, totals);
    if (facts->url != NULL) {
        add_code(out, facts->method, strlen(facts->method), TEXT_MOST);
        (void)buf_add_byte(out, ' ');
        add_code(out, facts->url, strlen(facts->url), TEXT_MOST);
        (void)buf_add_text(out, ": ");
    }
    add_numbers(out, event);
    add_table(out, &event->end);
    if (facts->again != NULL && totals->verdicts[SHOAL_FAILED] > 0 &&
        strlen(facts->again) <= COMMAND_MOST) {
        (void)buf_add_text(out, "Again, failures only: ");
        add_code(out, facts->again, strlen(facts->again), COMMAND_MOST);
        (void)buf_add_text(out, "\n\n");
    }
}

/* ---- the log */

/* Is this the `[` of `##[`? */
static bool opens_old_command(const char *lines, size_t at)
{
    return lines[at] == '[' && at > 1 && lines[at - 1] == '#' && lines[at - 2] == '#';
}

void github_add_defused(struct buf *out, const char *lines, size_t length, bool is_json)
{
    bool at_start = true;
    for (size_t i = 0; i < length; i++) {
        char byte = lines[i];
        if (opens_old_command(lines, i))
            (void)buf_add_text(out, is_json ? "\\u005b" : "\\[");
        else
            (void)buf_add_byte(out, byte);
        if (at_start && byte == ':' && i + 1 < length && lines[i + 1] == ':')
            (void)buf_add_byte(out, '\\');
        at_start = byte == '\n' || (at_start && ascii_is_space(byte));
    }
}
