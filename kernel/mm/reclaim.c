/*
 * Getting pages back when memory is short: clean ones of files, and private ones that were given up
 * with MADV_FREE (lazy_free.h).
 *
 * Objects whose pages can be read again from a store are on one list. A round goes over it, from
 * where the last one ended: first pages that nobody maps, then (after the private ones) mapped
 * ones, whose entries are removed through the object's areas. Dirty pages, other private pages and
 * shmem stay. Background rounds run as deferred work, woken by kmem. Locks: reclaim_mutex
 * (sleeping) around it all, which the audit takes to see nothing change; list_lock for the list; an
 * object on it is revived by reference before it is used.
 */
#include <kmem/frames.h>
#include <kmem/kmem.h>
#include <mm/mm.h>
#include <sched/work.h>

#include "lazy_free.h"
#include "object_pages.h"
#include "reclaim.h"

static struct spinlock list_lock = SPINLOCK_INIT(LOCK_RANK_LRU);
static struct list_head objects = LIST_INIT(objects);
static u64 nr_objects; /* (list_lock) */
static bool (*oom_kill)(void);
struct mutex reclaim_mutex;

void object_enlist(struct vm_object *object)
{
    if (list_is_linked(&object->reclaim_link))
        return;
    spin_lock(&list_lock);
    if (!list_is_linked(&object->reclaim_link)) {
        list_add_tail(&object->reclaim_link, &objects);
        nr_objects++;
    }
    spin_unlock(&list_lock);
}

void object_delist(struct vm_object *object)
{
    spin_lock(&list_lock);
    if (list_is_linked(&object->reclaim_link)) {
        list_remove(&object->reclaim_link);
        nr_objects--;
    }
    spin_unlock(&list_lock);
}

static bool try_get(struct vm_object *object)
{
    u32 found = READ_ONCE(object->references);

    while (found != 0) {
        if (try_cmpxchg(&object->references, &found, found + 1))
            return true;
    }
    return false;
}

/* The object whose turn it is, referenced, moved to the end of the list; NULL: none. */
static struct vm_object *next_object(void)
{
    struct vm_object *object, *found = NULL;

    spin_lock(&list_lock);
    list_for_each_entry (object, &objects, reclaim_link) {
        if (try_get(object)) {
            found = object;
            break;
        }
    }
    if (found != NULL)
        list_move_tail(&found->reclaim_link, &objects);
    spin_unlock(&list_lock);
    return found;
}

/* One turn of every object. */
static u64 reclaim_round(u64 nr_pages, bool unmap)
{
    u64 turns = READ_ONCE(nr_objects);
    u64 freed = 0;

    while (turns-- > 0 && freed < nr_pages) {
        struct vm_object *object = next_object();

        if (object == NULL)
            break;
        freed += object_drop_idle(object, nr_pages - freed, unmap);
        vm_object_put(object);
    }
    return freed;
}

u64 reclaim_pages(u64 nr_pages)
{
    u64 freed;

    mutex_lock(&reclaim_mutex);
    freed = reclaim_round(nr_pages, false);
    if (freed < nr_pages)
        freed += lazy_free_reclaim(nr_pages - freed);
    if (freed < nr_pages)
        freed += reclaim_round(nr_pages - freed, true);
    mutex_unlock(&reclaim_mutex);
    return freed;
}

/* ---- hooks of kmem ---- */

static void reclaim_background(struct work *work)
{
    u64 shortage = frames_shortage();

    (void)work;
    if (shortage > 0)
        reclaim_pages(shortage);
}

static struct work background = WORK_INIT(reclaim_background);

static void reclaim_wake(void)
{
    work_queue(&background);
}

/* A block that is not there although frames are: nobody's end would help. */
static bool reclaim_out_of_memory(unsigned int order, unsigned int flags)
{
    (void)flags;
    if (oom_kill == NULL || (order > 0 && frames_shortage() == 0))
        return false;
    return oom_kill();
}

void mm_set_oom_hook(bool (*kill)(void))
{
    oom_kill = kill;
}

void reclaim_init(void)
{
    static const struct reclaim_operations operations = {
        .reclaim = reclaim_pages,
        .wake = reclaim_wake,
        .out_of_memory = reclaim_out_of_memory,
    };

    mutex_init(&reclaim_mutex);
    kmem_register_reclaim(&operations);
}
