/* From the document of an options file to a recipe. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "core/recipe/private.h"
#include "core/reference.h"
#include "text/nearest.h"
#include "text/template.h"

#define LABEL_SIZE 96 /* bytes of "'KEY' of the variable 'NAME'" */

static bool is_option(const char *name)
{
    size_t count;
    const struct option_row *rows = options_table(&count);
    enum option_manner manner;
    return option_find_manner_in(rows, count, name, &manner) != NULL;
}

/* `names`: the keys that are allowed, then NULL. */
static bool fail_key(const struct recipe *recipe, const struct yaml_tree *node, const char *allowed,
    const char *const *names, struct error *error)
{
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to(node->key);
    nearest_offer_list(&nearest, names);
    return yaml_tree_wrong(error, recipe->name, node->named, "unknown key '%s': %s%s", node->key,
        allowed, nearest_hint(&nearest, "'", "'", hint));
}

/* --- variables --- */

static bool read_variable_key(struct recipe *recipe, struct recipe_variable *variable,
    const struct yaml_tree *node, struct error *error)
{
    char label[LABEL_SIZE];
    (void)snprintf(label, sizeof label, "'%s' of the variable '%s'", node->key, variable->name);
    if (strcmp(node->key, "help") == 0)
        return recipe_read_text(recipe, node, label, &variable->help, error);
    if (strcmp(node->key, "default") == 0)
        return recipe_read_text(recipe, node, label, &variable->fallback, error);
    if (strcmp(node->key, "values") == 0)
        return recipe_read_list(
            recipe, node, label, &variable->values, &variable->value_count, error);
    if (strcmp(node->key, "secret") == 0)
        return recipe_read_switch(recipe, node, label, &variable->secret, error);
    if (strcmp(node->key, "optional") == 0)
        return recipe_read_switch(recipe, node, label, &variable->optional, error);
    static const char *const names[] = {"help", "default", "optional", "secret", "values", NULL};
    return fail_key(recipe, node,
        "a variable has 'help', 'default', 'optional', 'secret' and 'values'", names, error);
}

bool recipe_is_template(const char *text)
{
    return !reference_is(text) && strchr(text, '{') != NULL;
}

/* A default may name variables that are declared before it and always have a value. */
static bool check_default(
    const struct recipe *recipe, const struct recipe_variable *variable, struct error *error)
{
    if (!recipe_is_template(variable->fallback))
        return true;
    size_t count = (size_t)(variable - recipe->variables);
    struct template_key *list = calloc(count + 1, sizeof *list);
    if (list == NULL)
        return error_set_memory(error);
    struct template_keys keys = {.list = list};
    for (size_t i = 0; i < count; i++) {
        if (!recipe->variables[i].optional)
            list[keys.count++] =
                (struct template_key){.name = recipe->variables[i].name, .value = ""};
    }
    struct template *template = NULL;
    bool good = template_parse(variable->fallback, TEMPLATE_TEXT, &keys, &template, NULL) &&
                template_needs(template) == 0;
    if (!good)
        (void)yaml_tree_wrong(error, recipe->name, variable->place,
            "the variable '%s': its default '%s' may name variables that are declared before it "
            "and are not optional, and nothing else; a '{' itself is written '{{'",
            variable->name, variable->fallback);
    template_free(template);
    free(list);
    return good;
}

static bool check_variable(
    const struct recipe *recipe, const struct recipe_variable *variable, struct error *error)
{
    const struct yaml_tree_place place = variable->place;
    if (!template_is_key_name(variable->name))
        return yaml_tree_wrong(error, recipe->name, place,
            "the variable '%s': a name consists of letters, digits, _ - and ., and begins with a "
            "letter or _",
            variable->name);
    if (template_is_field(variable->name))
        return yaml_tree_wrong(error, recipe->name, place,
            "the variable '%s': this is a field of every file; choose another name",
            variable->name);
    if (variable->fallback == NULL)
        return true;
    if (variable->optional && strncmp(variable->fallback, "env:", 4) != 0)
        return yaml_tree_wrong(error, recipe->name, place,
            "the variable '%s' has a default: 'optional' goes with a default of env:NAME only",
            variable->name);
    if (!check_default(recipe, variable, error))
        return false;
    bool allowed = variable->values == NULL || reference_is(variable->fallback);
    for (size_t i = 0; i < variable->value_count && !allowed; i++)
        allowed = strcmp(variable->values[i], variable->fallback) == 0;
    return allowed || yaml_tree_wrong(error, recipe->name, place,
                          "the variable '%s': its default '%s' is not one of its values",
                          variable->name, variable->fallback);
}

