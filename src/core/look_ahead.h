/* A look ahead at what a run is going to send (io/tally.h), once the run has lasted long enough for
 * somebody to be shown how much is left. */
#ifndef SHOAL_CORE_LOOK_AHEAD_H
#define SHOAL_CORE_LOOK_AHEAD_H

#include <shoal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"
#include "core/walk_setup.h"
#include "io/tally.h"

/* The look ahead of one run. All zero: none is wanted. */
struct look_ahead {
    struct tally *tally; /* owned; NULL: not begun, or of no use */
    bool wanted;         /* somebody is shown what it counts, and it has not begun */
    int64_t after_us;    /* when it begins, microseconds after the run did */
};

/* Begins to look ahead if it is due: the run has lasted `elapsed_us`, in microseconds. Sets what is
 * known to `progress`. `config` and what `own` refers to must outlive the look. */
void look_ahead_report(struct look_ahead *ahead, const struct config *config,
    const struct walk_setup_own *own, int64_t elapsed_us, struct shoal_progress *progress);

/* Ends its thread and frees it. False: the thread hangs in a system call, and what it uses must
 * stay in place until the process ends; its rules are left to it then. */
MUST_USE bool look_ahead_end(struct look_ahead *ahead, struct config *config);

#endif
