/* Why an attempt did not succeed, in one word for programs: enum shoal_reason. */
#ifndef SHOAL_POLICY_REASON_H
#define SHOAL_POLICY_REASON_H

#include "policy/outcome.h"
#include "shoal.h"

/* Returns the reason for an attempt that was not accepted. `rules`: those of outcome_of(), by which
 * a success whose response broke has the reason of what broke it. The table is in docs/verdicts.md.
 */
enum shoal_reason reason_of_attempt(
    const struct attempt_end *end, const struct outcome_rules *rules);

#endif
