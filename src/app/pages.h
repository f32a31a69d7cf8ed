/* What is written when a run has ended: --report and --junit. */
#ifndef SHOAL_APP_PAGES_H
#define SHOAL_APP_PAGES_H

#include <shoal.h>
#include <stdbool.h>

#include "app/output_options.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/must_use.h"

/* The pages of one run. */
struct pages;

/* Makes the pages that `options` ask for, under temporary names. `options` must outlive them. The
 * caller frees them with pages_free(). NULL with `error`: a file cannot be made, and the run must
 * not start. */
MUST_USE struct pages *pages_new(const struct output_options *options, struct error *error);

/* Removes what was not finished, and frees everything. NULL does nothing. */
void pages_free(struct pages *pages);

/* Takes every event of the run. `clock` tells when the run began. */
void pages_event(struct pages *pages, const struct shoal_event *event, const struct clock *clock);

/* Writes the pages and gives them their names. False: one could not be written, and the user was
 * told so. */
MUST_USE bool pages_finish(struct pages *pages);

#endif
