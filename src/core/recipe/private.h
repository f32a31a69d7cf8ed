/* What the files that read options files share. */
#ifndef SHOAL_CORE_RECIPE_PRIVATE_H
#define SHOAL_CORE_RECIPE_PRIVATE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/must_use.h"
#include "core/recipe.h"
#include "text/yaml_tree.h"

/* Most names in a message that lists them. */
#define RECIPE_LISTED_SIZE 256

/* --- read.c --- */

/* Reads the document `root` into `recipe`, whose `name` is set. False with `error`. */
MUST_USE bool recipe_read(
    struct recipe *recipe, enum recipe_use use, const struct yaml_tree *root, struct error *error);

/* Whether a default names other variables, as a template does. */
bool recipe_is_template(const char *text);

/* --- read_value.c --- */

/* Copies the text of `node`, which messages call `what`. False with `error`: it is another kind, or
 * empty. */
MUST_USE bool recipe_read_text(const struct recipe *recipe, const struct yaml_tree *node,
    const char *what, char **out, struct error *error);

/* Copies a list of texts; a single text is a list of one. False with `error`. */
MUST_USE bool recipe_read_list(const struct recipe *recipe, const struct yaml_tree *node,
    const char *what, char ***out, size_t *count, struct error *error);

/* Reads yes or no. False with `error`. */
MUST_USE bool recipe_read_switch(const struct recipe *recipe, const struct yaml_tree *node,
    const char *what, bool *out, struct error *error);

/* --- read_options.c --- */

/* Reads the map `options` into `recipe->settings`. False with `error`. */
MUST_USE bool recipe_read_options(
    struct recipe *recipe, enum recipe_use use, const struct yaml_tree *map, struct error *error);

/* --- find.c --- */

/* Finds the file that `given` means: sets `recipe->name` and `recipe->id`, and reads it into
 * `recipe->source`. False with `error`. */
MUST_USE bool recipe_find(
    struct recipe *recipe, const char *given, enum recipe_use use, struct error *error);

#endif
