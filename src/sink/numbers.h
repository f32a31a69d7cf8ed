/* Numbers as people read them. */
#ifndef SHOAL_SINK_NUMBERS_H
#define SHOAL_SINK_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "shoal.h"

/* Files with a verdict, or in a dry run with a plan. */
uint64_t numbers_done(const struct shoal_totals *totals);

/* How many files there are in all, if that is known, else 0: all are found, or a look ahead has
 * counted them. */
uint64_t numbers_total(const struct shoal_progress *progress);

/* Adds `count` with commas: "1,234,567". False: `out` failed. */
bool numbers_add_count(struct buf *out, uint64_t count);

/* Adds `count` and the word for it, `one` or `many`: "1 file", "2,041 files". False: `out`
 * failed. */
bool numbers_add_counted(struct buf *out, uint64_t count, const char *one, const char *many);

/* Adds a number of bytes as "31.2 MiB". False: `out` failed. */
bool numbers_add_bytes(struct buf *out, int64_t bytes);

#endif
