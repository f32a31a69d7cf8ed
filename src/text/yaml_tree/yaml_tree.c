#include "text/yaml_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "text/yaml_tree/private.h"

#define DEPTH_MOST 16 /* levels of maps and lists */

struct reader {
    struct yaml_tree_source source;
    yaml_parser_t parser;
    struct yaml_tree *open[DEPTH_MOST]; /* maps and lists that have not ended, outermost first */
    size_t depth;                       /* length of `open` */
    struct yaml_tree *awaited;          /* its key was read, its value comes next; NULL: none */
    struct error *error;
};

static bool wrong(struct reader *reader, yaml_mark_t mark, const char *sentence)
{
    return yaml_tree_wrong(
        reader->error, reader->source.name, yaml_tree_place_of(mark), "%s", sentence);
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event) != 0)
        return true;
    return yaml_tree_wrong_syntax(&reader->source, &reader->parser, reader->error);
}

static bool has_anchor(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL;
    default:
        return false;
    }
}

static bool has_tag(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.tag != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.tag != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.tag != NULL;
    default:
        return false;
    }
}

/* Checks what is not allowed on any node. */
static bool check_event(struct reader *reader, const yaml_event_t *event)
{
    if (event->type == YAML_ALIAS_EVENT)
        return wrong(reader, event->start_mark,
            "aliases are not allowed: if the value begins with '*', put it in quotes");
    if (has_anchor(event))
        return wrong(reader, event->start_mark,
            "anchors are not allowed: if the value begins with '&', put it in quotes");
    if (has_tag(event))
        return wrong(reader, event->start_mark,
            "tags are not allowed: if the value begins with '!', put it in quotes");
    if (event->type != YAML_SCALAR_EVENT)
        return true;
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL)
        return wrong(reader, event->start_mark, "a text must not contain a NUL byte");
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && event->data.scalar.length > 0 &&
        yaml_tree_comment_follows(&reader->source, event->end_mark))
        return wrong(reader, event->start_mark,
            "' #' after a value begins a comment in YAML: if '#' is part of the value, put it in "
            "quotes; "
            "else put the comment on a line of its own");
    return true;
}

static bool copy_text(struct reader *reader, const yaml_event_t *event, char **out)
{
    *out = strndup((const char *)event->data.scalar.value, event->data.scalar.length);
    return *out != NULL || error_set_memory(reader->error);
}

/* Adds a node to the map or list that is open. It stays in place until that one gets another. NULL:
 * out of memory. */
static struct yaml_tree *append(struct reader *reader)
{
    struct yaml_tree *parent = reader->open[reader->depth - 1];
    struct yaml_tree *items = array_grow(parent->items, parent->count, sizeof *items);
    if (items == NULL) {
        (void)error_set_memory(reader->error);
        return NULL;
    }
    parent->items = items;
    struct yaml_tree *item = &items[parent->count++];
    *item = (struct yaml_tree){0};
    return item;
}

static bool check_key(struct reader *reader, const yaml_event_t *event)
{
    const struct yaml_tree *map = reader->open[reader->depth - 1];
    if (event->type != YAML_SCALAR_EVENT)
        return wrong(reader, event->start_mark,
            "a key must be a text: if it begins with '{' or '[', put it in quotes");
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->items[i].key, (const char *)event->data.scalar.value) == 0)
            return yaml_tree_wrong(reader->error, reader->source.name,
                yaml_tree_place_of(event->start_mark), "duplicate key '%s': it is in line %zu too",
                map->items[i].key, map->items[i].named.line);
    }
    return true;
}

/* Adds a node with the key to the map that is open; its value is awaited. */
static bool read_key(struct reader *reader, const yaml_event_t *event)
{
    char *key;
    if (!check_key(reader, event) || !copy_text(reader, event, &key))
        return false;
    struct yaml_tree *item = append(reader);
    if (item == NULL) {
        free(key);
        return false;
    }
    item->key = key;
    item->named = yaml_tree_place_of(event->start_mark);
    reader->awaited = item;
    return true;
}

