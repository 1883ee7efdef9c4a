/*
 * Which instances watch which: a graph without circles, not too deep, in which not too many ways
 * lead from one file up to instances that nobody watches, since a wake goes all of them. Linux's
 * bounds: chains of five instances; of ways over two, three, four and five instances 500, 100, 50
 * and 10.
 *
 * A walk notes where it has been (epoll.visit), so it looks at each instance once. Lock:
 * epoll_mutex.
 */
#include "epoll_internal.h"

#include <abi/errno.h>
#include <vfs/file.h>

#define EPOLL_NESTING_MAX 5 /* instances in a chain */

static u64 visits; /* (epoll_mutex) walks so far */

/* ---- depth ---- */

/* Instances in the longest chain below @epoll, itself included; beyond @limit it stops counting. */
static int depth_below(struct epoll *epoll, const struct epoll *forbidden, int limit)
{
    struct rb_node *node;
    int deepest = 0;

    if (epoll == forbidden || limit == 0)
        return EPOLL_NESTING_MAX + 1;
    if (epoll->visit == visits)
        return epoll->depth;
    for (node = rb_first(&epoll->items); node != NULL; node = rb_next(node)) {
        struct epoll *below = epoll_of(epoll_item_of(node)->file);

        if (below != NULL)
            deepest = max(deepest, depth_below(below, forbidden, limit - 1));
    }
    epoll->visit = visits;
    epoll->depth = deepest + 1;
    return epoll->depth;
}

/* The same upwards. */
static int depth_above(struct epoll *epoll, int limit)
{
    struct epoll_item *item;
    int highest = 0;

    if (limit == 0)
        return EPOLL_NESTING_MAX + 1;
    if (epoll->visit == visits)
        return epoll->depth;
    list_for_each_entry (item, &epoll->file->epoll_items, file_link)
        highest = max(highest, depth_above(item->epoll, limit - 1));
    epoll->visit = visits;
    epoll->depth = highest + 1;
    return epoll->depth;
}

int epoll_nesting_check(struct epoll *epoll, struct file *target)
{
    struct epoll *below = epoll_of(target);
    int depth;

    if (below == NULL)
        return 0;
    visits++;
    depth = depth_above(epoll, EPOLL_NESTING_MAX);
    visits++;
    depth += depth_below(below, epoll, EPOLL_NESTING_MAX);
    return depth > EPOLL_NESTING_MAX ? -ELOOP : 0;
}

/* ---- ways ---- */

/* How many more ways there may be over so many instances, less one. */
struct ways {
    s32 left[EPOLL_NESTING_MAX];
};

static const struct ways ways_most = {.left = {INT32_MAX, 500, 100, 50, 10}};

/* Count the ways up from @file, over @length instances so far. => false: too many */
static bool ways_count(struct ways *ways, const struct file *file, int length)
{
    const struct epoll_item *item;
    bool good;

    if (length == EPOLL_NESTING_MAX)
        return false;
    list_for_each_entry (item, &file->epoll_items, file_link) {
        if (list_is_empty(&item->epoll->file->epoll_items))
            good = --ways->left[length] >= 0;
        else
            good = ways_count(ways, item->epoll->file, length + 1);
        if (!good)
            return false;
    }
    return true;
}

static bool file_check(const struct file *file)
{
    struct ways ways = ways_most;

    return ways_count(&ways, file, 0);
}

/* All files that are no instances below @epoll. */
static bool files_below_check(struct epoll *epoll)
{
    struct rb_node *node;

    if (epoll->visit == visits)
        return true;
    epoll->visit = visits;
    for (node = rb_first(&epoll->items); node != NULL; node = rb_next(node)) {
        const struct file *file = epoll_item_of(node)->file;
        struct epoll *below = epoll_of(file);

        if (below != NULL ? !files_below_check(below) : !file_check(file))
            return false;
    }
    return true;
}

bool epoll_paths_check(struct epoll *epoll, struct file *target)
{
    struct epoll *below = epoll_of(target);

    if (below != NULL) {
        visits++;
        return files_below_check(below);
    }
    return list_is_empty(&epoll->file->epoll_items) || file_check(target);
}
