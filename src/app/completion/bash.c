/* Functions for bash that know the options: see shoal.bash. */
#include <stddef.h>

#include "app/completion/private.h"

static const char *kind_name(const struct option_row *row)
{
    static const char *const names[] = {
        [COMPLETION_FLAG] = "flag",
        [COMPLETION_TEXT] = "text",
        [COMPLETION_CHOICE] = "choice",
        [COMPLETION_FILE] = "file",
        [COMPLETION_FOLDER] = "folder",
        [COMPLETION_RECIPE] = "recipe",
        [COMPLETION_VARIABLE] = "variable",
        [COMPLETION_FORM] = "form",
        [COMPLETION_REFERENCE] = "reference",
    };
    return names[completion_kind(row)];
}

static void add_command_names(struct buf *out)
{
    size_t count;
    const struct command *const *commands = commands_list(&count);
    (void)buf_add_text(out, "# Sets `commands`.\n_shoal_list_commands()\n{\n    commands='");
    for (size_t i = 0; i < count; i++)
        (void)buf_printf(out, "%s%s", i == 0 ? "" : " ", commands[i]->name);
    (void)buf_add_text(out, "'\n}\n");
}

/* A case for a command: the names of its options, and those of add- and no-. */
static void add_names(struct buf *out, const struct command *command)
{
    size_t count;
    const struct option_row *table = command->options(&count);
    (void)buf_printf(out, "        %s)\n            options='", command->name);
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(out, "%s--%s", i == 0 ? "" : " ", table[i].name);
        if (table[i].value == OPTION_EQUALS_ONLY)
            (void)buf_printf(out, " --%s=", table[i].name);
    }
    (void)buf_add_text(out, "'\n            more='");
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        const char *prefix = completion_prefix(&table[i]);
        if (prefix == NULL)
            continue;
        (void)buf_printf(out, "%s--%s%s", separator, prefix, table[i].name);
        separator = " ";
    }
    (void)buf_add_text(out, "'\n            ;;\n");
}

/* A case for an option: what completes its value. */
static void add_row(struct buf *out, const struct command *command, const struct option_row *row)
{
    (void)buf_printf(out, "        %s:--%s", command->name, row->name);
    if (row->letter != 0)
        (void)buf_printf(out, " | %s:-%c", command->name, row->letter);
    if (row->scope == OPTION_ENGINE && row->repeats)
        (void)buf_printf(out, " | %s:--add-%s", command->name, row->name);
    (void)buf_printf(
        out, ") value='%s%s'", row->value == OPTION_EQUALS_ONLY ? "optional-" : "", kind_name(row));
    if (row->choices != NULL) {
        (void)buf_add_text(out, " choices=");
        completion_add_choices(out, row);
    }
    (void)buf_add_text(out, " ;;\n");
}

static void add_operands(struct buf *out, const struct command *command)
{
    static const char *const kinds[] = {
        [COMMAND_TAKES_NONE] = "text",
        [COMMAND_TAKES_FILES] = "file",
        [COMMAND_TAKES_RECIPES] = "recipe",
        [COMMAND_TAKES_SHELLS] = "shell",
        [COMMAND_TAKES_COMMANDS] = "command",
    };
    (void)buf_printf(out, "        %s) value='%s' ;;\n", command->name, kinds[command->takes]);
}

void completion_add_bash(struct buf *out)
{
    size_t count;
    const struct command *const *commands = commands_list(&count);
    add_command_names(out);
    (void)buf_add_text(out,
        "\n# Sets `options` to the names of a command's options, and `more` to "
        "those for options files.\n_shoal_options()\n{\n    options='' more=''\n"
        "    case $1 in\n");
    for (size_t i = 0; i < count; i++)
        add_names(out, commands[i]);
    (void)buf_add_text(out, "    esac\n}\n\n# Sets `value` to what the value of COMMAND:OPTION is, "
                            "and `choices`.\n_shoal_row()\n{\n    case $1 in\n");
    for (size_t i = 0; i < count; i++) {
        size_t rows;
        const struct option_row *table = commands[i]->options(&rows);
        for (size_t k = 0; k < rows; k++)
            add_row(out, commands[i], &table[k]);
    }
    (void)buf_add_text(out, "    esac\n}\n\n# Sets `value` to what the operands of a command are.\n"
                            "_shoal_operands()\n{\n    value=text\n    case $1 in\n");
    for (size_t i = 0; i < count; i++)
        add_operands(out, commands[i]);
    (void)buf_add_text(out, "    esac\n}\n\ncomplete -F _shoal shoal\n");
}
