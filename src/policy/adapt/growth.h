/* The first look at a new limit while growing, before a measurement can have begun. Above limit,
 * below search. */
#ifndef SHOAL_POLICY_ADAPT_GROWTH_H
#define SHOAL_POLICY_ADAPT_GROWTH_H

#include <stdbool.h>

#include "policy/adapt.h"

/* An attempt ended. `in_flight`: how many were in flight just before, itself included. `slot_us`:
 * how long it was. `work`: in files, 0 if it was not accepted. */
void growth_note_end(struct adapt *adapt, const struct adapt_attempt *attempt, unsigned in_flight,
    double slot_us, double work);

/* Returns whether the attempts that started first at this limit have all ended, and tell its yield
 * well enough, which is then stored in `yield`. */
bool growth_yield(const struct adapt *adapt, struct adapt_yield *yield);

#endif
