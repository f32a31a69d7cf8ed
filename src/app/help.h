/* The help, generated from the commands and their tables of options. */
#ifndef SHOAL_APP_HELP_H
#define SHOAL_APP_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "app/command.h"
#include "base/buf.h"
#include "base/must_use.h"

/* Writes `text` to standard output. Returns SHOAL_EXIT_OK, or SHOAL_EXIT_FAILED after saying
 * why it could not be written. A closed pipe is not a failure: its reader has seen enough. */
MUST_USE int help_print(const char *text);

/* Prints the help of a command: its common options, a line each, which fits a screen; or `all` of
 * them in full, with a heading for each group. Returns the exit status, as help_print(). */
MUST_USE int help_of(const struct command *command, bool all);

/* Prints what `shoal --help` does, or the whole help of each command (`all`). Returns the exit
 * status, as help_print(). */
MUST_USE int help_overview(bool all);

/* Writes what `shoal --help` prints to the descriptor `descriptor`. */
void help_write_overview(int descriptor);

/* Adds `text` to `out`, wrapped so that lines have at most 80 columns, and a newline. The first
 * line has `column` bytes already; the others begin with `indent` blanks. */
void help_add_wrapped(struct buf *out, const char *text, size_t column, size_t indent);

/* Adds the first sentence of an option's text, up to its period or colon. */
void help_add_first_sentence(struct buf *out, const struct option_row *row);

/* Prints `shoal VERSION`. Returns the exit status, as help_print(). */
MUST_USE int help_version(void);

#endif
