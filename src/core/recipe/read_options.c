/* The map `options` of an options file: long options of the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/wipe.h"
#include "core/recipe/private.h"

#define LABEL_SIZE 96 /* bytes of "the option 'NAME'" */

/* One key of the map. */
struct entry {
    struct recipe *recipe;
    enum recipe_use use;
    const struct yaml_tree *node; /* its value */
    const struct option_row *row;
    enum option_manner manner;
    char label[LABEL_SIZE]; /* the key in messages */
    struct error *error;
};

static bool wrong(const struct entry *entry, const char *sentence)
{
    return yaml_tree_wrong(
        entry->error, entry->recipe->name, entry->node->named, "%s %s", entry->label, sentence);
}

static bool unknown(const struct entry *entry)
{
    size_t count;
    const struct option_row *rows = options_table(&count);
    const struct option_row *near = option_nearest_in(rows, count, entry->node->key);
    return yaml_tree_wrong(entry->error, entry->recipe->name, entry->node->named,
        "unknown option '%s'%s%s%s", entry->node->key, near == NULL ? "" : "; did you mean '",
        near == NULL ? "" : near->name, near == NULL ? "" : "'?");
}

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

/* Whether the option is allowed in a file. */
static bool check_allowed(const struct entry *entry)
{
    static const char *const files[] = {"recipe", "config"};
    static const char *const filters[] = {"include", "exclude"};
    const char *name = entry->row->name;
    if (entry->row->scope != OPTION_ENGINE)
        return wrong(
            entry, "is not allowed in a file: where output goes is said on the command line");
    if (is_one_of(name, files, 2))
        return wrong(entry, "is not allowed in a file: files do not include each other");
    if (is_one_of(name, filters, 2))
        return wrong(entry,
            "is not allowed in a file: write the rules as one list, filter: [\"+ GLOB\", \"- "
            "GLOB\"]");
    if (strcmp(name, "set") == 0 && entry->use == RECIPE_AS_RECIPE)
        return wrong(entry, "is not allowed in a recipe: declare a variable with a default");
    if (entry->manner == OPTION_UNDOES)
        return wrong(entry, "is not a name in a file: write the switch itself with the value no");
    return true;
}

/* Adds the option with one value, which it owns, also on failure; `node` is where the value
 * is. */
static bool add(const struct entry *entry, char *value, const struct yaml_tree *node)
{
    struct recipe *recipe = entry->recipe;
    struct option_setting *settings =
        array_grow(recipe->settings, recipe->setting_count, sizeof *settings);
    if (settings == NULL) {
        wipe_and_free(value);
        return error_set_memory(entry->error);
    }
    recipe->settings = settings;
    struct option_setting *setting = &settings[recipe->setting_count++];
    *setting = (struct option_setting){.row = entry->row, .value = value, .manner = entry->manner};
    if (asprintf(&setting->where, "%s:%zu:%zu", recipe->name, node->place.line,
            node->place.column) < 0) {
        setting->where = NULL;
        return error_set_memory(entry->error);
    }
    struct error reason = {0};
    if (value == NULL || option_read(entry->row, value, NULL, &reason))
        return true;
    return yaml_tree_wrong(entry->error, recipe->name, node->place, "%s", reason.text);
}

static bool add_switch(struct entry *entry)
{
    bool on;
    if (!recipe_read_switch(entry->recipe, entry->node, entry->label, &on, entry->error))
        return false;
    entry->manner = on ? OPTION_SETS : OPTION_UNDOES;
    return add(entry, NULL, entry->node);
}

/* Adds the option with the text of `node`. */
static bool add_text(const struct entry *entry, const struct yaml_tree *node)
{
    char *value = NULL;
    return recipe_read_text(entry->recipe, node, entry->label, &value, entry->error) &&
           add(entry, value, node);
}

static bool add_repeated(const struct entry *entry)
{
    const struct yaml_tree *node = entry->node;
    if (node->kind == YAML_TREE_TEXT)
        return add_text(entry, node);
    if (node->kind == YAML_TREE_MAP)
        return yaml_tree_wrong_kind(
            entry->error, entry->recipe->name, node, entry->label, YAML_TREE_LIST);
    if (node->count == 0)
        return wrong(entry, "is an empty list");
    for (size_t i = 0; i < node->count; i++) {
        if (!add_text(entry, &node->items[i]))
            return false;
    }
    return true;
}

/* Whether it gives a switch the one value, besides true and false, that it may have. */
static bool is_word(const struct entry *entry)
{
    const struct yaml_tree *node = entry->node;
    return entry->row->word != NULL && node->kind == YAML_TREE_TEXT &&
           strcmp(node->text, entry->row->word) == 0;
}

static bool read_entry(struct entry *entry)
{
    size_t count;
    const struct option_row *rows = options_table(&count);
    entry->row = option_find_manner_in(rows, count, entry->node->key, &entry->manner);
    (void)snprintf(entry->label, sizeof entry->label, "the option '%s'", entry->node->key);
    if (entry->row == NULL)
        return unknown(entry);
    if (!check_allowed(entry))
        return false;
    if (entry->row->kind == OPTION_SWITCH && !is_word(entry))
        return add_switch(entry);
    return entry->row->repeats ? add_repeated(entry) : add_text(entry, entry->node);
}

bool recipe_read_options(
    struct recipe *recipe, enum recipe_use use, const struct yaml_tree *map, struct error *error)
{
    if (map->kind != YAML_TREE_MAP)
        return yaml_tree_wrong_kind(error, recipe->name, map, "'options'", YAML_TREE_MAP);
    for (size_t i = 0; i < map->count; i++) {
        struct entry entry = {.recipe = recipe, .use = use, .node = &map->items[i], .error = error};
        if (!read_entry(&entry))
            return false;
    }
    return true;
}
