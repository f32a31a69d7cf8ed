/* Options files: recipes (--recipe) and configuration files (--config), and how they combine with
 * the options that the caller gave. docs/recipes.md describes the files. */
#ifndef SHOAL_CORE_RECIPE_H
#define SHOAL_CORE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "core/options.h"
#include "text/yaml_tree.h"

/* What an options file is used as. */
enum recipe_use {
    RECIPE_AS_RECIPE, /* --recipe: it may have variables */
    RECIPE_AS_CONFIG, /* --config: it has none, and may set those of the recipe */
};

/* A variable of a recipe: a key of -s. */
struct recipe_variable {
    char *name;
    char *help;                   /* what it is, for people; NULL: not said */
    char *fallback;               /* its default; NULL: none */
    char **values;                /* those that are allowed; NULL: any */
    size_t value_count;           /* length of `values` */
    bool secret;                  /* its value must never be shown */
    bool optional;                /* it may be left without a value */
    struct yaml_tree_place place; /* where the file declares it */
};

/* An options file. Everything in it is owned. */
struct recipe {
    char *name;                        /* how messages name it */
    char *id;                          /* what to give to --recipe */
    char *title;                       /* NULL: it has none */
    char *see;                         /* a URL to read more at; NULL: none */
    char **notes;                      /* sentences */
    size_t note_count;                 /* length of `notes` */
    struct recipe_variable *variables; /* in the order of the file */
    size_t variable_count;             /* length of `variables` */
    struct option_setting *settings; /* the options, in the order of the file, each with `where` */
    size_t setting_count;            /* length of `settings` */
    struct buf source;               /* the file's text */
};

/* Reads an options file. `given` is the name of a recipe (only RECIPE_AS_RECIPE), or a path, which
 * as a recipe contains a slash. The caller frees it with recipe_free(). NULL with `error`, which
 * names the file, the line and the column. */
MUST_USE struct recipe *recipe_open(const char *given, enum recipe_use use, struct error *error);

/* Frees what recipe_open() returned. NULL does nothing. */
void recipe_free(struct recipe *recipe);

/* The variable with that name; NULL: there is none. */
const struct recipe_variable *recipe_variable(const struct recipe *recipe, const char *name);

/* The names of recipes. */
struct recipe_names {
    char **list;  /* sorted; owned */
    size_t count; /* length of `list` */
};

/* Lists the recipes that a name finds: the built-in ones and the user's. The caller releases them
 * with recipe_names_free(), also on failure. False with `error`: out of memory. A folder of the
 * user's that cannot be read has none. */
MUST_USE bool recipe_names(struct recipe_names *names, struct error *error);

/* Releases a list. */
void recipe_names_free(struct recipe_names *names);

/* Returns new options: `given`, with what its options files say where `given` does not say
 * otherwise, and the values of the recipe's variables as `set`. They contain no `recipe` and no
 * `config`, so that doing it again changes nothing. The caller frees them with
 * shoal_options_free(). NULL with `error`. */
MUST_USE struct shoal_options *recipe_resolve(
    const struct shoal_options *given, struct error *error);

#endif
