#include "sink/summary.h"

#include "base/clock.h"
#include "sink/cause_text.h"
#include "sink/numbers.h"
#include "sink/summary/private.h"
#include "text/units.h"

static void add_elapsed(struct buf *out, int64_t elapsed_us)
{
    char text[UNITS_TEXT_SIZE];
    units_format_duration(elapsed_us, text);
    (void)buf_add_text(out, text);
}

/* Adds `*separator`, the count and the word, unless the count is 0. */
static void add_verdict(struct buf *out, uint64_t count, const char *word, const char **separator)
{
    if (count == 0)
        return;
    (void)buf_add_text(out, *separator);
    (void)numbers_add_count(out, count);
    (void)buf_add_text(out, word);
    *separator = ", ";
}

/* Adds `separator` and "2,039 sent, 2 failed, 7 not attempted": what occurred. In events, files
 * that were not attempted are a part of the failed ones. */
static void add_verdicts(struct buf *out, const struct shoal_totals *totals, const char *separator)
{
    static const char *const words[SHOAL_VERDICTS] = {
        [SHOAL_SENT] = " sent",
        [SHOAL_EXISTS] = " there already",
        [SHOAL_SKIPPED] = " skipped",
        [SHOAL_FAILED] = " failed",
        [SHOAL_UNKNOWN] = " unknown",
    };
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++) {
        uint64_t count = totals->verdicts[verdict];
        if (verdict == SHOAL_FAILED)
            count -= totals->not_attempted;
        add_verdict(out, count, words[verdict], &separator);
    }
    add_verdict(out, totals->not_attempted, " not attempted", &separator);
}

static void add_rate(
    struct buf *out, uint64_t files, int64_t elapsed_us, const char *before, const char *after)
{
    if (elapsed_us <= 0)
        return;
    double rate = (double)files * (double)CLOCK_US_PER_SECOND / (double)elapsed_us;
    (void)buf_add_text(out, before);
    if (rate < 10)
        (void)buf_printf(out, "%.1f files/s", rate);
    else if (numbers_add_count(out, (uint64_t)(rate + 0.5)))
        (void)buf_add_text(out, " files/s");
    (void)buf_add_text(out, after);
}

static void add_first_line(struct buf *out, const struct shoal_event *event, bool dry_run)
{
    const struct shoal_totals *totals = event->end.totals;
    if (dry_run) {
        (void)buf_add_text(out, "dry run: ");
        (void)numbers_add_counted(out, totals->planned, "file", "files");
        (void)buf_add_text(out, " would be sent");
    } else {
        (void)numbers_add_counted(out, totals->found, "file", "files");
        (void)buf_add_text(out, ", ");
        (void)numbers_add_bytes(out, totals->bytes);
        (void)buf_add_text(out, " in ");
        add_elapsed(out, event->at_us);
        add_rate(out, totals->found, event->at_us, " (", ")");
    }
    add_verdicts(out, totals, dry_run ? ", " : ": ");
    (void)buf_add_byte(out, '\n');
}

/* ---- the totals of a run in which files failed */

static void add_number(struct buf *out, const char *separator, const char *word, uint64_t count)
{
    (void)buf_printf(out, "%s%s ", separator, word);
    (void)numbers_add_count(out, count);
}

/* Adds `sent 2,898 · failed 102 (25 temporary) · not attempted 0 · unknown 0 · retries 125`. */
static void add_numbers(
    struct buf *out, const struct shoal_totals *totals, const struct summary_facts *facts)
{
    const char *dot = facts->unicode ? " · " : ", ";
    uint64_t temporary = totals->temporary - totals->not_attempted;
    add_number(out, "", "sent", totals->verdicts[SHOAL_SENT]);
    if (totals->verdicts[SHOAL_EXISTS] > 0)
        add_number(out, dot, "there already", totals->verdicts[SHOAL_EXISTS]);
    if (totals->verdicts[SHOAL_SKIPPED] > 0)
        add_number(out, dot, "skipped", totals->verdicts[SHOAL_SKIPPED]);
    add_number(out, dot, "failed", totals->verdicts[SHOAL_FAILED] - totals->not_attempted);
    if (temporary > 0) {
        (void)buf_add_text(out, " (");
        (void)numbers_add_count(out, temporary);
        (void)buf_add_text(out, " temporary)");
    }
    add_number(out, dot, "not attempted", totals->not_attempted);
    add_number(out, dot, "unknown", totals->verdicts[SHOAL_UNKNOWN]);
    add_number(out, dot, "retries", totals->retries);
    (void)buf_add_byte(out, '\n');
}

