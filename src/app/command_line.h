/* Reads the command line of a command, help included. */
#ifndef SHOAL_APP_COMMAND_LINE_H
#define SHOAL_APP_COMMAND_LINE_H

#include <stdbool.h>

#include "app/args.h"
#include "app/command.h"
#include "base/must_use.h"

/* Reads the arguments of a command with `args`, whose table is set here. True: run it. False:
 * `*status` is its exit status, after its help or the version was printed, or an error said. */
MUST_USE bool command_line_read(
    const struct command *command, struct args *args, int count, char **arguments, int *status);

#endif
