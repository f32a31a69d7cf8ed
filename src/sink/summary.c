#include "sink/summary.h"

#include <string.h>

#include "base/clock.h"
#include "sink/numbers.h"
#include "text/printable.h"
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

/* Adds ": 2,039 sent, 2 failed, 7 not attempted": what occurred. In events, files that were not
 * attempted are a part of the failed ones. */
static void add_verdicts(struct buf *out, const struct shoal_totals *totals)
{
    static const char *const words[SHOAL_VERDICTS] = {
        [SHOAL_SENT] = " sent",
        [SHOAL_EXISTS] = " there already",
        [SHOAL_SKIPPED] = " skipped",
        [SHOAL_FAILED] = " failed",
        [SHOAL_UNKNOWN] = " unknown",
    };
    const char *separator = ": ";
    for (int verdict = 0; verdict < SHOAL_VERDICTS; verdict++) {
        uint64_t count = totals->verdicts[verdict];
        if (verdict == SHOAL_FAILED)
            count -= totals->not_attempted;
        add_verdict(out, count, words[verdict], &separator);
    }
    add_verdict(out, totals->not_attempted, " not attempted", &separator);
}

static void add_rate(struct buf *out, uint64_t files, int64_t elapsed_us)
{
    if (elapsed_us <= 0)
        return;
    double rate = (double)files * (double)CLOCK_US_PER_SECOND / (double)elapsed_us;
    (void)buf_add_text(out, " (");
    if (rate < 10)
        (void)buf_printf(out, "%.1f files/s)", rate);
    else if (numbers_add_count(out, (uint64_t)(rate + 0.5)))
        (void)buf_add_text(out, " files/s)");
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
        add_rate(out, totals->found, event->at_us);
    }
    add_verdicts(out, totals);
    (void)buf_add_byte(out, '\n');
}

/* ---- why files failed */

#define CAUSES_SHOWN 10

/* Adds `; 1.2 MiB and more (largest sent: 0.9 MiB)`, where sizes may be the reason. */
static void add_size_limit(
    struct buf *out, const struct shoal_cause *cause, const struct shoal_totals *totals)
{
    bool is_limit = cause->reason == SHOAL_REASON_TOO_LARGE ||
                    (cause->bytes_least > totals->largest_sent && totals->largest_sent > 0 &&
                        cause->reason == SHOAL_REASON_STATUS);
    if (!is_limit || cause->bytes_least < 0)
        return;
    (void)buf_add_text(out, "; ");
    (void)numbers_add_bytes(out, cause->bytes_least);
    (void)buf_add_text(out, cause->count == 1 ? "" : " and more");
    if (totals->largest_sent > 0) {
        (void)buf_add_text(out, " (largest sent: ");
        (void)numbers_add_bytes(out, totals->largest_sent);
        (void)buf_add_byte(out, ')');
    }
}

static void add_durability(struct buf *out, const struct shoal_cause *cause)
{
    if (cause->temporary == 0)
        (void)buf_add_text(out, "final");
    else if (cause->temporary == cause->count)
        (void)buf_add_text(out, "temporary");
    else if (numbers_add_count(out, cause->temporary))
        (void)buf_add_text(out, " temporary");
    if (cause->attempts_most > 1)
        (void)buf_printf(out, ", up to %u attempts", cause->attempts_most);
}

/* Adds two lines: how many files, the cause, and whether it passes; and the first of the files. */
static void add_cause(
    struct buf *out, const struct shoal_cause *cause, const struct shoal_totals *totals)
{
    struct buf count;
    buf_init(&count, UNITS_TEXT_SIZE);
    (void)numbers_add_count(&count, cause->count);
    (void)buf_printf(out, "%6s  ", buf_text(&count));
    buf_free(&count);
    (void)printable_add(out, cause->example, strlen(cause->example));
    (void)buf_add_text(out, "  (");
    add_durability(out, cause);
    add_size_limit(out, cause, totals);
    (void)buf_add_text(out, ")\n        ");
    (void)printable_add(out, cause->first_path.data, cause->first_path.length);
    if (cause->count > 1) {
        (void)buf_add_text(out, " and ");
        (void)numbers_add_count(out, cause->count - 1);
        (void)buf_add_text(out, " more");
    }
    (void)buf_add_byte(out, '\n');
}

static uint64_t bad_count(const struct shoal_totals *totals)
{
    return totals->verdicts[SHOAL_FAILED] + totals->verdicts[SHOAL_UNKNOWN];
}

static void add_causes(struct buf *out, const struct shoal_end *end)
{
    const struct shoal_totals *totals = end->totals;
    uint64_t bad = bad_count(totals);
    if (bad == 0 || end->cause_count == 0)
        return;
    (void)buf_add_text(out, totals->verdicts[SHOAL_FAILED] > 0 ? "FAILED " : "UNKNOWN ");
    (void)numbers_add_count(out, bad);
    (void)buf_add_text(out, " of ");
    (void)numbers_add_counted(out, totals->found, "file, ", "files, ");
    (void)numbers_add_counted(out, end->cause_count, "cause\n", "causes\n");
    for (size_t i = 0; i < end->cause_count && i < CAUSES_SHOWN; i++)
        add_cause(out, &end->causes[i], totals);
    if (end->cause_count > CAUSES_SHOWN) {
        (void)buf_add_text(out, "        and ");
        (void)numbers_add_counted(
            out, end->cause_count - CAUSES_SHOWN, "more cause\n", "more causes\n");
    }
}

/* Adds what the user may not expect: dot files that are included, and what is not a regular file.
 */
static void add_asides(struct buf *out, const struct shoal_totals *totals)
{
    if (totals->hidden == 0 && totals->passed_over == 0)
        return;
    (void)buf_add_byte(out, '(');
    if (totals->hidden > 0) {
        (void)numbers_add_counted(out, totals->hidden, "dot file", "dot files");
        (void)buf_add_text(out, " among them");
    }
    if (totals->hidden > 0 && totals->passed_over > 0)
        (void)buf_add_text(out, "; ");
    if (totals->passed_over > 0) {
        (void)numbers_add_counted(out, totals->passed_over, "link, FIFO, socket or device",
            "links, FIFOs, sockets or devices");
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

static void add_trouble(struct buf *out, const struct shoal_event *event)
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
    if (event->end.again_helps) {
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
    struct buf *out, const struct shoal_event *event, const struct summary_options *options)
{
    if (bad_count(event->end.totals) > 1) /* one alone has its line */
        add_causes(out, &event->end);
    if (options->quiet)
        return !out->failed;
    if (event->end.totals->found > 0)
        add_first_line(out, event, options->dry_run);
    add_asides(out, event->end.totals);
    add_left_out(out, event->end.totals, options->verbose);
    add_pairs(out, event->end.totals);
    add_trouble(out, event);
    return !out->failed;
}
