/* The commands. Each reads the arguments after its own name and returns the exit status (enum
 * shoal_exit). */
#ifndef SHOAL_APP_COMMANDS_H
#define SHOAL_APP_COMMANDS_H

#include "base/must_use.h"

/* `shoal send`. Overwrites secrets in `arguments`. If the run was interrupted, ends the process by
 * that signal instead of returning. */
MUST_USE int send_command(int count, char **arguments);

/* `shoal recipes`. */
MUST_USE int recipes_command(int count, char **arguments);

/* `shoal report`. */
MUST_USE int report_command(int count, char **arguments);

/* `shoal status`. */
MUST_USE int status_command(int count, char **arguments);

/* `shoal serve`. Returns after SIGINT or SIGTERM. */
MUST_USE int serve_command(int count, char **arguments);

#endif