/* Adds `97.9 MiB, 41 files/s; 95 % of the time went to the 25 files with 502`. */
static void add_pace(
    struct buf *out, const struct shoal_event *event, const struct summary_facts *facts)
{
    const struct shoal_totals *totals = event->end.totals;
    unsigned percent;
    const struct shoal_cause *slowest =
        cause_text_find_slowest(event, facts->last_good_us, &percent);
    (void)numbers_add_bytes(out, totals->bytes);
    add_rate(out, totals->found, event->at_us, ", ", "");
    if (slowest != NULL) {
        (void)buf_printf(out, "; %u %% of the time went to the ", percent);
        (void)numbers_add_counted(out, slowest->count, "file with ", "files with ");
        cause_text_add_label(out, slowest);
    }
    (void)buf_add_byte(out, '\n');
}

static void add_again(
    struct buf *out, const struct shoal_totals *totals, const struct summary_facts *facts)
{
    if (facts->again == NULL || totals->verdicts[SHOAL_FAILED] == 0)
        return;
    (void)buf_add_text(out, "again, failures only: ");
    (void)buf_add_text(out, facts->again); /* quoted for a shell, and safe */
    (void)buf_add_byte(out, '\n');
}

/* Adds what the user may not expect: dot files that are included, and what is not a regular file.
 */
static void add_asides(struct buf *out, const struct shoal_totals *totals)
{
    /* A dry run counts them among what is left out. */
    uint64_t passed_over = totals->left_out > 0 ? 0 : totals->passed_over;
    if (totals->hidden == 0 && passed_over == 0)
        return;
    (void)buf_add_byte(out, '(');
    if (totals->hidden > 0) {
        (void)numbers_add_counted(out, totals->hidden, "dot file", "dot files");
        (void)buf_add_text(out, " among them");
    }
    if (totals->hidden > 0 && passed_over > 0)
        (void)buf_add_text(out, "; ");
    if (passed_over > 0) {
        (void)numbers_add_counted(
            out, passed_over, "link, FIFO, socket or device", "links, FIFOs, sockets or devices");
        (void)buf_add_text(out, " passed over");
    }
    (void)buf_add_text(out, ")\n");
}

/* Dry run: adds how much is left out by filters or because it is not a regular file. */
static void add_left_out(struct buf *out, const struct shoal_totals *totals, bool verbose)
{
    if (totals->left_out == 0)
        return;
    (void)buf_add_byte(out, '(');
    (void)numbers_add_counted(out, totals->left_out, "file or folder", "files and folders");
    (void)buf_add_text(out, verbose ? " left out)\n" : " left out: -v names them)\n");
}

/* Adds how many files have no second file, whatever became of them. */
static void add_pairs(struct buf *out, const struct shoal_totals *totals)
{
    if (totals->without_pair == 0)
        return;
    (void)buf_add_byte(out, '(');
    (void)numbers_add_counted(out, totals->without_pair, "file", "files");
    (void)buf_add_text(out, " without a second file)\n");
}

static void add_trouble(
    struct buf *out, const struct shoal_event *event, const struct summary_facts *facts)
{
    const struct shoal_totals *totals = event->end.totals;
    if (totals->problems > 0) {
        (void)numbers_add_counted(out, totals->problems, "problem", "problems");
        (void)buf_add_text(out, ": see above\n");
    }
    if (event->end.signal != 0)
        (void)buf_printf(out, "interrupted by signal %d\n", event->end.signal);
    if (!totals->complete)
        (void)buf_add_text(out, "not all folders were read: there may be more files\n");
    if (event->end.again_helps && facts->again == NULL) {
        (void)numbers_add_counted(out, totals->temporary, "failure", "failures");
        (void)buf_add_text(out, " may be temporary: run again to retry\n");
    }
    if (totals->verdicts[SHOAL_UNKNOWN] > 0) {
        (void)numbers_add_counted(out, totals->verdicts[SHOAL_UNKNOWN], "file", "files");
        (void)buf_add_text(out, " may have been accepted: check the server\n");
    }
    if (totals->html_responses > 0) {
        (void)numbers_add_counted(out, totals->html_responses, "file was", "files were");
        (void)buf_add_text(out, " accepted with an HTML page: check the server\n");
    }
    if (totals->maybe_accepted > 0) {
        (void)numbers_add_counted(out, totals->maybe_accepted, "failed file", "failed files");
        (void)buf_add_text(out, " may have been accepted all the same: check the server\n");
    }
}

bool summary_add(
    struct buf *out, const struct shoal_event *event, const struct summary_facts *facts)
{
    const struct shoal_totals *totals = event->end.totals;
    uint64_t bad = summary_bad_count(totals);
    if (facts->quiet || facts->dry_run ? bad > 1 : bad > 0)
        summary_add_causes(out, event, facts);
    if (facts->quiet)
        return !out->failed;
    if (bad > 0 && !facts->dry_run) {
        add_numbers(out, totals, facts);
        add_pace(out, event, facts);
    } else if (totals->found > 0) {
        add_first_line(out, event, facts->dry_run);
    }
    add_asides(out, totals);
    add_left_out(out, totals, facts->names_left_out);
    add_pairs(out, totals);
    add_trouble(out, event, facts);
    if (!facts->dry_run)
        add_again(out, totals, facts);
    return !out->failed;
}
