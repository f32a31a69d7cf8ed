/* Second files: whether those that -F names for each file exist. */
#ifndef SHOAL_CORE_SCHED_PAIRS_H
#define SHOAL_CORE_SCHED_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/must_use.h"
#include "core/event.h"
#include "core/plan.h"

/* What is known about the second files of one form field. */
struct pairs_field;

/* Counts second files. All zero, or after pairs_free(): there are none. */
struct pairs {
    const struct config *config; /* the caller's */
    struct pairs_field
        *fields; /* one for each field of `config`; owned; NULL: no field is a pair */
};

/* Initializes the counts. False: out of memory. */
MUST_USE bool pairs_init(struct pairs *pairs, const struct config *config);

/* Frees what it holds. */
void pairs_free(struct pairs *pairs);

/* Counts the second files of `entry`, whose plan the reader has loaded for the first time. Returns
 * whether one of them does not exist. */
bool pairs_note(struct pairs *pairs, const struct entry *entry, const struct plan *plan);

/* At the end of the walk: reports each form field for which no file at all has a second file. That
 * is a problem, or with --without-pair send a notice: the template is probably wrong. */
void pairs_report(const struct pairs *pairs, struct events *events);

#endif
