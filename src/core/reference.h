/* Values that are given by reference: env:NAME, file:PATH, fd:N. */
#ifndef SHOAL_CORE_REFERENCE_H
#define SHOAL_CORE_REFERENCE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"

/* Bytes of one value that is read from elsewhere. */
#define REFERENCE_VALUE_MOST (1024 * 1024)

/* Whether `source` says where a value is: env:NAME, file:PATH or fd:N. */
MUST_USE bool reference_is(const char *source);

/* Reads the value that the reference `source` names into `value`. One line end at its end is
 * removed. False with `error`: there is none, or it is empty (`*is_missing` is then true); it
 * cannot be read, is larger than the maximum of `value`, or contains a control byte. */
MUST_USE bool reference_read(
    const char *source, struct buf *value, bool *is_missing, struct error *error);

#endif
