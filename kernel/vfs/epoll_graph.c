/*
 * Which instances watch which: a graph without circles, and not too deep. Lock: epoll_mutex.
 */
#include "epoll_internal.h"

#include <abi/errno.h>
#include <vfs/file.h>

#define EPOLL_NESTING_MAX 5 /* instances in a chain */

/* Instances in the longest chain below @epoll, itself included; beyond @limit it stops counting. */
static int depth_below(struct epoll *epoll, const struct epoll *forbidden, int limit)
{
    struct rb_node *node;
    int deepest = 0;

    if (epoll == forbidden || limit == 0)
        return EPOLL_NESTING_MAX + 1;
    for (node = rb_first(&epoll->items); node != NULL; node = rb_next(node)) {
        struct epoll *below = epoll_of(epoll_item_of(node)->file);

        if (below != NULL)
            deepest = max(deepest, depth_below(below, forbidden, limit - 1));
    }
    return deepest + 1;
}

/* The same upwards, from the file of an instance. */
static int depth_above(const struct file *file, int limit)
{
    struct epoll_item *item;
    int highest = 0;

    if (limit == 0)
        return EPOLL_NESTING_MAX + 1;
    list_for_each_entry (item, &file->epoll_items, file_link)
        highest = max(highest, depth_above(item->epoll->file, limit - 1));
    return highest + 1;
}

int epoll_nesting_check(struct epoll *epoll, struct file *target)
{
    struct epoll *below = epoll_of(target);

    if (below == NULL)
        return 0;
    if (depth_above(epoll->file, EPOLL_NESTING_MAX) + depth_below(below, epoll, EPOLL_NESTING_MAX) >
        EPOLL_NESTING_MAX)
        return -ELOOP;
    return 0;
}
