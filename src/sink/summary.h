/* What a run came to, in a few lines for a person. */
#ifndef SHOAL_SINK_SUMMARY_H
#define SHOAL_SINK_SUMMARY_H

#include <shoal.h>

#include "base/buf.h"

/* Adds the lines for an END event, each with its newline; that
 * nothing was found is not among them. False: `out` failed. */
bool summary_add(struct buf *out, const struct shoal_event *event, bool dry_run);

#endif
