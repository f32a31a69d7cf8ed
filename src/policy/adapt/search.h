/* The search for the best limit, by measuring. Above target and pressure, below adapt. */
#ifndef SHOAL_POLICY_ADAPT_SEARCH_H
#define SHOAL_POLICY_ADAPT_SEARCH_H

#include <stdint.h>

#include "policy/adapt.h"

/* Grows from `limit` on, as long as that pays. With -j N it holds `limit`. */
void search_grow_from(struct adapt *adapt, double limit, int64_t now_us);

/* Acts on the measurement if it has enough in it: keeps measuring, or sets another limit. */
void search_step(struct adapt *adapt, int64_t now_us);

#endif
