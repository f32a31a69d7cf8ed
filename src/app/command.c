#include "app/command.h"

#include <shoal.h>
#include <stdbool.h>
#include <string.h>

#include "app/say.h"
#include "text/nearest.h"

/* The list that main() sets. */
static const struct command *const *commands;
static size_t command_count;

void commands_set(const struct command *const *list, size_t count)
{
    commands = list;
    command_count = count;
}

const struct command *const *commands_list(size_t *count)
{
    *count = command_count;
    return commands;
}

const struct command *commands_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i];
    }
    return NULL;
}

const char *commands_find_owner(const char *name)
{
    for (size_t i = 0; i < command_count; i++) {
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
    for (size_t i = 0; i < command_count; i++)
        nearest_offer(&nearest, commands[i]->name);
    if (name[0] == '-' && name[1] != '\0')
        say("unknown option '%s': options follow the command, as in shoal send %s", name, name);
    else if (nearest.name == NULL && is_upload(count, arguments))
        say("unknown command '%s'; to upload, write shoal send %s ...", name, name);
    else
        say("unknown command '%s'%s", name,
            nearest.name == NULL ? "; shoal --help lists the commands"
                                 : nearest_hint(&nearest, "'", "'", hint));
    return SHOAL_EXIT_USAGE;
}
