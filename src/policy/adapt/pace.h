/* A rate of starts, learned from what a server that counts per second accepts. Above limit, below
 * adapt. */
#ifndef SHOAL_POLICY_ADAPT_PACE_H
#define SHOAL_POLICY_ADAPT_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/adapt.h"

/* Returns whether starts are paced. */
bool pace_is_set(const struct adapt_pace *pace);

/* Returns when the pace allows the next start: `now_us` for at once. */
int64_t pace_next_us(const struct adapt_pace *pace, int64_t now_us);

/* An attempt starts. */
void pace_note_start(struct adapt_pace *pace, int64_t now_us);

/* An attempt was accepted. */
void pace_note_success(struct adapt_pace *pace, const struct adapt_attempt *attempt);

/* The response of an attempt asked for a wait. `rejected`: it was not accepted itself. `pause_us`:
 * how long the whole origin pauses for it; 0: only the file waits. */
void pace_note_ask(struct adapt_pace *pace, const struct adapt_attempt *attempt, bool rejected,
    int64_t pause_us, int64_t now_us);

/* Raises the pace when it is time to find out whether the server accepts more by now. */
void pace_step(struct adapt_pace *pace, int64_t now_us);

/* Forgets the pace, and what led to it. */
void pace_forget(struct adapt_pace *pace);

#endif
