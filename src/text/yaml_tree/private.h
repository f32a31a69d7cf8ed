/* What the files that read YAML share. */
#ifndef SHOAL_TEXT_YAML_TREE_PRIVATE_H
#define SHOAL_TEXT_YAML_TREE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/err.h"
#include "text/yaml_tree.h"

/* A document that is being read. */
struct yaml_tree_source {
    const char *text; /* the caller's */
    size_t length;    /* bytes */
    const char *name; /* in errors */
};

/* The place that libyaml's mark is at. */
struct yaml_tree_place yaml_tree_place_of(yaml_mark_t mark);

/* Sets `error` to what libyaml complains about. A value that needs quotes gets a sentence of its
 * own. Returns false. */
bool yaml_tree_wrong_syntax(
    const struct yaml_tree_source *source, const yaml_parser_t *parser, struct error *error);

/* Whether a comment follows on the line, after the plain scalar that ends at `end`. */
bool yaml_tree_comment_follows(const struct yaml_tree_source *source, yaml_mark_t end);

#endif
