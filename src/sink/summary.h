/* The result of a run, in a few lines for people. */
#ifndef SHOAL_SINK_SUMMARY_H
#define SHOAL_SINK_SUMMARY_H

#include <shoal.h>

#include "base/buf.h"

/* What else decides about the lines. */
struct summary_options {
    bool dry_run; /* nothing was sent */
    bool quiet;   /* only the causes */
    bool verbose; /* what is left out was named, with `dry_run` */
};

/* Adds the lines for the END event `event`, each with its newline: if more than one file failed,
 * the ten most frequent causes; and the totals, but not if quiet. There is no line for a run
 * that found no file. False: `out` failed. */
bool summary_add(
    struct buf *out, const struct shoal_event *event, const struct summary_options *options);

#endif
