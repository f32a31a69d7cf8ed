/* The forms of a set as one automaton. */
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "text/secret/private.h"

#define NODES_FIRST 256

struct secrets *secrets_new(void)
{
    return calloc(1, sizeof(struct secrets));
}

struct secrets *secrets_new_over(struct secrets *below)
{
    struct secrets *secrets = secrets_new();
    if (secrets != NULL)
        secrets->below = below;
    return secrets;
}

static void free_nodes(struct secret_node *nodes, size_t count)
{
    wipe(nodes, count * sizeof *nodes);
    free(nodes);
}

void secrets_free(struct secrets *secrets)
{
    if (secrets == NULL)
        return;
    free_nodes(secrets->nodes, secrets->count);
    free(secrets);
}

/* Not realloc(3), which leaves a copy of the secrets behind. */
static bool reserve(struct secrets *secrets, size_t extra)
{
    size_t needed = (size_t)secrets->count + extra;
    if (needed <= secrets->capacity)
        return true;
    size_t capacity = secrets->capacity == 0 ? NODES_FIRST : (size_t)secrets->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    if (capacity > UINT32_MAX)
        return false;
    struct secret_node *nodes = calloc(capacity, sizeof *nodes);
    if (nodes == NULL)
        return false;
    if (secrets->count > 0)
        memcpy(nodes, secrets->nodes, secrets->count * sizeof *nodes);
    free_nodes(secrets->nodes, secrets->count);
    secrets->nodes = nodes;
    secrets->capacity = (uint32_t)capacity;
    return true;
}

/* The node that continues `state` with `byte`; SECRET_ROOT: there is none. */
static uint32_t child_of(const struct secrets *secrets, uint32_t state, unsigned char byte)
{
    if (state == SECRET_ROOT)
        return secrets->first[byte];
    uint32_t child = secrets->nodes[state].child;
    while (child != 0 && secrets->nodes[child].byte != byte)
        child = secrets->nodes[child].sibling;
    return child;
}

static uint32_t add_child(struct secrets *secrets, uint32_t state, unsigned char byte)
{
    uint32_t child = secrets->count++;
    struct secret_node *parent = &secrets->nodes[state];
    secrets->nodes[child] =
        (struct secret_node){.byte = byte, .depth = parent->depth + 1, .sibling = parent->child};
    parent->child = child;
    if (state == SECRET_ROOT)
        secrets->first[byte] = child;
    return child;
}

bool secrets_add(struct secrets *secrets, const char *form, size_t length)
{
    if (length == 0)
        return true;
    if (length >= UINT32_MAX || !reserve(secrets, length + 1))
        return false;
    if (secrets->count == 0)
        secrets->count = 1; /* the root */
    uint32_t state = SECRET_ROOT;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)form[i];
        uint32_t child = child_of(secrets, state, byte);
        state = child != 0 ? child : add_child(secrets, state, byte);
    }
    secrets->nodes[state].match = secrets->nodes[state].depth;
    secrets->linked = false;
    return true;
}

/* Can `other` continue with a byte with which `node` cannot? */
static bool continues_otherwise(const struct secrets *secrets, uint32_t other, uint32_t node)
{
    uint32_t child = secrets->nodes[other].child;
    while (child != 0 && child_of(secrets, node, secrets->nodes[child].byte) != 0)
        child = secrets->nodes[child].sibling;
    return child != 0;
}

/* Sets the links of a child of `parent`. Those of all shorter beginnings are set. */
static void link_node(struct secrets *secrets, uint32_t parent, uint32_t node)
{
    struct secret_node *nodes = secrets->nodes;
    uint32_t suffix = SECRET_ROOT;
    uint32_t end = parent;
    while (end != SECRET_ROOT && suffix == SECRET_ROOT) {
        end = nodes[end].suffix;
        suffix = child_of(secrets, end, nodes[node].byte);
    }
    nodes[node].suffix = suffix;
    bool useful = suffix == SECRET_ROOT || continues_otherwise(secrets, suffix, node);
    nodes[node].next = useful ? suffix : nodes[suffix].next;
    if (nodes[node].match != nodes[node].depth)
        nodes[node].match = nodes[suffix].match;
}

bool secret_automaton_link(struct secrets *secrets)
{
    if (secrets->linked)
        return true;
    uint32_t *queue = calloc(secrets->count, sizeof *queue);
    if (queue == NULL)
        return false;
    uint32_t queued = 1; /* the root */
    for (uint32_t i = 0; i < queued; i++) {
        uint32_t child = secrets->nodes[queue[i]].child;
        for (; child != 0; child = secrets->nodes[child].sibling) {
            link_node(secrets, queue[i], child);
            queue[queued++] = child;
        }
    }
    free(queue);
    secrets->linked = true;
    return true;
}

uint32_t secret_automaton_step(
    const struct secrets *secrets, uint32_t state, unsigned char byte, size_t *steps)
{
    for (;;) {
        uint32_t child = child_of(secrets, state, byte);
        (*steps)++;
        if (child != 0 || state == SECRET_ROOT)
            return child;
        state = secrets->nodes[state].next;
    }
}
