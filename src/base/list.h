/* Doubly linked lists whose nodes live inside the caller's objects. A node is in one list at a time
 * and knows which, so it can be removed at once, wherever it is. */
#ifndef SHOAL_BASE_LIST_H
#define SHOAL_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list;

/* A place in a list. All zero: in none. */
struct list_node {
    struct list *list;          /* NULL: in none */
    struct list_node *previous; /* NULL: the first, or in none */
    struct list_node *next;     /* NULL: the last, or in none */
};

/* A list. All zero: empty. It must stay in place while it has nodes. */
struct list {
    struct list_node *first; /* NULL: empty */
    struct list_node *last;  /* NULL: empty */
    size_t count;            /* its length */
};

/* Adds `node`, which must not be in a list, at the end. */
void list_push_back(struct list *list, struct list_node *node);

/* Adds `node`, which must not be in a list, at the front. */
void list_push_front(struct list *list, struct list_node *node);

/* Removes `node` from its list, if it is in one. */
void list_remove(struct list_node *node);

/* Puts `node` in `list`, at the end unless it is in it already, or in no list: `list` NULL. */
void list_place(struct list *list, struct list_node *node);

#endif