static bool read_variable(struct recipe *recipe, const struct yaml_tree *node, struct error *error)
{
    struct recipe_variable *list =
        array_grow(recipe->variables, recipe->variable_count, sizeof *list);
    if (list == NULL)
        return error_set_memory(error);
    recipe->variables = list;
    struct recipe_variable *variable = &list[recipe->variable_count++];
    *variable = (struct recipe_variable){.name = strdup(node->key), .place = node->named};
    if (variable->name == NULL)
        return error_set_memory(error);
    if (node->kind != YAML_TREE_MAP) {
        char label[LABEL_SIZE];
        (void)snprintf(label, sizeof label, "the variable '%s'", node->key);
        return yaml_tree_wrong_kind(error, recipe->name, node, label, YAML_TREE_MAP);
    }
    for (size_t i = 0; i < node->count; i++) {
        if (!read_variable_key(recipe, variable, &node->items[i], error))
            return false;
    }
    return check_variable(recipe, variable, error);
}

static bool read_variables(
    struct recipe *recipe, enum recipe_use use, const struct yaml_tree *map, struct error *error)
{
    if (use == RECIPE_AS_CONFIG)
        return yaml_tree_wrong(error, recipe->name, map->named,
            "'variables' is for recipes: give this file to --recipe");
    if (map->kind != YAML_TREE_MAP)
        return yaml_tree_wrong_kind(error, recipe->name, map, "'variables'", YAML_TREE_MAP);
    for (size_t i = 0; i < map->count; i++) {
        if (!read_variable(recipe, &map->items[i], error))
            return false;
    }
    return true;
}

/* --- the document --- */

static bool read_key(
    struct recipe *recipe, enum recipe_use use, const struct yaml_tree *node, struct error *error)
{
    if (strcmp(node->key, "title") == 0)
        return recipe_read_text(recipe, node, "'title'", &recipe->title, error);
    if (strcmp(node->key, "see") == 0)
        return recipe_read_text(recipe, node, "'see'", &recipe->see, error);
    if (strcmp(node->key, "notes") == 0)
        return recipe_read_list(
            recipe, node, "'notes'", &recipe->notes, &recipe->note_count, error);
    if (strcmp(node->key, "variables") == 0)
        return read_variables(recipe, use, node, error);
    if (strcmp(node->key, "options") == 0)
        return recipe_read_options(recipe, use, node, error);
    static const char *const names[] = {"title", "see", "notes", "variables", "options", NULL};
    static const char *const none[] = {NULL};
    if (is_option(node->key))
        return fail_key(recipe, node, "write it below 'options:', indented", none, error);
    return fail_key(recipe, node, "a file has 'title', 'see', 'notes', 'variables' and 'options'",
        names, error);
}

bool recipe_read(
    struct recipe *recipe, enum recipe_use use, const struct yaml_tree *root, struct error *error)
{
    if (root->kind != YAML_TREE_MAP)
        return yaml_tree_wrong_kind(error, recipe->name, root, "the file", YAML_TREE_MAP);
    bool has_options = false;
    for (size_t i = 0; i < root->count; i++) {
        if (!read_key(recipe, use, &root->items[i], error))
            return false;
        has_options = has_options || strcmp(root->items[i].key, "options") == 0;
    }
    return has_options || yaml_tree_wrong(error, recipe->name, root->place,
                              "'options' is missing: the options of the command line that the "
                              "file gives");
}

const struct recipe_variable *recipe_variable(const struct recipe *recipe, const char *name)
{
    for (size_t i = 0; i < recipe->variable_count; i++) {
        if (strcmp(recipe->variables[i].name, name) == 0)
            return &recipe->variables[i];
    }
    return NULL;
}
