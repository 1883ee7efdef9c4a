/*
 * shmat(2) and shmdt(2), and the doors between them.
 *
 * A door (struct shm_door) is what one call of shmat made; areas hold references to it and are
 * counted through it. The segment stays while it counts an area, so a door may follow its pointer
 * while it is told of areas; what maps(5) shows is in the door itself.
 */
#include "shm_segment.h"

#include <abi/errno.h>
#include <abi/mman.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/refcount.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <vfs/vfs.h>

#define SHMLBA PAGE_SIZE

/* Segments are on the device of all memory that has no file. */
#define SEGMENT_DEVICE device_make(0, 1)

struct shm_door {
    struct vm_source source;
    refcount_t references;
    struct shm_segment *segment; /* (I) valid while an area is counted */
    u64 areas;                   /* (a) written with shm_ids.lock held */
    s32 id, key;                 /* (I) the segment's, the key as it was at first */
};

static struct shm_door *door_of(struct vm_source *source)
{
    return container_of(source, struct shm_door, source);
}

static void door_get(struct vm_source *source)
{
    refcount_get(&door_of(source)->references);
}

static void door_put(struct vm_source *source)
{
    if (refcount_put_and_test(&door_of(source)->references))
        kfree(door_of(source));
}

static void door_describe(struct vm_source *source, char *path, size_t size, u64 *device,
                          u64 *inode)
{
    const struct shm_door *door = door_of(source);

    *device = SEGMENT_DEVICE;
    *inode = (u64)door->id;
    scnprintf(path, size, "/SYSV%08x (deleted)", (u32)door->key);
}

/* Who does it: the process that maps, unmaps, forks or exits. */
static s32 current_id(void)
{
    const struct task *task = current_task_or_null();

    return task == NULL ? 0 : process_id(task->process);
}

static void door_area_added(struct vm_source *source)
{
    struct shm_segment *segment = door_of(source)->segment;

    mutex_lock(&shm_ids.lock);
    fetch_add(&door_of(source)->areas, 1);
    segment->attached++;
    segment->attach_time = ipc_time_now();
    segment->last_id = current_id();
    mutex_unlock(&shm_ids.lock);
}

static void door_area_removed(struct vm_source *source)
{
    struct shm_segment *segment = door_of(source)->segment;

    mutex_lock(&shm_ids.lock);
    ASSERT(segment->attached > 0 && door_of(source)->areas > 0);
    fetch_sub(&door_of(source)->areas, 1);
    segment->attached--;
    segment->detach_time = ipc_time_now();
    segment->last_id = current_id();
    shm_destroy_if_unused(segment);
    mutex_unlock(&shm_ids.lock);
}

static u64 door_area_count(const struct vm_source *source)
{
    return READ_ONCE(container_of(source, struct shm_door, source)->areas);
}

static const struct vm_source_ops door_ops = {
    .get = door_get,
    .put = door_put,
    .describe = door_describe,
    .area_added = door_area_added,
    .area_removed = door_area_removed,
    .area_count = door_area_count,
};

/* ---- shmat ---- */

/* The address as SHM_RND makes it. */
static int check_address(vaddr_t *addr, u32 flags)
{
    if (*addr == 0)
        return flags & SHM_REMAP ? -EINVAL : 0;
    if (is_aligned(*addr, SHMLBA))
        return 0;
    if (!(flags & SHM_RND))
        return -EINVAL;
    *addr = align_down(*addr, SHMLBA);
    return *addr == 0 && (flags & SHM_REMAP) ? -EINVAL : 0;
}

static u32 permissions_wanted(u32 flags)
{
    u32 mode = IPC_MAY_READ;

    if (!(flags & SHM_RDONLY))
        mode |= IPC_MAY_WRITE;
    if (flags & SHM_EXEC)
        mode |= IPC_MAY_EXEC;
    return mode;
}

/* Find the segment and count the call, so that it stays. */
static int segment_hold(s32 id, u32 flags, struct shm_segment **out)
{
    struct shm_segment *segment;
    int err = -EINVAL;

    mutex_lock(&shm_ids.lock);
    segment = shm_find(id);
    if (segment != NULL)
        err = ipc_may_access(&segment->ipc, permissions_wanted(flags));
    if (err == 0)
        segment->attached++;
    mutex_unlock(&shm_ids.lock);
    *out = segment;
    return err;
}

static void segment_release(struct shm_segment *segment)
{
    mutex_lock(&shm_ids.lock);
    segment->attached--;
    shm_destroy_if_unused(segment);
    mutex_unlock(&shm_ids.lock);
}

static struct shm_door *door_create(struct shm_segment *segment)
{
    struct shm_door *door = kmalloc(sizeof(*door), ALLOC_WAIT);

    if (door == NULL)
        return NULL;
    *door = (struct shm_door){
        .source = {.ops = &door_ops},
        .segment = segment,
        .id = segment->ipc.id,
        .key = segment->first_key,
    };
    refcount_init(&door->references, 1);
    return door;
}

static int begins_below(const struct vma_info *info, void *end)
{
    return info->start < *(const vaddr_t *)end;
}

/* Is the place free? Without SHM_REMAP nothing may be there, and that is asked first. */
static int check_place(struct mm *mm, vaddr_t addr, u64 size)
{
    vaddr_t end;

    if (add_overflow(addr, size, &end))
        return -EINVAL;
    return mm_for_each_area(mm, addr, begins_below, &end) != 0 ? -EINVAL : 0;
}

/* What an attachment maps: all of the object. */
static u64 segment_len(const struct shm_segment *segment)
{
    return segment->object->flags & VM_OBJECT_HUGETLB ? segment->object->size : segment->size;
}

static long map_segment(struct shm_door *door, vaddr_t addr, u32 flags)
{
    struct mm *mm = current_task()->mm;
    struct mm_map_request request = {
        .addr = addr,
        .len = segment_len(door->segment),
        .prot =
            PROT_READ | (flags & SHM_RDONLY ? 0 : PROT_WRITE) | (flags & SHM_EXEC ? PROT_EXEC : 0),
        .flags = MAP_SHARED,
        .object = door->segment->object,
        .source = &door->source,
        .may = VMA_MAYREAD | VMA_MAYEXEC | (flags & SHM_RDONLY ? 0 : VMA_MAYWRITE),
        .rights = capable(CAP_SYS_RAWIO) ? MM_MAP_MAY_LOW : 0,
    };
    bool exact = addr != 0;
    long result = 0;

    if (exact && (flags & SHM_REMAP))
        request.flags |= MAP_FIXED;
    else if (exact)
        request.flags |= MAP_FIXED_NOREPLACE;
    if (request.flags & MAP_FIXED_NOREPLACE)
        result = check_place(mm, addr, request.len);
    if (result == 0)
        result = mm_map(mm, &request);
    return result == -EEXIST ? -EINVAL : result;
}

long shm_attach(s32 id, vaddr_t addr, u32 flags)
{
    struct shm_segment *segment;
    struct shm_door *door;
    vaddr_t place = addr;
    long result = id < 0 ? -EINVAL : check_address(&place, flags);

    if (result == 0)
        result = segment_hold(id, flags, &segment);
    if (result != 0)
        return result;
    door = door_create(segment);
    result = door == NULL ? -ENOMEM : map_segment(door, place, flags);
    if (door != NULL)
        door_put(&door->source);
    segment_release(segment);
    return result;
}

/* ---- shmdt ---- */

long shm_detach(vaddr_t addr)
{
    return mm_detach(current_task()->mm, addr, &door_ops);
}
