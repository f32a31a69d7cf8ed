#include "app/commands.h"

#include <shoal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "app/help.h"
#ifndef SHOAL_WITH_RECEIVER
#include "app/say.h"
#endif

static const struct command *const commands[] = {
    &send_command,
    &recipes_command,
    &report_command,
    &status_command,
#ifdef SHOAL_WITH_RECEIVER
    &serve_command,
#endif
    &completion_command,
    &help_command,
};

int commands_run(int count, char **arguments)
{
    commands_set(commands, sizeof commands / sizeof *commands);
    if (count < 1) {
        help_write_overview(STDERR_FILENO);
        return SHOAL_EXIT_USAGE;
    }
    const char *name = arguments[0];
    if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
        return help_command.run(count - 1, arguments + 1);
    if (strcmp(name, "--help=all") == 0)
        return help_overview(true);
    if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0)
        return help_version();
    const struct command *command = commands_find(name);
#ifndef SHOAL_WITH_RECEIVER
    if (strcmp(name, "serve") == 0) {
        say("'serve' is not in this build of shoal, which has no receiver");
        return SHOAL_EXIT_USAGE;
    }
#endif
    if (command == NULL)
        return commands_unknown(name, count - 1, arguments + 1);
    return command->run(count - 1, arguments + 1);
}
