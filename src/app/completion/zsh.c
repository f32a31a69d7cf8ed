/* Functions for zsh that know the options: see shoal.zsh. */
#include <stddef.h>
#include <string.h>

#include "app/completion/private.h"
#include "app/help.h"

/* Adds `text` inside single quotes, with a backslash before each of `specials`. */
static void add_quoted(struct buf *out, const char *text, size_t length, const char *specials)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'')
            (void)buf_add_text(out, "'\\'");
        else if (strchr(specials, text[i]) != NULL)
            (void)buf_add_byte(out, '\\');
        (void)buf_add_byte(out, text[i]);
    }
}

static void add_description(struct buf *out, const struct option_row *row)
{
    struct buf text;
    buf_init(&text, 4096);
    help_add_first_sentence(&text, row);
    (void)buf_add_byte(out, '[');
    add_quoted(out, buf_text(&text), text.length, "[]");
    (void)buf_add_byte(out, ']');
    buf_free(&text);
}

/* Adds ":MESSAGE:ACTION" for an option's value. */
static void add_value(struct buf *out, const struct option_row *row)
{
    static const char *const actions[] = {
        [COMPLETION_TEXT] = " ",
        [COMPLETION_FILE] = "_files",
        [COMPLETION_FOLDER] = "_files -/",
        [COMPLETION_RECIPE] = "_shoal_recipes",
        [COMPLETION_VARIABLE] = "_shoal_variables",
        [COMPLETION_FORM] = "_shoal_form",
        [COMPLETION_REFERENCE] = "_shoal_reference",
    };
    enum completion_kind kind = completion_kind(row);
    if (kind == COMPLETION_FLAG)
        return;
    const char *shows = row->shows;
    size_t length = strlen(shows);
    if (strncmp(shows, "[=", 2) == 0) {
        shows += 2;
        length -= 3;
        (void)buf_add_byte(out, ':'); /* two colons: it may be left out */
    }
    (void)buf_add_byte(out, ':');
    add_quoted(out, shows, length, ":");
    (void)buf_add_byte(out, ':');
    if (kind != COMPLETION_CHOICE) {
        (void)buf_add_text(out, actions[kind]);
        return;
    }
    (void)buf_add_byte(out, '(');
    for (size_t i = 0; row->choices[i] != NULL; i++) {
        (void)buf_add_text(out, i == 0 ? "" : " ");
        add_quoted(out, row->choices[i], strlen(row->choices[i]), ":");
    }
    (void)buf_add_byte(out, ')');
}

/* Adds how the name is joined to its value: --name VALUE and --name=VALUE, or --name=VALUE only. */
static const char *joint(const struct option_row *row)
{
    return row->value == OPTION_REQUIRED ? "=" : row->value == OPTION_EQUALS_ONLY ? "=-" : "";
}

static void add_row(struct buf *out, const struct option_row *row)
{
    (void)buf_add_text(out, "        ");
    if (row->repeats)
        (void)buf_add_text(out, "'*'");
    else if (row->letter != 0)
        (void)buf_printf(out, "'(-%c --%s)'", row->letter, row->name);
    if (row->letter != 0)
        (void)buf_printf(out, "{-%c%s,--%s%s}", row->letter,
            row->value == OPTION_REQUIRED ? "+" : "", row->name, joint(row));
    else
        (void)buf_printf(out, "--%s%s", row->name, joint(row));
    (void)buf_add_byte(out, '\'');
    add_description(out, row);
    add_value(out, row);
    (void)buf_add_text(out, "'\n");
}

/* The names for options files; offered where they are begun. */
static void add_more(struct buf *out, const struct option_row *table, size_t count)
{
    (void)buf_add_text(out, "    [[ $PREFIX != --(add|no)-* ]] || specs+=(\n");
    for (size_t i = 0; i < count; i++) {
        const char *prefix = completion_prefix(&table[i]);
        if (prefix == NULL)
            continue;
        bool adds = table[i].repeats;
        (void)buf_printf(
            out, "        %s--%s%s%s'", adds ? "'*'" : "", prefix, table[i].name, adds ? "=" : "");
        add_description(out, &table[i]);
        if (adds)
            add_value(out, &table[i]);
        (void)buf_add_text(out, "'\n");
    }
    (void)buf_add_text(out, "    )\n");
}

static void add_command(struct buf *out, const struct command *command)
{
    static const char *const operands[] = {
        [COMMAND_TAKES_NONE] = "",
        [COMMAND_TAKES_FILES] = " '*:path:_files'",
        [COMMAND_TAKES_RECIPES] = " ':recipe:_shoal_recipes'",
        [COMMAND_TAKES_SHELLS] = " ':shell:(bash zsh fish)'",
        [COMMAND_TAKES_COMMANDS] = " ':command:_shoal_commands' ':all:(all)'",
    };
    size_t count;
    bool has_more = false;
    const struct option_row *table = command->options(&count);
    (void)buf_printf(
        out, "_shoal_command_%s()\n{\n    local -a specs\n    specs=(\n", command->name);
    for (size_t i = 0; i < count; i++) {
        add_row(out, &table[i]);
        has_more = has_more || completion_prefix(&table[i]) != NULL;
    }
    (void)buf_add_text(out, "    )\n");
    if (has_more)
        add_more(out, table, count);
    (void)buf_printf(out, "    _arguments -s -S : $specs%s\n}\n\n", operands[command->takes]);
}

void completion_add_zsh(struct buf *out)
{
    size_t count;
    const struct command *const *commands = commands_list(&count);
    for (size_t i = 0; i < count; i++)
        add_command(out, commands[i]);
    (void)buf_add_text(out, "_shoal_commands()\n{\n    local -a commands\n    commands=(\n");
    for (size_t i = 0; i < count; i++)
        (void)buf_printf(out, "        '%s:%s'\n", commands[i]->name, commands[i]->summary);
    (void)buf_add_text(out,
        "    )\n    _describe -t commands command commands\n}\n\n_shoal()\n{\n"
        "    local _shoal_program=$words[1]\n"
        "    if ((CURRENT == 2)); then\n"
        "        _shoal_commands\n"
        "        [[ $PREFIX != -* ]] || compadd -- --help --version\n"
        "        return\n"
        "    fi\n"
        "    shift words\n"
        "    ((CURRENT--))\n"
        "    (($+functions[_shoal_command_$words[1]])) && _shoal_command_$words[1]\n"
        "}\n\n"
        "if [[ $funcstack[1] == _shoal ]]; then\n"
        "    _shoal \"$@\"\n"
        "else\n"
        "    compdef _shoal shoal\n"
        "fi\n");
}
