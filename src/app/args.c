#include "app/args.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE 64 /* bytes of a long name, with its NUL; no option's is longer */

/* args_read()'s arguments, and how far it has come. */
struct reading {
    const struct args *args;
    int count; /* of `arguments` */
    char **arguments;
    int next;          /* index of the argument to read next */
    enum args_end end; /* at --help or --version: not ARGS_READ */
    struct error *error;
};

/* Says why `--add-NAME` or `--no-NAME` is not allowed for an option that there is. */
static bool wrong_manner(
    const struct reading *reading, const char *name, const struct option_row *row)
{
    if (name[0] == 'a')
        return error_set(reading->error, ERROR_USAGE, 0,
            "--%s: --%s cannot be repeated, so there is nothing to add to; give --%s alone", name,
            row->name, row->name);
    return error_set(reading->error, ERROR_USAGE, 0,
        "--%s: --%s is not a switch that could be turned off; give it another value", name,
        row->name);
}

static bool unknown_name(const struct reading *reading, const char *name)
{
    const struct args *args = reading->args;
    size_t prefix = strncmp(name, "add-", 4) == 0 ? 4 : strncmp(name, "no-", 3) == 0 ? 3 : 0;
    const struct option_row *base =
        prefix == 0 ? NULL : option_find_in(args->table, args->table_count, name + prefix);
    if (base != NULL && base->scope == OPTION_ENGINE)
        return wrong_manner(reading, name, base);
    const char *owner = args->owner == NULL ? NULL : args->owner(name);
    if (owner != NULL)
        return error_set(reading->error, ERROR_USAGE, 0,
            "unknown option --%s; it is an option of shoal %s", name, owner);
    const struct option_row *near = option_nearest_in(args->table, args->table_count, name);
    if (near == NULL)
        return error_set(reading->error, ERROR_USAGE, 0, "unknown option --%s", name);
    return error_set(reading->error, ERROR_USAGE, 0, "unknown option --%s; did you mean --%s?",
        name, near->name);
}

static bool unknown_letter(const struct reading *reading, char letter)
{
    const char name[] = {letter, '\0'};
    const char *owner = reading->args->owner == NULL ? NULL : reading->args->owner(name);
    return error_set(reading->error, ERROR_USAGE, 0, "unknown option -%c%s%s", letter,
        owner == NULL ? "" : "; it is an option of shoal ", owner == NULL ? "" : owner);
}

/* --help; `value` is what follows its `=`. --help all is --help=all. */
static bool note_help(struct reading *reading, const struct option_row *row, const char *value)
{
    size_t number;
    if (value == NULL && reading->next < reading->count &&
        strcmp(reading->arguments[reading->next], "all") == 0)
        value = "all";
    reading->end = value == NULL ? ARGS_HELP : ARGS_HELP_ALL;
    return value == NULL || option_choose(row, value, &number, reading->error);
}

static bool pass_option(
    struct reading *reading, const struct option_row *row, enum option_manner manner, char *value)
{
    if (manner != OPTION_UNDOES && !option_check_given(row, value, reading->error))
        return false;
    if (strcmp(row->name, "help") == 0)
        return note_help(reading, row, value);
    if (strcmp(row->name, "version") == 0) {
        reading->end = ARGS_VERSION;
        return true;
    }
    return reading->args->option(reading->args->context, row, manner, value, reading->error);
}

/* Is the argument one of the options, by its long name? */
static bool is_long_option(const struct args *args, const char *argument)
{
    char name[NAME_SIZE];
    enum option_manner manner;
    if (strncmp(argument, "--", 2) != 0)
        return false;
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
    return option_find_manner_in(args->table, args->table_count, name, &manner) != NULL;
}

/* Passes on an option whose value is the next argument. An option that is there instead means that
 * the value was forgotten. */
static bool pass_with_next(
    struct reading *reading, const struct option_row *row, enum option_manner manner)
{
    if (reading->next >= reading->count)
        return option_check_given(row, NULL, reading->error);
    char *value = reading->arguments[reading->next++];
    char label[OPTION_LABEL_SIZE];
    option_label(row, label);
    if (is_long_option(reading->args, value))
        return error_set(reading->error, ERROR_USAGE, 0,
            "%s needs a value: %s, and '%s' is an option (--%s=%s makes it the value)", label,
            row->shows, value, row->name, value);
    return pass_option(reading, row, manner, value);
}

/* Reads a long option; `text` follows the two dashes. */
static bool read_long(struct reading *reading, char *text)
{
    const struct args *args = reading->args;
    char name[NAME_SIZE];
    size_t length = strcspn(text, "=");
    char *value = text[length] == '=' ? text + length + 1 : NULL;
    (void)snprintf(name, sizeof name, "%.*s", (int)length, text);
    enum option_manner manner;
    const struct option_row *row =
        option_find_manner_in(args->table, args->table_count, name, &manner);
    if (row == NULL)
        return unknown_name(reading, name);
    bool takes_none = row->value == OPTION_FLAG || manner == OPTION_UNDOES;
    if (takes_none && value != NULL)
        return error_set(reading->error, ERROR_USAGE, 0, "--%s takes no value", name);
    if (row->value == OPTION_REQUIRED && !takes_none && value == NULL)
        return pass_with_next(reading, row, manner);
    return pass_option(reading, row, manner, value);
}

/* Reads combined letters; `letters` follow the dash. */
static bool read_letters(struct reading *reading, char *letters)
{
    const struct args *args = reading->args;
    for (; *letters != '\0'; letters++) {
        const struct option_row *row =
            option_find_letter_in(args->table, args->table_count, *letters);
        if (row == NULL)
            return unknown_letter(reading, *letters);
        if (row->value == OPTION_REQUIRED)
            return letters[1] != '\0' ? pass_option(reading, row, OPTION_SETS, letters + 1)
                                      : pass_with_next(reading, row, OPTION_SETS);
        if (!pass_option(reading, row, OPTION_SETS, NULL))
            return false;
        if (reading->end != ARGS_READ)
            break;
    }
    return true;
}

bool args_read(
    const struct args *args, int count, char **arguments, enum args_end *end, struct error *error)
{
    struct reading reading = {.args = args, .count = count, .arguments = arguments, .error = error};
    bool operands_only = false;
    while (reading.next < count && reading.end == ARGS_READ) {
        char *text = arguments[reading.next++];
        bool read;
        if (operands_only || text[0] != '-' || text[1] == '\0')
            read = args->operand(args->context, text, error);
        else if (strcmp(text, "--") == 0)
            read = operands_only = true;
        else if (text[1] == '-')
            read = read_long(&reading, text + 2);
        else
            read = read_letters(&reading, text + 1);
        if (!read)
            return false;
    }
    *end = reading.end;
    return true;
}
