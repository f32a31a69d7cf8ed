/* How options files combine with the options that the caller gave.
 *
 * There are three layers, lowest first: the recipe, the configuration file, the caller. An option
 * of a higher layer takes the place of that of a lower one. Settings are copied lowest layer first,
 * so that for an option that cannot be repeated the last one counts, as on a command line. */
#include <shoal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/wipe.h"
#include "core/recipe/private.h"
#include "text/nearest.h"

#define LAYERS      3
#define SET_MOST    (1024 * 1024) /* bytes of a KEY=VALUE */
#define LISTED_MOST 256           /* bytes of the values that a message lists */

/* The value of a secret that a dry run does not need. It is a secret too, so it is shown as ***. */
#define NOT_NEEDED "secret-that-this-dry-run-does-not-need"

/* The settings of one layer. */
struct layer {
    const struct option_setting *settings;
    size_t count;
};

struct resolving {
    bool is_dry; /* a dry run */
    const struct shoal_options *given;
    struct recipe *recipe;       /* NULL: no --recipe */
    struct recipe *config;       /* NULL: no --config */
    struct layer layers[LAYERS]; /* lowest first */
    struct shoal_options *out;
    struct error *error;
};

/* --include, --exclude and --filter are one list; each other option is a list of its own. */
static const char *family_of(const struct option_row *row)
{
    bool is_filter = strcmp(row->name, "include") == 0 || strcmp(row->name, "exclude") == 0;
    return is_filter ? "filter" : row->name;
}

static bool is_set(const struct option_setting *setting)
{
    return strcmp(setting->row->name, "set") == 0;
}

/* Whether a layer above `level` takes the place of what `setting`, of that level, says. The last
 * one of several settings counts anyhow where an option cannot be repeated; for `set` it is the
 * last one of the same key. */
static bool is_replaced(
    const struct resolving *resolving, const struct option_setting *setting, size_t level)
{
    if (!setting->row->repeats || is_set(setting))
        return false;
    for (size_t above = level + 1; above < LAYERS; above++) {
        const struct layer *layer = &resolving->layers[above];
        for (size_t i = 0; i < layer->count; i++) {
            if (layer->settings[i].manner == OPTION_SETS &&
                strcmp(family_of(layer->settings[i].row), family_of(setting->row)) == 0)
                return true;
        }
    }
    return false;
}

/* The length of the key in `KEY=VALUE`. */
static size_t key_length(const char *text)
{
    return strcspn(text, "=");
}

/* The variable that a `set` gives a value; NULL: none. */
static const struct recipe_variable *variable_of(
    const struct resolving *resolving, const struct option_setting *setting)
{
    const struct recipe *recipe = resolving->recipe;
    size_t length = key_length(setting->value);
    for (size_t i = 0; recipe != NULL && i < recipe->variable_count; i++) {
        const char *name = recipe->variables[i].name;
        if (strlen(name) == length && strncmp(name, setting->value, length) == 0)
            return &recipe->variables[i];
    }
    return NULL;
}

/* --- values of variables --- */

/* Adds the names of the recipe's variables, or the values of one, to a text of `size` bytes. */
static void list_texts(char *out, size_t size, const char *text)
{
    size_t length = strlen(out);
    (void)snprintf(out + length, size - length, "%s%s", length == 0 ? "" : ", ", text);
}

static bool fail_undeclared(const struct resolving *resolving, const struct option_setting *setting)
{
    const struct recipe *recipe = resolving->recipe;
    char names[LISTED_MOST] = "";
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to_part(setting->value, key_length(setting->value));
    for (size_t i = 0; i < recipe->variable_count; i++) {
        list_texts(names, sizeof names, recipe->variables[i].name);
        nearest_offer(&nearest, recipe->variables[i].name);
    }
    return error_set(resolving->error, ERROR_USAGE, 0,
        "%s%s--set (-s) '%.*s': %s has no such variable; it has: %s%s",
        setting->where == NULL ? "" : setting->where, setting->where == NULL ? "" : ": ",
        (int)key_length(setting->value), setting->value, recipe->name,
        names[0] == '\0' ? "none" : names, nearest_hint(&nearest, "'", "'", hint));
}

/* Checks the value of a variable that lists those that are allowed. Values that are read from
 * elsewhere are checked where they are in the environment. */
