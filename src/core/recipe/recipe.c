#include "core/recipe.h"

#include <stdlib.h>

#include "base/wipe.h"
#include "core/recipe/private.h"

#define SOURCE_MOST (1024 * 1024) /* bytes of an options file */

static void free_list(char **list, size_t count)
{
    for (size_t i = 0; list != NULL && i < count; i++)
        free(list[i]);
    free(list);
}

static void free_variable(struct recipe_variable *variable)
{
    free(variable->name);
    free(variable->help);
    free(variable->fallback);
    free_list(variable->values, variable->value_count);
}

void recipe_free(struct recipe *recipe)
{
    if (recipe == NULL)
        return;
    free(recipe->name);
    free(recipe->id);
    free(recipe->title);
    free(recipe->see);
    free_list(recipe->notes, recipe->note_count);
    for (size_t i = 0; i < recipe->variable_count; i++)
        free_variable(&recipe->variables[i]);
    free(recipe->variables);
    for (size_t i = 0; i < recipe->setting_count; i++) {
        wipe_and_free(recipe->settings[i].value);
        free(recipe->settings[i].where);
    }
    free(recipe->settings);
    buf_free(&recipe->source);
    free(recipe);
}

struct recipe *recipe_open(const char *given, enum recipe_use use, struct error *error)
{
    struct recipe *recipe = calloc(1, sizeof *recipe);
    if (recipe == NULL) {
        (void)error_set_memory(error);
        return NULL;
    }
    buf_init(&recipe->source, SOURCE_MOST);
    struct yaml_tree root = {0};
    bool read = recipe_find(recipe, given, use, error) &&
                yaml_tree_read(
                    buf_text(&recipe->source), recipe->source.length, recipe->name, &root, error) &&
                recipe_read(recipe, use, &root, error);
    yaml_tree_free(&root);
    if (read)
        return recipe;
    recipe_free(recipe);
    return NULL;
}
