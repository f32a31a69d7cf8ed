/* What a CI system gets beside the log, where the variables of one are set: GITHUB_ACTIONS,
 * GITHUB_STEP_SUMMARY, GITLAB_CI. */
#ifndef SHOAL_APP_CI_H
#define SHOAL_APP_CI_H

#include <shoal.h>
#include <stdbool.h>

#include "app/output_options.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/must_use.h"
#include "sink/writer.h"

/* The CI system of one run; none does nothing. */
struct ci;

/* Finds the CI system. `writer` writes to the log, as it is. `options` and `clock` must outlive it.
 * The caller frees it with ci_free(). NULL: out of memory. */
MUST_USE struct ci *ci_new(
    struct writer writer, const struct output_options *options, const struct clock *clock);

/* Frees it. NULL does nothing. */
void ci_free(struct ci *ci);

/* Whether lines of the log must be changed so that the runner obeys nothing in them. */
bool ci_obeys_log(const struct ci *ci);

/* Takes an event before the lines about it are written. */
void ci_before(struct ci *ci, const struct shoal_event *event);

/* Takes an event after the lines about it were written. */
void ci_after(struct ci *ci, const struct shoal_event *event);

#endif
