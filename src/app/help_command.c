/* shoal help */
#include <string.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/help.h"

static const struct option_row table[] = {COMMAND_HELP_ROWS("Help")};

static const struct option_row *options(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

/* What the command line says. */
struct help {
    const char *name; /* of a command; NULL: none is named */
    bool all;
};

static bool read_operand(void *context, char *text, struct error *error)
{
    struct help *help = context;
    if (strcmp(text, "all") == 0)
        help->all = true;
    else if (help->name != NULL)
        return error_set(
            error, ERROR_USAGE, 0, "name one command, not '%s' and '%s'", help->name, text);
    else
        help->name = text;
    return true;
}

static int run_help(int count, char **arguments)
{
    struct help help = {0};
    struct args args = {.operand = read_operand, .context = &help};
    int status;
    if (!command_line_read(&help_command, &args, count, arguments, &status))
        return status;
    if (help.name == NULL)
        return help_overview(help.all);
    const struct command *command = commands_find(help.name);
    return command == NULL ? commands_unknown(help.name, 0, NULL) : help_of(command, help.all);
}

const struct command help_command = {
    .name = "help",
    .operands = "[COMMAND] [all]",
    .summary = "Show the help of a command",
    .unlisted = true,
    .about = "Shows the common options of a command; with `all`, all of them in full.\n",
    .examples = "  shoal help send\n  shoal help send all\n",
    .options = options,
    .takes = COMMAND_TAKES_COMMANDS,
    .run = run_help,
};
