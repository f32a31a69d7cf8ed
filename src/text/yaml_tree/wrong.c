/* Errors that name a place in a document. */
#include <stdarg.h>
#include <stdio.h>

#include "text/yaml_tree.h"

bool yaml_tree_wrong(
    struct error *error, const char *name, struct yaml_tree_place place, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(error, ERROR_USAGE, 0, "%s:%zu:%zu: %s", name, place.line, place.column, text);
}

bool yaml_tree_wrong_kind(struct error *error, const char *name, const struct yaml_tree *node,
    const char *what, enum yaml_tree_kind needed)
{
    static const char *const kinds[] = {
        [YAML_TREE_TEXT] = "a text", [YAML_TREE_LIST] = "a list", [YAML_TREE_MAP] = "a map"};
    const char *cure = "";
    if (needed != YAML_TREE_MAP && node->kind == YAML_TREE_MAP)
        cure = "; a text that begins with '{' or contains ': ' is a map in YAML: put it in quotes";
    else if (needed == YAML_TREE_TEXT && node->kind == YAML_TREE_LIST)
        cure = "; a text that begins with '[' or '- ' is a list in YAML: put it in quotes";
    return yaml_tree_wrong(error, name, node->place, "%s must be %s, not %s%s", what, kinds[needed],
        kinds[node->kind], cure);
}
