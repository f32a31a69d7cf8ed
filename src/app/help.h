/* The help, made from the tables of options. */
#ifndef SHOAL_APP_HELP_H
#define SHOAL_APP_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "core/options.h"

/* Adds the options, a heading for each group, wrapped to 80 columns. False: `out` failed. */
bool help_add_options(struct buf *out, const struct option_row *table, size_t count);

/* Writes `text` to standard output. Gives the exit status: 0, or 1 where it could not be written.
 */
int help_print(const char *text);

/* The whole help of a command: `introduction`, then its options. Gives the exit status. */
int help_command(const char *introduction, const struct option_row *table, size_t count);

/* `shoal VERSION`. Gives the exit status. */
int help_version(void);

#endif
