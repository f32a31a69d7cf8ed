#include "core/options.h"

#include <shoal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/wipe.h"
#include "text/nearest.h"

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

/* A value may be a password. */
static void free_setting(struct option_setting *setting)
{
    wipe_and_free(setting->value);
    free(setting->where);
}

void shoal_options_free(struct shoal_options *options)
{
    if (options == NULL)
        return;
    for (size_t i = 0; i < options->setting_count; i++)
        free_setting(&options->settings[i]);
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
    return option_check_given(row, value, error) && option_read(row, value, NULL, error);
}

/* Puts the place in a file before the sentence of `reason`. */
static bool fail_at(const char *where, const struct error *reason, struct error *error)
{
    return error_set(error, reason->class, reason->code, "%s%s%s", where == NULL ? "" : where,
        where == NULL ? "" : ": ", reason->text);
}

static bool copy_setting(const struct option_setting *setting, struct option_setting *copy)
{
    *copy = *setting;
    copy->value = setting->value == NULL ? NULL : strdup(setting->value);
    copy->where = setting->where == NULL ? NULL : strdup(setting->where);
    bool copied = (copy->value != NULL) == (setting->value != NULL) &&
                  (copy->where != NULL) == (setting->where != NULL);
    if (!copied)
        free_setting(copy);
    return copied;
}

bool options_add(
    struct shoal_options *options, const struct option_setting *setting, struct error *error)
{
    struct error reason = {0};
    if (!check_value(setting->row, setting->value, &reason))
        return fail_at(setting->where, &reason, error);
    struct option_setting *settings =
        array_grow(options->settings, options->setting_count, sizeof *settings);
    if (settings == NULL)
        return error_set_memory(error);
    options->settings = settings;
    if (!copy_setting(setting, &settings[options->setting_count]))
        return error_set_memory(error);
    options->setting_count++;
    return true;
}

bool options_set(struct shoal_options *options, const struct option_row *row, const char *value,
    struct error *error)
{
    const struct option_setting setting = {.row = row, .value = (char *)value};
    return options_add(options, &setting, error);
}

static void fail_unknown(const char *name, struct error *error)
{
    size_t count;
    char hint[NEAREST_HINT_SIZE];
    const struct option_row *rows = options_table(&count);
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, rows[i].name);
    (void)error_set(error, ERROR_USAGE, 0, "unknown option '%s'%s", name,
        nearest_hint(&nearest, "'", "'", hint));
}

bool shoal_options_set(
    struct shoal_options *options, const char *name, const char *value, char *error)
{
    struct error problem = {0};
    struct option_setting setting = {.value = (char *)value};
    size_t count;
    const struct option_row *rows = options_table(&count);
    if (name != NULL)
        setting.row = option_find_manner_in(rows, count, name, &setting.manner);
    bool set = false;
    if (options == NULL)
        (void)error_set(&problem, ERROR_USAGE, 0, "there are no options to set");
    else if (setting.row == NULL)
        fail_unknown(name == NULL ? "" : name, &problem);
    else
        set = options_add(options, &setting, &problem);
    if (!set && error != NULL)
        (void)snprintf(error, SHOAL_ERROR_SIZE, "%s", problem.text);
    return set;
}

bool shoal_options_add_operand(struct shoal_options *options, const char *path)
{
    if (options == NULL || path == NULL)
        return false;
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

const struct option_setting *options_last_setting(
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
    const struct option_setting *setting = options_last_setting(options, name);
    return setting == NULL ? NULL : setting->value;
}

bool options_given(const struct shoal_options *options, const char *name)
{
    const struct option_setting *setting = options_last_setting(options, name);
    return setting != NULL && setting->manner != OPTION_UNDOES;
}

char *const *options_operands(const struct shoal_options *options, size_t *count)
{
    *count = options->operand_count;
    return options->operands;
}
