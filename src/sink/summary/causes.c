/* Why files failed: the causes, each with its first file. */
#include <string.h>

#include "sink/cause_text.h"
#include "sink/numbers.h"
#include "sink/summary/private.h"
#include "text/printable.h"
#include "text/units.h"

#define CAUSES_SHOWN 10
#define WIDTH        80 /* columns of the first line */
#define FATE_COLUMN  50 /* where it is told whether a cause passes, if its text is short */

/* What begins the lines below a cause. */
#define EXAMPLE_INDENT "          "

uint64_t summary_bad_count(const struct shoal_totals *totals)
{
    return totals->verdicts[SHOAL_FAILED] + totals->verdicts[SHOAL_UNKNOWN];
}

/* Returns how many columns what was added since `start` takes. */
static size_t columns_since(const struct buf *out, size_t start)
{
    size_t used = 0;
    for (size_t i = start; i < out->length; i++)
        used += (out->data[i] & 0xc0) != 0x80; /* bytes that begin a character */
    return used;
}

/* Adds spaces after what was added since `start`, up to `column`; at least two. */
static void pad_to(struct buf *out, size_t start, size_t column)
{
    size_t used = columns_since(out, start);
    do
        (void)buf_add_byte(out, ' ');
    while (++used < column || out->data[out->length - 2] != ' ');
}

static void add_count_column(struct buf *out, uint64_t count)
{
    struct buf digits;
    buf_init(&digits, UNITS_TEXT_SIZE);
    (void)numbers_add_count(&digits, count);
    (void)buf_printf(out, "%6s  ", buf_text(&digits));
    buf_free(&digits);
}

/* Adds `        a/b.js   1.2 MiB   … 27 more`. */
static void add_example(
    struct buf *out, const struct shoal_cause *cause, const struct summary_facts *facts)
{
    (void)buf_add_text(out, EXAMPLE_INDENT);
    (void)printable_add(out, cause->first_path.data, cause->first_path.length);
    if (cause->first_bytes >= 0) {
        (void)buf_add_text(out, "   ");
        (void)numbers_add_bytes(out, cause->first_bytes);
    }
    if (cause->count > 1) {
        (void)buf_add_text(out, facts->unicode ? "   … " : "   and ");
        (void)numbers_add_count(out, cause->count - 1);
        (void)buf_add_text(out, " more");
    }
    (void)buf_add_byte(out, '\n');
}

/* Adds `final, 1.2 MiB and more; largest sent 0.9 MiB, 18:48:59-18:50:10 UTC`. */
static void add_cause_facts(struct buf *out, const struct shoal_cause *cause,
    const struct shoal_totals *totals, const struct summary_facts *facts)
{
    struct buf extra;
    buf_init(&extra, 1024);
    cause_text_add_fate(out, cause);
    if (cause_text_add_limit(&extra, cause, totals))
        (void)buf_printf(out, ", %s", buf_text(&extra));
    buf_clear(&extra);
    if (cause->count > 1)
        cause_text_add_times(&extra, cause, facts->start_seconds, facts->unicode ? "–" : "-");
    if (extra.length > 0)
        (void)buf_printf(out, ", %s", buf_text(&extra));
    buf_free(&extra);
}

/* Adds how many files, the cause, and whether it passes; and in the next line the first of the
 * files. What does not fit into a line has one of its own. */
static void add_cause(struct buf *out, const struct shoal_cause *cause,
    const struct shoal_totals *totals, const struct summary_facts *facts)
{
    struct buf told;
    size_t start = out->length;
    buf_init(&told, 1024);
    add_cause_facts(&told, cause, totals, facts);
    add_count_column(out, cause->count);
    (void)printable_add(out, cause->example, strlen(cause->example));
    size_t told_columns = columns_since(&told, 0);
    size_t room = told_columns < WIDTH ? WIDTH - told_columns : 0;
    size_t column = room < FATE_COLUMN ? room : FATE_COLUMN;
    if (columns_since(out, start) + 2 <= room)
        pad_to(out, start, column);
    else
        (void)buf_add_text(out, "\n" EXAMPLE_INDENT);
    (void)buf_add_text(out, buf_text(&told));
    (void)buf_add_byte(out, '\n');
    add_example(out, cause, facts);
    buf_free(&told);
}

/* Adds `   3  not attempted: the run ended: the server was never reached`. */
static void add_unattempted(struct buf *out, const struct shoal_end *end)
{
    for (size_t i = 0; i < end->cause_count; i++) {
        const struct shoal_cause *cause = &end->causes[i];
        if (!cause_text_is_unattempted(cause))
            continue;
        add_count_column(out, cause->count);
        (void)buf_add_text(out, "not attempted: ");
        (void)printable_add(out, cause->example, strlen(cause->example));
        (void)buf_add_byte(out, '\n');
    }
}

/* Adds `FAILED 102 of 3,000 files, 4 causes`, and how long the run took at the end of the line. */
static void add_headline(
    struct buf *out, const struct shoal_event *event, const struct summary_facts *facts)
{
    const struct shoal_totals *totals = event->end.totals;
    uint64_t failed = summary_bad_count(totals) - totals->not_attempted;
    const char *word = failed == 0                                 ? "NOT ATTEMPTED "
                       : failed == totals->verdicts[SHOAL_UNKNOWN] ? "UNKNOWN "
                                                                   : "FAILED ";
    size_t causes = cause_text_count(&event->end);
    size_t start = out->length;
    char elapsed[UNITS_TEXT_SIZE];
    (void)buf_add_text(out, word);
    (void)numbers_add_count(out, failed == 0 ? totals->not_attempted : failed);
    (void)buf_add_text(out, " of ");
    (void)numbers_add_counted(out, totals->found, "file", "files");
    if (causes > 0) {
        (void)buf_add_text(out, ", ");
        (void)numbers_add_counted(out, causes, "cause", "causes");
    }
    if (!facts->quiet && !facts->dry_run) {
        units_format_duration(event->at_us, elapsed);
        pad_to(out, start, WIDTH - strlen(elapsed));
        (void)buf_add_text(out, elapsed);
    }
    (void)buf_add_byte(out, '\n');
}

void summary_add_causes(
    struct buf *out, const struct shoal_event *event, const struct summary_facts *facts)
{
    const struct shoal_end *end = &event->end;
    size_t shown = 0;
    add_headline(out, event, facts);
    if (summary_bad_count(end->totals) == 1)
        return; /* one alone has its line already */
    for (size_t i = 0; i < end->cause_count && shown < CAUSES_SHOWN; i++) {
        if (cause_text_is_unattempted(&end->causes[i]))
            continue;
        add_cause(out, &end->causes[i], end->totals, facts);
        shown++;
    }
    size_t more = cause_text_count(end) - shown;
    if (more > 0) {
        (void)buf_add_text(out, "        and ");
        (void)numbers_add_counted(out, more, "more cause\n", "more causes\n");
    }
    add_unattempted(out, end);
}
