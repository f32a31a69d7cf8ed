/* A recipe as text for people, and as JSON for programs. */
#ifndef SHOAL_APP_RECIPE_TEXT_H
#define SHOAL_APP_RECIPE_TEXT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/must_use.h"
#include "core/recipe.h"

/* Adds title, variables, limits, notes and an example. `out` remembers a failure. */
void recipe_text_add(struct buf *out, const struct recipe *recipe);

/* A new JSON object with name, title, see, notes, variables and options, owned by the caller. NULL:
 * out of memory. */
MUST_USE json_t *recipe_text_json(const struct recipe *recipe);

#endif
