#include "app/args.h"

#include <stdio.h>
#include <string.h>

/* args_read()'s arguments, and how far it has come. */
struct reading {
    const struct args *args;
    int count; /* of `arguments` */
    char **arguments;
    int next; /* index of the argument to read next */
    struct error *error;
};

static bool unknown_name(const struct reading *reading, const char *name)
{
    const struct args *args = reading->args;
    const struct option_row *near = option_nearest_in(args->table, args->table_count, name);
    if (near == NULL)
        return error_set(reading->error, ERROR_USAGE, 0, "unknown option --%s", name);
    return error_set(reading->error, ERROR_USAGE, 0, "unknown option --%s; did you mean --%s?",
        name, near->name);
}

static bool pass_option(const struct reading *reading, const struct option_row *row, char *value)
{
    return reading->args->option(reading->args->context, row, value, reading->error);
}

/* Passes on an option whose value is the next argument. */
static bool pass_with_next(struct reading *reading, const struct option_row *row)
{
    char label[OPTION_LABEL_SIZE];
    option_label(row, label);
    if (reading->next >= reading->count)
        return error_set(reading->error, ERROR_USAGE, 0, "%s needs a value: %s", label, row->shows);
    return pass_option(reading, row, reading->arguments[reading->next++]);
}

/* Reads a long option; `text` follows the two dashes. */
static bool read_long(struct reading *reading, char *text)
{
    const struct args *args = reading->args;
    char name[64];
    size_t length = strcspn(text, "=");
    char *value = text[length] == '=' ? text + length + 1 : NULL;
    (void)snprintf(name, sizeof name, "%.*s", (int)length, text);
    const struct option_row *row = option_find_in(args->table, args->table_count, name);
    if (row == NULL)
        return unknown_name(reading, name);
    if (row->value == OPTION_FLAG && value != NULL)
        return error_set(reading->error, ERROR_USAGE, 0, "--%s takes no value", name);
    if (row->value == OPTION_REQUIRED && value == NULL)
        return pass_with_next(reading, row);
    return pass_option(reading, row, value);
}

/* Reads combined letters; `letters` follow the dash. */
static bool read_letters(struct reading *reading, char *letters)
{
    const struct args *args = reading->args;
    for (; *letters != '\0'; letters++) {
        const struct option_row *row =
            option_find_letter_in(args->table, args->table_count, *letters);
        if (row == NULL)
            return error_set(reading->error, ERROR_USAGE, 0, "unknown option -%c", *letters);
        if (row->value == OPTION_REQUIRED)
            return letters[1] != '\0' ? pass_option(reading, row, letters + 1)
                                      : pass_with_next(reading, row);
        if (!pass_option(reading, row, NULL))
            return false;
    }
    return true;
}

bool args_read(const struct args *args, int count, char **arguments, struct error *error)
{
    struct reading reading = {.args = args, .count = count, .arguments = arguments, .error = error};
    bool operands_only = false;
    while (reading.next < count) {
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
    return true;
}
