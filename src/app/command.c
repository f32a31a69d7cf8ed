#include "app/command.h"

#include <shoal.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/help.h"
#include "app/say.h"
#include "text/nearest.h"

static const struct command *const commands[] = {
    &send_command,
    &recipes_command,
    &report_command,
    &status_command,
#ifdef SHOAL_WITH_RECEIVER
    &serve_command,
#endif
    &help_command,
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

const struct command *const *commands_list(size_t *count)
{
    *count = COMMAND_COUNT;
    return commands;
}

const struct command *commands_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i];
    }
    return NULL;
}

/* The first command that has the option `name`, a letter or a long name; NULL: none has. */
static const char *find_owner(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t count;
        const struct option_row *table = commands[i]->options(&count);
        if (option_find_in(table, count, name) != NULL ||
            (name[1] == '\0' && option_find_letter_in(table, count, name[0]) != NULL))
            return commands[i]->name;
    }
    return NULL;
}

/* Is one of the arguments a URL? Then `send` is missing. */
static bool is_upload(int count, char **arguments)
{
    for (int i = 0; i < count; i++) {
        if (strstr(arguments[i], "://") != NULL)
            return true;
    }
    return false;
}

int commands_unknown(const char *name, int count, char **arguments)
{
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        nearest_offer(&nearest, commands[i]->name);
    if (name[0] == '-' && name[1] != '\0')
        say("unknown option '%s': options follow the command, as in shoal send %s", name, name);
    else if (nearest.name == NULL && is_upload(count, arguments))
        say("unknown command '%s'; to upload, write shoal send %s ...", name, name);
    else
        say("unknown command '%s'%s; shoal --help lists the commands", name,
            nearest_hint(&nearest, "'", "'", hint));
    return SHOAL_EXIT_USAGE;
}

bool command_read(
    const struct command *command, struct args *args, int count, char **arguments, int *status)
{
    struct error error = {0};
    enum args_end end = ARGS_READ;
    args->owner = find_owner;
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
