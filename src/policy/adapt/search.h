/* The search for the best limit by measuring: adapt.c's other half, for adapt.c alone. */
#ifndef SHOAL_POLICY_ADAPT_SEARCH_H
#define SHOAL_POLICY_ADAPT_SEARCH_H

#include <stdint.h>

#include "policy/adapt.h"

#define ADAPT_CEILING_HOLD_US INT64_C(1000000) /* how long a rejection is heeded at first */

/* Sets the limit, within bounds, and begins a measurement once the change can show. */
void adapt_set_limit(struct adapt *adapt, double limit, int64_t now_us);

/* Stays at the present limit and measures it anew. */
void adapt_hold(struct adapt *adapt, int64_t now_us);

/* Grows from `limit` on as long as that pays. */
void adapt_grow_from(struct adapt *adapt, double limit, int64_t now_us);

/* Looks at what the measurement has measured, and acts where it is enough. */
void adapt_look(struct adapt *adapt, int64_t now_us);

#endif
