/* The help of shoal itself: which commands there are. */
#ifndef SHOAL_APP_OVERVIEW_H
#define SHOAL_APP_OVERVIEW_H

#include "base/must_use.h"

/* Prints it. Returns the exit status, as help_print(). */
MUST_USE int overview_print(void);

/* Writes it to standard error, because no command was given. Returns SHOAL_EXIT_USAGE. */
MUST_USE int overview_missing(void);

#endif
