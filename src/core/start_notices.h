/* What a person should know before the first file is sent. */
#ifndef SHOAL_CORE_START_NOTICES_H
#define SHOAL_CORE_START_NOTICES_H

#include "core/config.h"
#include "core/event.h"
#include "core/only_failed.h"
#include "io/journal.h"

/* What the notices are about. All of it is the caller's. */
struct start_notices {
    struct events *events;           /* takes them */
    const struct config *config;     /* what was asked for */
    unsigned jobs_most;              /* files in flight that the system's limits allow */
    const struct only_failed *known; /* --only-failed; NULL: not given */
    const struct journal *journal;   /* --journal; NULL: not given */
};

/* Reports the notices, in the order in which they matter. */
void start_notices_tell(const struct start_notices *notices);

#endif