static bool check_allowed(const struct resolving *resolving, const struct option_setting *setting,
    const struct recipe_variable *variable)
{
    const char *value = strchr(setting->value, '=');
    if (variable->values == NULL || value++ == NULL)
        return true;
    if (strncmp(value, "env:", 4) == 0 && (value = getenv(value + 4)) == NULL)
        return true; /* config_new() says so */
    if (strncmp(value, "file:", 5) == 0 || strncmp(value, "fd:", 3) == 0)
        return true;
    char listed[LISTED_MOST] = "";
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to(value);
    for (size_t i = 0; i < variable->value_count; i++) {
        if (strcmp(variable->values[i], value) == 0)
            return true;
        list_texts(listed, sizeof listed, variable->values[i]);
        nearest_offer(&nearest, variable->values[i]);
    }
    return error_set(resolving->error, ERROR_USAGE, 0, "--set (-s) '%s=%s': %s allows %s%s",
        variable->name, variable->secret ? "***" : value, resolving->recipe->name, listed,
        variable->secret ? "" : nearest_hint(&nearest, "'", "'", hint));
}

/* Whether the value names an environment variable that is not set, or empty. */
static bool is_unset(const char *value)
{
    if (strncmp(value, "env:", 4) != 0)
        return false;
    const char *found = getenv(value + 4);
    return found == NULL || found[0] == '\0';
}

/* Whether a secret is to be read from where there is nothing, and a dry run can do without. An
 * optional one that is not set is left out, as in any run. */
static bool is_missing_secret(const struct recipe_variable *variable, const char *value)
{
    if (!variable->secret || value == NULL)
        return false;
    if (is_unset(value))
        return !variable->optional;
    return strncmp(value, "file:", 5) == 0 && access(value + 5, R_OK) != 0;
}

/* Adds `set` with `NAME=value`. */
static bool set_variable(
    const struct resolving *resolving, const struct recipe_variable *variable, const char *value)
{
    char *text;
    if (asprintf(&text, "%s=%s", variable->name, value) < 0)
        return error_set_memory(resolving->error);
    const struct option_setting setting = {.row = options_find("set"),
        .value = text,
        .secret = variable->secret,
        .is_template = value == variable->fallback && recipe_is_template(value)};
    bool added = options_add(resolving->out, &setting, resolving->error);
    wipe_and_free(text);
    return added;
}

static bool fail_unset(const struct resolving *resolving, const struct recipe_variable *variable)
{
    const char *name = resolving->recipe->name;
    if (variable->fallback != NULL)
        return yaml_tree_wrong(resolving->error, name, variable->place,
            "the variable '%s' has no value: the environment variable '%s' is %s; set it, or give "
            "-s %s=...",
            variable->name, variable->fallback + 4,
            getenv(variable->fallback + 4) == NULL ? "not set" : "empty", variable->name);
    return yaml_tree_wrong(resolving->error, name, variable->place,
        "the variable '%s' has no value%s%s%s; give -s %s=%s", variable->name,
        variable->help == NULL ? "" : " (", variable->help == NULL ? "" : variable->help,
        variable->help == NULL ? "" : ")", variable->name, variable->secret ? "env:NAME" : "...");
}

/* Gives a variable that no `set` gives a value its default. */
static bool use_default(const struct resolving *resolving, const struct recipe_variable *variable)
{
    const char *value = variable->fallback;
    if (variable->optional && (value == NULL || is_unset(value)))
        return true;
    if (resolving->is_dry && variable->secret &&
        (value == NULL || is_missing_secret(variable, value)))
        return set_variable(resolving, variable, NOT_NEEDED);
    if (value == NULL)
        return fail_unset(resolving, variable);
    if (is_unset(value))
        return fail_unset(resolving, variable);
    return set_variable(resolving, variable, value);
}

static bool set_defaults(const struct resolving *resolving)
{
    const struct recipe *recipe = resolving->recipe;
    for (size_t i = 0; recipe != NULL && i < recipe->variable_count; i++) {
        const struct recipe_variable *variable = &recipe->variables[i];
        bool given = false;
        size_t count;
        const struct option_setting *settings = options_settings(resolving->out, &count);
        for (size_t j = 0; j < count && !given; j++)
            given = is_set(&settings[j]) && variable_of(resolving, &settings[j]) == variable;
        if (!given && !use_default(resolving, variable))
            return false;
    }
    return true;
}

