/* The limit itself: setting it, and what it allows. Above: target, pressure, search, adapt. */
#ifndef SHOAL_POLICY_ADAPT_LIMIT_H
#define SHOAL_POLICY_ADAPT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/adapt.h"

/* The lowest limit: one file in flight, and starts 4096 times as far apart as one file takes. */
#define LIMIT_LEAST (1.0 / 4096)

/* From here on only the limit's whole number counts: one file more or less matters little, and a
 * pause between starts would be too short to keep. */
#define LIMIT_WHOLE_FROM 8

/* Sets the limit, moved into the range from LIMIT_LEAST to the highest allowed, and begins a
 * measurement once the change can show. */
void limit_set(struct adapt *adapt, double limit, int64_t now_us);

/* Begins a measurement at the present limit, once what started under another one has ended. */
void limit_measure(struct adapt *adapt, int64_t now_us);

/* Sets the limit as limit_set() does, and holds it without a base: the measurement that begins is
 * the next one's. */
void limit_hold(struct adapt *adapt, double limit, int64_t now_us);

/* Returns how many files the limit allows in flight once all of it is in use: 1 or more. */
unsigned limit_slots(const struct adapt *adapt);

/* Returns whether starts are spaced, because the limit has a fraction that counts. */
bool limit_is_paced(const struct adapt *adapt);

/* Returns whether the limit is higher than the ceiling says the server can bear. */
bool limit_is_above_ceiling(const struct adapt *adapt);

#endif
