/* The result of a run, in a few lines for people. */
#ifndef SHOAL_SINK_SUMMARY_H
#define SHOAL_SINK_SUMMARY_H

#include <shoal.h>

#include "base/buf.h"

/* Adds the lines for the END event `event`, each with its newline: if more than one file failed,
 * the ten most frequent causes; and the totals, but not with `quiet`. There is no line for a run
 * that found no file. False: `out` failed. */
bool summary_add(struct buf *out, const struct shoal_event *event, bool dry_run, bool quiet);

#endif
