#include "core/options.h"

#include <shoal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/wipe.h"

struct shoal_options {
    struct option_setting *settings; /* in the order in which they were given */
    size_t setting_count;
    char **operands; /* the PATHs */
    size_t operand_count;
};

struct shoal_options *shoal_options_new(void)
{
    return calloc(1, sizeof(struct shoal_options));
}

void shoal_options_free(struct shoal_options *options)
{
    if (options == NULL)
        return;
    /* A value may be a password. */
    for (size_t i = 0; i < options->setting_count; i++)
        wipe_and_free(options->settings[i].value);
    free(options->settings);
    for (size_t i = 0; i < options->operand_count; i++)
        free(options->operands[i]);
    free(options->operands);
    free(options);
}

/* Is `value` one that the option may have? */
static bool check_value(const struct option_row *row, const char *value, struct error *error)
{
    char label[OPTION_LABEL_SIZE];
    option_label(row, label);
    if (row->scope != OPTION_ENGINE)
        return error_set(
            error, ERROR_USAGE, 0, "%s is the command's own, not the library's", label);
    if (row->value == OPTION_FLAG && value != NULL)
        return error_set(error, ERROR_USAGE, 0, "%s takes no value", label);
    if (row->value != OPTION_FLAG && value == NULL)
        return error_set(error, ERROR_USAGE, 0, "%s needs a value: %s", label, row->shows);
    return option_read(row, value, NULL, error);
}

bool options_set(struct shoal_options *options, const struct option_row *row, const char *value,
    struct error *error)
{
    if (!check_value(row, value, error))
        return false;
    char *copy = value == NULL ? NULL : strdup(value);
    if (value != NULL && copy == NULL)
        return error_set_memory(error);
    struct option_setting *settings =
        array_grow(options->settings, options->setting_count, sizeof *settings);
    if (settings == NULL) {
        wipe_and_free(copy);
        return error_set_memory(error);
    }
    options->settings = settings;
    settings[options->setting_count++] = (struct option_setting){.row = row, .value = copy};
    return true;
}

bool shoal_options_set(
    struct shoal_options *options, const char *name, const char *value, char *error)
{
    struct error problem = {0};
    const struct option_row *row = options_find(name);
    bool set = row != NULL ? options_set(options, row, value, &problem)
                           : error_set(&problem, ERROR_USAGE, 0, "unknown option '%s'", name);
    if (!set && error != NULL)
        (void)snprintf(error, SHOAL_ERROR_SIZE, "%s", problem.text);
    return set;
}

bool shoal_options_add_operand(struct shoal_options *options, const char *path)
{
    char *copy = strdup(path);
    char **operands = copy == NULL
                          ? NULL
                          : array_grow(options->operands, options->operand_count, sizeof *operands);
    if (operands == NULL) {
        free(copy);
        return false;
    }
    options->operands = operands;
    operands[options->operand_count++] = copy;
    return true;
}

const struct option_setting *options_settings(const struct shoal_options *options, size_t *count)
{
    *count = options->setting_count;
    return options->settings;
}

static const struct option_setting *last_setting(
    const struct shoal_options *options, const char *name)
{
    for (size_t i = options->setting_count; i > 0; i--) {
        if (strcmp(options->settings[i - 1].row->name, name) == 0)
            return &options->settings[i - 1];
    }
    return NULL;
}

const char *options_last(const struct shoal_options *options, const char *name)
{
    const struct option_setting *setting = last_setting(options, name);
    return setting == NULL ? NULL : setting->value;
}

bool options_given(const struct shoal_options *options, const char *name)
{
    return last_setting(options, name) != NULL;
}

char *const *options_operands(const struct shoal_options *options, size_t *count)
{
    *count = options->operand_count;
    return options->operands;
}
