/* The help of the commands, generated from their tables of options. */
#ifndef SHOAL_APP_HELP_H
#define SHOAL_APP_HELP_H

#include <stddef.h>

#include "base/must_use.h"
#include "core/options.h"

/* Writes `text` to standard output. Returns SHOAL_EXIT_OK, or SHOAL_EXIT_FAILED after saying
 * why it could not be written. */
MUST_USE int help_print(const char *text);

/* Prints the help of a command: `introduction`, the `count` options of `table` with a heading for
 * each group, wrapped to 80 columns, then `closing`. Returns the exit status, as help_print(). */
MUST_USE int help_command(
    const char *introduction, const struct option_row *table, size_t count, const char *closing);

/* Prints `shoal VERSION`. Returns the exit status, as help_print(). */
MUST_USE int help_version(void);

#endif
