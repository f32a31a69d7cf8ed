#include "base/list.h"

void list_push_back(struct list *list, struct list_node *node)
{
    *node = (struct list_node){.list = list, .previous = list->last};
    if (list->last == NULL)
        list->first = node;
    else
        list->last->next = node;
    list->last = node;
    list->count++;
}

void list_push_front(struct list *list, struct list_node *node)
{
    *node = (struct list_node){.list = list, .next = list->first};
    if (list->first == NULL)
        list->last = node;
    else
        list->first->previous = node;
    list->first = node;
    list->count++;
}

void list_remove(struct list_node *node)
{
    struct list *list = node->list;
    if (list == NULL)
        return;
    if (node->previous == NULL)
        list->first = node->next;
    else
        node->previous->next = node->next;
    if (node->next == NULL)
        list->last = node->previous;
    else
        node->next->previous = node->previous;
    list->count--;
    *node = (struct list_node){0};
}

void list_place(struct list *list, struct list_node *node)
{
    if (node->list == list)
        return;
    list_remove(node);
    if (list != NULL)
        list_push_back(list, node);
}