/* Reads a text, or opens a map or a list. */
static bool read_value(struct reader *reader, const yaml_event_t *event, struct yaml_tree *node)
{
    node->place = yaml_tree_place_of(event->start_mark);
    if (event->type == YAML_SCALAR_EVENT) {
        node->kind = YAML_TREE_TEXT;
        return copy_text(reader, event, &node->text);
    }
    if (reader->depth == DEPTH_MOST)
        return wrong(reader, event->start_mark, "too many levels of maps and lists");
    node->kind = event->type == YAML_SEQUENCE_START_EVENT ? YAML_TREE_LIST : YAML_TREE_MAP;
    reader->open[reader->depth++] = node;
    return true;
}

/* Reads one event of the document's content. */
static bool read_event(struct reader *reader, const yaml_event_t *event, struct yaml_tree *root)
{
    if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT) {
        reader->depth--;
        return true;
    }
    if (!check_event(reader, event))
        return false;
    struct yaml_tree *node = reader->awaited;
    reader->awaited = NULL;
    if (reader->depth == 0)
        return read_value(reader, event, root);
    if (node == NULL && reader->open[reader->depth - 1]->kind == YAML_TREE_MAP)
        return read_key(reader, event);
    if (node == NULL)
        node = append(reader);
    return node != NULL && read_value(reader, event, node);
}

static bool read_content(struct reader *reader, struct yaml_tree *root)
{
    do {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return false;
        bool read = read_event(reader, &event, root);
        yaml_event_delete(&event);
        if (!read)
            return false;
    } while (reader->depth > 0);
    return true;
}

/* Reads an event that is not content, and returns its type in `*type`. */
static bool skip_event(struct reader *reader, yaml_event_type_t *type)
{
    yaml_event_t event;
    if (!next_event(reader, &event))
        return false;
    *type = event.type;
    bool allowed = true;
    if (event.type == YAML_DOCUMENT_START_EVENT && event.data.document_start.tag_directives.start !=
                                                       event.data.document_start.tag_directives.end)
        allowed = wrong(reader, event.start_mark, "tags are not allowed: remove %TAG");
    yaml_event_delete(&event);
    return allowed;
}

/* A stream of one document: both have a start and an end. */
static bool read_stream(struct reader *reader, struct yaml_tree *root)
{
    yaml_event_type_t stream = YAML_NO_EVENT;
    yaml_event_type_t document = YAML_NO_EVENT;
    if (!skip_event(reader, &stream) || !skip_event(reader, &document))
        return false;
    if (document == YAML_STREAM_END_EVENT)
        return error_set(reader->error, ERROR_USAGE, 0, "%s: it is empty", reader->source.name);
    if (!read_content(reader, root) || !skip_event(reader, &document) ||
        !skip_event(reader, &stream))
        return false;
    if (stream != YAML_STREAM_END_EVENT)
        return wrong(reader, reader->parser.mark, "a second document is not allowed");
    return true;
}

bool yaml_tree_read(
    const char *text, size_t length, const char *name, struct yaml_tree *root, struct error *error)
{
    *root = (struct yaml_tree){0};
    struct reader reader = {
        .source = {.text = text, .length = length, .name = name}, .error = error};
    if (yaml_parser_initialize(&reader.parser) == 0)
        return error_set_memory(error);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
    bool read = read_stream(&reader, root);
    yaml_parser_delete(&reader.parser);
    return read;
}

void yaml_tree_free(struct yaml_tree *root)
{
    struct yaml_tree *path[DEPTH_MOST + 1] = {root}; /* from the root to a node */
    size_t depth = 0;
    for (;;) {
        struct yaml_tree *node = path[depth];
        if (node->count > 0) {
            path[++depth] = &node->items[node->count - 1];
            continue;
        }
        free(node->items);
        free(node->key);
        free(node->text);
        if (depth == 0)
            break;
        path[--depth]->count--;
    }
    *root = (struct yaml_tree){0};
}
