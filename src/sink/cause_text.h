/* What is told of a cause of failures, beside its text: for the summary and for CI systems. */
#ifndef SHOAL_SINK_CAUSE_TEXT_H
#define SHOAL_SINK_CAUSE_TEXT_H

#include <shoal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Whether its files were never attempted: then they did not fail either. */
bool cause_text_is_unattempted(const struct shoal_cause *cause);

/* Returns how many of the run's causes are failures. */
size_t cause_text_count(const struct shoal_end *end);

/* Adds whether the failure passes, and how many attempts there were: "temporary, 6 attempts each".
 */
void cause_text_add_fate(struct buf *out, const struct shoal_cause *cause);

/* Adds "18:48:59-18:50:10 UTC", when its files failed, with `dash` between the times; one time if
 * they are equal. `start_seconds`: when the run began, since 1970; 0: not known, adds nothing. */
void cause_text_add_times(
    struct buf *out, const struct shoal_cause *cause, int64_t start_seconds, const char *dash);

/* Adds "1.2 MiB and more; largest sent 0.9 MiB", where sizes may be the reason; else nothing.
 * Returns whether it did. */
bool cause_text_add_limit(
    struct buf *out, const struct shoal_cause *cause, const struct shoal_totals *totals);

/* Adds the HTTP status of the cause, or its reason in quotes: "502", "'stall'". */
void cause_text_add_label(struct buf *out, const struct shoal_cause *cause);

/* If the end of the run only waited for the files of one cause, returns that cause, and in
 * `*percent` the part of the run's time. NULL: there is none, or it was not long. `event` is the
 * END event; `last_good_us`: its time of the last verdict of a file that did not fail. */
const struct shoal_cause *cause_text_find_slowest(
    const struct shoal_event *event, int64_t last_good_us, unsigned *percent);

#endif
