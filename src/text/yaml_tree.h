/* A strict subset of YAML 1.1, read by libyaml: one document of maps, lists and texts.
 *
 * Every scalar is a text. Tags, anchors, aliases, `%TAG`, keys that are not texts, duplicate keys
 * and a second document are errors. A plain value that is followed by ` #` is an error too: YAML
 * would cut it there without a word. Errors are `NAME:LINE:COLUMN: sentence`, and those that quotes
 * would avoid say so. */
#ifndef SHOAL_TEXT_YAML_TREE_H
#define SHOAL_TEXT_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/must_use.h"

/* What a node is. */
enum yaml_tree_kind {
    YAML_TREE_TEXT, /* a scalar */
    YAML_TREE_LIST, /* a sequence */
    YAML_TREE_MAP,  /* a mapping */
};

/* A place in a document. Both count from 1; a column is a character. */
struct yaml_tree_place {
    size_t line;
    size_t column;
};

/* A node, and what is below it. Owned by its root: yaml_tree_free(). */
struct yaml_tree {
    enum yaml_tree_kind kind;     /* what it is */
    char *key;                    /* its name in the map that contains it; NULL: it is in no map */
    struct yaml_tree_place named; /* where `key` begins */
    struct yaml_tree_place place; /* where the value begins */
    char *text;                   /* YAML_TREE_TEXT: the text, without NUL bytes; otherwise NULL */
    struct yaml_tree *items;      /* YAML_TREE_LIST, YAML_TREE_MAP: the nodes in it, in order */
    size_t count;                 /* length of `items` */
};

/* Reads the document of `length` bytes at `text` into `root`, which the caller releases with
 * yaml_tree_free(), also on failure. `name` is the file's name in errors. An empty document is an
 * error. False with `error`. */
MUST_USE bool yaml_tree_read(
    const char *text, size_t length, const char *name, struct yaml_tree *root, struct error *error);

/* Releases everything below the root. A root of zeros is allowed. */
void yaml_tree_free(struct yaml_tree *root);

/* Sets `error` to `NAME:LINE:COLUMN: ` and the formatted sentence, as ERROR_USAGE. Returns false.
 */
bool yaml_tree_wrong(struct error *error, const char *name, struct yaml_tree_place place,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Sets `error`: `node`, which is `what` ("the option 'url'"), is not of the kind that is needed
 * there. The sentence names the kind that it is, and asks for quotes where YAML made a map of a
 * text. Returns false. */
bool yaml_tree_wrong_kind(struct error *error, const char *name, const struct yaml_tree *node,
    const char *what, enum yaml_tree_kind needed);

#endif
