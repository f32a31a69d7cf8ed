/* The commands, each in the file of its name, and which one runs. */
#ifndef SHOAL_APP_COMMANDS_H
#define SHOAL_APP_COMMANDS_H

#include "app/command.h"
#include "base/must_use.h"

/* `shoal send`. Overwrites secrets in its arguments. If the run was interrupted, ends the process
 * by that signal instead of returning. */
extern const struct command send_command;

/* `shoal recipes`. */
extern const struct command recipes_command;

/* `shoal report`. */
extern const struct command report_command;

/* `shoal status`. */
extern const struct command status_command;

/* `shoal serve`. Returns after SIGINT or SIGTERM. */
extern const struct command serve_command;

/* `shoal completion`. */
extern const struct command completion_command;

/* `shoal help`. */
extern const struct command help_command;

/* Runs the command that the first of `count` arguments names, with the others. Without arguments,
 * or with a name that is not a command's, says what there is. Returns the exit status. */
MUST_USE int commands_run(int count, char **arguments);

#endif
