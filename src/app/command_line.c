#include "app/command_line.h"

#include "app/help.h"
#include "app/say.h"

bool command_line_read(
    const struct command *command, struct args *args, int count, char **arguments, int *status)
{
    struct error error = {0};
    enum args_end end = ARGS_READ;
    args->owner = commands_find_owner;
    args->table = command->options(&args->table_count);
    if (!args_read(args, count, arguments, &end, &error)) {
        *status = say_wrong(command->name, error.text);
        return false;
    }
    if (end == ARGS_VERSION)
        *status = help_version();
    else if (end != ARGS_READ)
        *status = help_of(command, end == ARGS_HELP_ALL);
    return end == ARGS_READ;
}
