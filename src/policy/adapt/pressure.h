/* What rejections mean for the limit: adapt.c's other half, for adapt.c alone. */
#ifndef SHOAL_POLICY_ADAPT_PRESSURE_H
#define SHOAL_POLICY_ADAPT_PRESSURE_H

#include <stdint.h>

#include "policy/adapt.h"

/* An attempt was rejected; its answer asked for a pause, or `pause_us` is 0. */
void pressure_note_rejection(
    struct adapt *adapt, const struct adapt_attempt *attempt, int64_t pause_us, int64_t now_us);

/* One was taken. */
void pressure_note_success(struct adapt *adapt, const struct adapt_attempt *attempt);

/* Less was tried, and was no better: such a share is rejected whatever the load. */
void pressure_take_for_usual(struct adapt *adapt, double share);

/* Less was tried from `limit`, and was better: that much is heeded for a while. */
void pressure_take_for_load(struct adapt *adapt, double limit, int64_t now_us);

/* The origin was away and is back: what was rejected before says nothing. */
void pressure_forget(struct adapt *adapt);

#endif
