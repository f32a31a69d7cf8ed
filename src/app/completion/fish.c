/* Lines for fish that know the options: see shoal.fish. */
#include <stddef.h>

#include "app/completion/private.h"
#include "app/help.h"

static void add_description(struct buf *out, const char *text)
{
    (void)buf_add_text(out, " -d '");
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            (void)buf_add_byte(out, '\\');
        (void)buf_add_byte(out, *text);
    }
    (void)buf_add_text(out, "'\n");
}

/* Adds what completes an option's value. */
static void add_value(struct buf *out, const struct option_row *row)
{
    static const char *const lists[] = {
        [COMPLETION_FILE] = " -F",
        [COMPLETION_FOLDER] = " -a '(__fish_complete_directories (commandline -ct) \"\")'",
        [COMPLETION_RECIPE] = " -F -a '(__shoal_recipes)'",
        [COMPLETION_VARIABLE] = " -a '(__shoal_variables)'",
        [COMPLETION_FORM] = " -a '(__shoal_form)'",
        [COMPLETION_REFERENCE] = " -a '(__shoal_reference \"\")'",
    };
    enum completion_kind kind = completion_kind(row);
    bool takes_files = kind == COMPLETION_FILE || kind == COMPLETION_RECIPE;
    if (row->value == OPTION_REQUIRED)
        (void)buf_add_text(out, takes_files ? " -r" : " -x");
    else if (kind != COMPLETION_FLAG && !takes_files)
        (void)buf_add_text(out, " -f");
    if (kind == COMPLETION_CHOICE) {
        (void)buf_add_text(out, " -a ");
        completion_add_choices(out, row);
    } else if (kind != COMPLETION_FLAG && kind != COMPLETION_TEXT) {
        (void)buf_add_text(out, lists[kind]);
    }
}

static void add_text(struct buf *out, const struct option_row *row)
{
    struct buf text;
    buf_init(&text, 4096);
    help_add_first_sentence(&text, row);
    add_description(out, buf_text(&text));
    buf_free(&text);
}

static void add_row(struct buf *out, const struct command *command, const struct option_row *row)
{
    (void)buf_printf(out, "complete -c shoal -n '__shoal_is %s' -l %s", command->name, row->name);
    if (row->letter != 0)
        (void)buf_printf(out, " -s %c", row->letter);
    add_value(out, row);
    add_text(out, row);
    const char *prefix = completion_prefix(row);
    if (prefix == NULL)
        return;
    (void)buf_printf(out, "complete -c shoal -n '__shoal_is %s; and __shoal_begins --%s' -l %s%s",
        command->name, prefix, prefix, row->name);
    if (row->repeats)
        add_value(out, row);
    add_text(out, row);
}

static void add_operands(struct buf *out, const struct command *command)
{
    static const char *const lists[] = {
        [COMMAND_TAKES_NONE] = NULL,
        [COMMAND_TAKES_FILES] = "-F",
        [COMMAND_TAKES_RECIPES] = "-F -a '(__shoal_recipes)'",
        [COMMAND_TAKES_SHELLS] = "-a 'bash zsh fish'",
        [COMMAND_TAKES_COMMANDS] = "-a '(__shoal_commands)'",
    };
    if (lists[command->takes] != NULL)
        (void)buf_printf(out, "complete -c shoal -n '__shoal_is %s; and not __shoal_begins -' %s\n",
            command->name, lists[command->takes]);
}

void completion_add_fish(struct buf *out)
{
    size_t count;
    const struct command *const *commands = commands_list(&count);
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(
            out, "complete -c shoal -n __shoal_needs_command -a %s", commands[i]->name);
        add_description(out, commands[i]->summary);
    }
    (void)buf_add_text(out, "complete -c shoal -n __shoal_needs_command -l help -s h\n"
                            "complete -c shoal -n __shoal_needs_command -l version -s V\n");
    for (size_t i = 0; i < count; i++) {
        size_t rows;
        const struct option_row *table = commands[i]->options(&rows);
        add_operands(out, commands[i]);
        for (size_t k = 0; k < rows; k++)
            add_row(out, commands[i], &table[k]);
    }
}
