/* What rejections mean for the limit. Above limit, below search and adapt. */
#ifndef SHOAL_POLICY_ADAPT_PRESSURE_H
#define SHOAL_POLICY_ADAPT_PRESSURE_H

#include <stdint.h>

#include "policy/adapt.h"

/* Sets up what this file keeps: no rejection so far, no ceiling. */
void pressure_init(struct adapt *adapt);

/* An attempt was rejected. `pause_us`: the wait that its response asked for, microseconds, 0 for
 * none. May cut the limit. */
void pressure_note_rejection(
    struct adapt *adapt, const struct adapt_attempt *attempt, int64_t pause_us, int64_t now_us);

/* An attempt was accepted. */
void pressure_note_success(struct adapt *adapt, const struct adapt_attempt *attempt);

/* A lower limit was tried and was no better: `share` of the attempts, from 0 to 1, are rejected
 * whatever the load. */
void pressure_accept_share(struct adapt *adapt, double share);

/* A limit lower than `limit` was tried and was better: `limit` is a ceiling for a while. */
void pressure_set_ceiling(struct adapt *adapt, double limit, int64_t now_us);

/* A limit above the ceiling works: the ceiling goes, and the next one is short-lived again. */
void pressure_drop_ceiling(struct adapt *adapt);

/* The origin was away and is back: earlier rejections say nothing about it. */
void pressure_forget(struct adapt *adapt);

#endif
