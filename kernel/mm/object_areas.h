/*
 * The interval tree of the areas that map an object, by the pages of the object they show.
 * Lock: object.lock. (vma.h 5 says what must not change while an area is in the tree.)
 */
#pragma once

#include "vma.h"

#define vma_of_object_node(interval) container_of(interval, struct vma, object_node)

static inline u64 object_area_first_index(const struct interval_node *node)
{
    return vma_of_object_node(node)->offset;
}

static inline u64 object_area_last_index(const struct interval_node *node)
{
    const struct vma *vma = vma_of_object_node(node);

    return vma->offset + vma_pages(vma) - 1;
}

INTERVAL_TREE_DEFINE(object_area, object_area_first_index, object_area_last_index)
