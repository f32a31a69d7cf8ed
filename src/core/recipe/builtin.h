/* The files of recipes/, which the build makes part of the program. */
#ifndef SHOAL_CORE_RECIPE_BUILTIN_H
#define SHOAL_CORE_RECIPE_BUILTIN_H

#include <stddef.h>

/* One file. */
struct recipe_builtin {
    const char *name; /* of the recipe: the file's name without .yaml */
    const char *text; /* the content, and a NUL that `length` does not count */
    size_t length;    /* bytes */
};

/* All of them, sorted by name. */
extern const struct recipe_builtin recipe_builtin_list[];

/* Length of recipe_builtin_list. */
extern const size_t recipe_builtin_count;

#endif
