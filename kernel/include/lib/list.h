/*
 * Doubly linked lists whose links live inside the elements (intrusive): nothing is allocated.
 *
 * A list is a ring through one struct list_head that is the head and one per element. A head or an
 * element that is on no list points to itself; list_remove leaves it so, which makes a second
 * removal harmless and list_is_linked meaningful for every element that was list_init'ed.
 * No locks: the owner of the list says which lock protects it.
 */
#pragma once

#include <lib/types.h>

struct list_head {
    struct list_head *next;
    struct list_head *prev;
};

/* Static initialiser: struct list_head name = LIST_INIT(name). */
#define LIST_INIT(name)                                                                            \
    {                                                                                              \
        &(name), &(name)                                                                           \
    }

static inline void list_init(struct list_head *head)
{
    head->next = head;
    head->prev = head;
}

static inline bool list_is_empty(const struct list_head *head)
{
    return head->next == head;
}

/* True when the element @node (initialised) is on some list. */
static inline bool list_is_linked(const struct list_head *node)
{
    return node->next != node;
}

/* True when the list has exactly one element. */
static inline bool list_is_singular(const struct list_head *head)
{
    return head->next != head && head->next == head->prev;
}

static inline void list_insert_between(struct list_head *node, struct list_head *prev,
                                       struct list_head *next)
{
    node->prev = prev;
    node->next = next;
    prev->next = node;
    next->prev = node;
}

/* Insert @node first, that is directly after @head (which may also be an element). */
static inline void list_add(struct list_head *node, struct list_head *head)
{
    list_insert_between(node, head, head->next);
}

/* Insert @node last, that is directly before @head (which may also be an element). */
static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
    list_insert_between(node, head->prev, head);
}

/* Take @node off its list; afterwards it is linked to itself only. */
static inline void list_remove(struct list_head *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

static inline void list_move(struct list_head *node, struct list_head *head)
{
    list_remove(node);
    list_add(node, head);
}

static inline void list_move_tail(struct list_head *node, struct list_head *head)
{
    list_remove(node);
    list_add_tail(node, head);
}

/* Put @replacement where @node was; @node is then on no list. */
static inline void list_replace(struct list_head *node, struct list_head *replacement)
{
    list_insert_between(replacement, node->prev, node->next);
    list_init(node);
}

/* Append all elements of @list to @head, in order; @list is then empty. */
static inline void list_splice_tail(struct list_head *list, struct list_head *head)
{
    if (list_is_empty(list))
        return;
    list->next->prev = head->prev;
    head->prev->next = list->next;
    list->prev->next = head;
    head->prev = list->prev;
    list_init(list);
}

/* Put all elements of @list in front of those of @head, in order; @list is then empty. */
static inline void list_splice(struct list_head *list, struct list_head *head)
{
    if (list_is_empty(list))
        return;
    list->prev->next = head->next;
    head->next->prev = list->prev;
    list->next->prev = head;
    head->next = list->next;
    list_init(list);
}

#define list_entry(node, type, member) container_of(node, type, member)

/* The list must not be empty. */
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)  list_entry((head)->prev, type, member)

/* NULL when the list is empty. */
#define list_first_entry_or_null(head, type, member)                                               \
    (list_is_empty(head) ? NULL : list_first_entry(head, type, member))

/* The neighbour of the element @pos; past the end it is the head in disguise. */
#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)

#define list_for_each(node, head)                                                                  \
    for ((node) = (head)->next; (node) != (head); (node) = (node)->next)

#define list_for_each_entry(pos, head, member)                                                     \
    for ((pos) = list_first_entry(head, __typeof__(*(pos)), member); &(pos)->member != (head);     \
         (pos) = list_next_entry(pos, member))

#define list_for_each_entry_reverse(pos, head, member)                                             \
    for ((pos) = list_last_entry(head, __typeof__(*(pos)), member); &(pos)->member != (head);      \
         (pos) = list_prev_entry(pos, member))

/* The body may remove @pos (and only @pos) from the list, and free it. */
#define list_for_each_entry_safe(pos, following, head, member)                                     \
    for ((pos) = list_first_entry(head, __typeof__(*(pos)), member),                               \
        (following) = list_next_entry(pos, member);                                                \
         &(pos)->member != (head);                                                                 \
         (pos) = (following), (following) = list_next_entry(pos, member))
