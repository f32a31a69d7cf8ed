/* Descriptors 0, 1 and 2. */
#ifndef SHOAL_APP_STANDARD_H
#define SHOAL_APP_STANDARD_H

#include <stdbool.h>

#include "base/must_use.h"

/* Opens /dev/null for each of the three that is closed, so that no file opened later gets its
 * number. False: /dev/null cannot be opened. */
MUST_USE bool standard_open(void);

/* Returns whether standard_open() found standard output closed. */
bool standard_output_was_closed(void);

#endif
