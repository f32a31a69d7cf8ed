/* What verdicts mean to a reader. */
#ifndef SHOAL_SINK_VERDICT_H
#define SHOAL_SINK_VERDICT_H

#include <shoal.h>
#include <stdbool.h>

/* Whether a file with this verdict may not have reached the server. */
static inline bool verdict_is_bad(enum shoal_verdict verdict)
{
    return verdict == SHOAL_FAILED || verdict == SHOAL_UNKNOWN;
}

#endif
