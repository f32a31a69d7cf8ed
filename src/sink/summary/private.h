/* What the files of the summary share. */
#ifndef SHOAL_SINK_SUMMARY_PRIVATE_H
#define SHOAL_SINK_SUMMARY_PRIVATE_H

#include "sink/summary.h"

/* Returns how many files failed, were not attempted, or are unknown. */
uint64_t summary_bad_count(const struct shoal_totals *totals);

/* Adds the headline `FAILED 102 of 3,000 files, 4 causes` and the lines of the causes. At least one
 * file is bad. */
void summary_add_causes(
    struct buf *out, const struct shoal_event *event, const struct summary_facts *facts);

#endif
