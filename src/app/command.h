/* The commands, as their help and the completions see them. */
#ifndef SHOAL_APP_COMMAND_H
#define SHOAL_APP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/must_use.h"
#include "core/options.h"

/* What the operands of a command are. */
enum command_operands {
    COMMAND_TAKES_NONE,
    COMMAND_TAKES_FILES,    /* paths */
    COMMAND_TAKES_RECIPES,  /* names of recipes, and paths */
    COMMAND_TAKES_SHELLS,   /* those for which there are completions */
    COMMAND_TAKES_COMMANDS, /* names of commands */
};

/* One command. Everything in it is constant. */
struct command {
    const char *name;
    const char *operands; /* what follows the name in its help: "[options] PATH... URL" */
    const char *summary;  /* what it does, for the list of commands */
    bool unlisted;        /* the first screen of help does not list it */
    const char *about;    /* the same in full: lines of at most 80 columns */
    const char *examples; /* up to three lines, indented */
    /* Names of the options that its help has, then NULL; NULL: all. --help all has all. */
    const char *const *common;
    const char *(*more)(void); /* returns what --help all ends with; NULL: nothing */
    /* Returns its table of options, and its length in `*count`. */
    const struct option_row *(*options)(size_t *count);
    enum command_operands takes;
    /* Runs it with the arguments after its name. Returns the exit status (enum shoal_exit). */
    int (*run)(int count, char **arguments);
};

/* Rows that every table of options of a command ends with. The group is "Help". */
#define COMMAND_HELP_ROWS(group_name)                                                              \
    {.name = "help",                                                                               \
        .letter = 'h',                                                                             \
        .scope = OPTION_OUTPUT,                                                                    \
        .value = OPTION_EQUALS_ONLY,                                                               \
        .shows = "[=all]",                                                                         \
        .choices = (const char *const[]){"all", NULL},                                             \
        .group = (group_name),                                                                     \
        .help = "Show this help; --help all shows all of it"},                                     \
    {                                                                                              \
        .name = "version", .letter = 'V', .scope = OPTION_OUTPUT, .group = (group_name),           \
        .help = "Show the version"                                                                 \
    }

/* Makes `list`, which must outlive everything, the commands: the first one is shown first. */
void commands_set(const struct command *const *list, size_t count);

/* The commands, in the order in which help lists them. Sets `*count` to their number. */
const struct command *const *commands_list(size_t *count);

/* The command with that name; NULL: there is none. */
const struct command *commands_find(const char *name);

/* The name of the first command that has the option `name`, a letter or a long name; NULL: none. */
const char *commands_find_owner(const char *name);

/* Says that `name` is not a command, and which is similar. `arguments` are the `count` ones that
 * follow it. Returns the exit status. */
MUST_USE int commands_unknown(const char *name, int count, char **arguments);

#endif
