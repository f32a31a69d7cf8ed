/* The values in an options file. */
#include <stdlib.h>
#include <string.h>

#include "core/recipe/private.h"

bool recipe_read_text(const struct recipe *recipe, const struct yaml_tree *node, const char *what,
    char **out, struct error *error)
{
    if (node->kind != YAML_TREE_TEXT)
        return yaml_tree_wrong_kind(error, recipe->name, node, what, YAML_TREE_TEXT);
    size_t length = strlen(node->text);
    while (length > 0 && node->text[length - 1] == '\n')
        length--; /* of a block scalar */
    if (length == 0)
        return yaml_tree_wrong(error, recipe->name, node->place,
            "%s is empty (if the value begins with '#', put it in quotes)", what);
    *out = strndup(node->text, length);
    return *out != NULL || error_set_memory(error);
}

bool recipe_read_list(const struct recipe *recipe, const struct yaml_tree *node, const char *what,
    char ***out, size_t *count, struct error *error)
{
    if (node->kind == YAML_TREE_MAP)
        return yaml_tree_wrong_kind(error, recipe->name, node, what, YAML_TREE_LIST);
    const struct yaml_tree *items = node->kind == YAML_TREE_TEXT ? node : node->items;
    size_t most = node->kind == YAML_TREE_TEXT ? 1 : node->count;
    if (most == 0)
        return yaml_tree_wrong(error, recipe->name, node->place, "%s is an empty list", what);
    *out = calloc(most, sizeof **out);
    if (*out == NULL)
        return error_set_memory(error);
    for (*count = 0; *count < most; ++*count) {
        if (!recipe_read_text(recipe, &items[*count], what, &(*out)[*count], error))
            return false;
    }
    return true;
}

bool recipe_read_switch(const struct recipe *recipe, const struct yaml_tree *node, const char *what,
    bool *out, struct error *error)
{
    static const char *const words[] = {"no", "yes", "false", "true"};
    if (node->kind != YAML_TREE_TEXT)
        return yaml_tree_wrong_kind(error, recipe->name, node, what, YAML_TREE_TEXT);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(node->text, words[i]) == 0) {
            *out = i % 2 == 1;
            return true;
        }
    }
    return yaml_tree_wrong(
        error, recipe->name, node->place, "%s '%s': it must be yes or no", what, node->text);
}
