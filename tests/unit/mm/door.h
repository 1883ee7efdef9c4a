/*
 * A door that counts the areas mapped through it, as System V segments have.
 */
#pragma once

#include <kern/preempt.h>

#include "program.h"

struct door {
    struct vm_source source;
    u64 references, areas;
};

static inline struct door *door_of(const struct vm_source *source)
{
    return (struct door *)((char *)source - offsetof(struct door, source));
}

static inline void door_get(struct vm_source *source)
{
    door_of(source)->references++;
}

static inline void door_put(struct vm_source *source)
{
    EXPECT(door_of(source)->references-- > 0);
}

static inline void door_area_added(struct vm_source *source)
{
    might_sleep();
    door_of(source)->areas++;
}

static inline void door_area_removed(struct vm_source *source)
{
    might_sleep();
    EXPECT(door_of(source)->areas-- > 0);
}

static inline u64 door_area_count(const struct vm_source *source)
{
    return door_of(source)->areas;
}

static const struct vm_source_ops door_ops = {
    .get = door_get,
    .put = door_put,
    .area_added = door_area_added,
    .area_removed = door_area_removed,
    .area_count = door_area_count,
};

/* Map all of @object through @door, at @addr (0: anywhere). */
static inline long do_attach(struct mm *mm, vaddr_t addr, struct vm_object *object,
                             struct door *door)
{
    struct mm_map_request request = {.addr = addr,
                                     .len = object->size,
                                     .prot = RW,
                                     .flags = MAP_SHARED | (addr != 0 ? MAP_FIXED : 0),
                                     .object = object,
                                     .source = &door->source,
                                     .may = VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC};

    door->source.ops = &door_ops;
    return mm_map(mm, &request);
}