/* Copies a `set`: with a recipe, its key must be a variable. */
static bool copy_set(const struct resolving *resolving, const struct option_setting *setting)
{
    if (resolving->recipe == NULL || strchr(setting->value, '=') == NULL)
        return options_add(resolving->out, setting, resolving->error);
    const struct recipe_variable *variable = variable_of(resolving, setting);
    if (variable == NULL)
        return fail_undeclared(resolving, setting);
    const char *value = strchr(setting->value, '=') + 1;
    if (resolving->is_dry && is_missing_secret(variable, value))
        return set_variable(resolving, variable, NOT_NEEDED);
    struct option_setting copy = *setting;
    copy.secret = variable->secret;
    return check_allowed(resolving, setting, variable) &&
           options_add(resolving->out, &copy, resolving->error);
}

/* --- layers --- */

static bool copy_layer(const struct resolving *resolving, size_t level)
{
    const struct layer *layer = &resolving->layers[level];
    for (size_t i = 0; i < layer->count; i++) {
        const struct option_setting *setting = &layer->settings[i];
        const char *name = setting->row->name;
        if (strcmp(name, "recipe") == 0 || strcmp(name, "config") == 0 ||
            is_replaced(resolving, setting, level))
            continue;
        bool copied = is_set(setting) ? copy_set(resolving, setting)
                                      : options_add(resolving->out, setting, resolving->error);
        if (!copied)
            return false;
    }
    return true;
}

static struct layer layer_of(const struct recipe *recipe)
{
    if (recipe == NULL)
        return (struct layer){0};
    return (struct layer){.settings = recipe->settings, .count = recipe->setting_count};
}

/* Opens the files, if any are given. */
static bool open_files(struct resolving *resolving)
{
    const char *recipe = options_last(resolving->given, "recipe");
    const char *config = options_last(resolving->given, "config");
    if (recipe != NULL &&
        (resolving->recipe = recipe_open(recipe, RECIPE_AS_RECIPE, resolving->error)) == NULL)
        return false;
    if (config != NULL &&
        (resolving->config = recipe_open(config, RECIPE_AS_CONFIG, resolving->error)) == NULL)
        return false;
    resolving->layers[0] = layer_of(resolving->recipe);
    resolving->layers[1] = layer_of(resolving->config);
    resolving->layers[2].settings = options_settings(resolving->given, &resolving->layers[2].count);
    return true;
}

/* Whether the layers together ask for a dry run. */
static bool is_dry_run(const struct resolving *resolving)
{
    bool is_dry = false;
    for (size_t level = 0; level < LAYERS; level++) {
        const struct layer *layer = &resolving->layers[level];
        for (size_t i = 0; i < layer->count; i++) {
            if (strcmp(layer->settings[i].row->name, "dry-run") == 0)
                is_dry = layer->settings[i].manner != OPTION_UNDOES;
        }
    }
    return is_dry;
}

static bool copy_operands(const struct resolving *resolving)
{
    size_t count;
    char *const *operands = options_operands(resolving->given, &count);
    for (size_t i = 0; i < count; i++) {
        if (!shoal_options_add_operand(resolving->out, operands[i]))
            return error_set_memory(resolving->error);
    }
    return true;
}

static bool resolve(struct resolving *resolving)
{
    if (resolving->out == NULL)
        return error_set_memory(resolving->error);
    if (!open_files(resolving))
        return false;
    resolving->is_dry = is_dry_run(resolving);
    for (size_t level = 0; level < LAYERS; level++) {
        if (!copy_layer(resolving, level))
            return false;
    }
    return set_defaults(resolving) && copy_operands(resolving);
}

struct shoal_options *recipe_resolve(const struct shoal_options *given, struct error *error)
{
    struct resolving resolving = {.given = given, .out = shoal_options_new(), .error = error};
    bool resolved = resolve(&resolving);
    recipe_free(resolving.recipe);
    recipe_free(resolving.config);
    if (resolved)
        return resolving.out;
    shoal_options_free(resolving.out);
    return NULL;
}
