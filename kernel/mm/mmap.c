/*
 * mmap(2): check, reserve, commit.
 *
 * Checks come in the order of Linux, so that a call wrong in two ways fails with Linux's errno.
 * What the file allows comes in as request->may; which flags the file knows is the caller's
 * business.
 */
#include <abi/errno.h>
#include <kern/panic.h>

#include "account.h"
#include "commit.h"
#include "hugetlb.h"
#include "map.h"
#include "placement.h"
#include "pkey.h"
#include "populate.h"
#include "refuse.h"
#include "settings.h"
#include "shmem.h"
#include "unmap.h"
#include "write_exec.h"

/* What a request becomes on its way. */
struct mapping {
    struct mm *mm;
    const struct mm_map_request *request;
    vaddr_t start, end;
    u32 flags;
    struct vm_object *object; /* referenced */
    struct vma *vma;          /* reserved */
    bool replaces;            /* there is something in the range: @unmap is for it */
    struct unmap_reserve unmap;
    u64 committed;
    bool object_committed;
    bool counted; /* in object.writable_maps, before the area is there */
};

static bool is_shared(const struct mm_map_request *request)
{
    return request->flags & MAP_SHARED; /* also of MAP_SHARED_VALIDATE */
}

/* ---- check ---- */

static bool is_hugetlb(const struct mm_map_request *request)
{
    return request->object != NULL && (request->object->flags & VM_OBJECT_HUGETLB);
}

static u32 request_flags(struct mm *mm, const struct mm_map_request *request)
{
    u32 flags = (request->prot & VMA_PROTECTION) | request->vma_flags | mm->def_flags;

    if (!(flags & VMA_STACK)) /* Linux forgets it when exec has made the stack */
        flags |= VMA_SOFTDIRTY;
    flags |= request->object != NULL || request->source != NULL ? request->may : VMA_MAY_ALL;
    if (is_shared(request))
        flags |= VMA_SHARED;
    if (request->flags & MAP_GROWSDOWN)
        flags |= VMA_GROWSDOWN;
    if ((request->flags & MAP_NORESERVE) && (!commit_is_strict() || is_hugetlb(request)))
        flags |= VMA_NORESERVE;
    if (is_hugetlb(request))
        flags |= VMA_HUGETLB;
    if ((flags & (VMA_HUGETLB | VMA_SHARED | VMA_NORESERVE)) == VMA_HUGETLB)
        flags |= VMA_HUGETLB_OWNER;
    if (request->flags & MAP_SYNC)
        flags |= VMA_SYNC;
    if (request->flags & MAP_LOCKED)
        flags |= VMA_LOCKED;
    return flags;
}

static int check_type(const struct mm_map_request *request)
{
    unsigned type = request->flags & MAP_TYPE;

    if (type == MAP_SHARED_VALIDATE && !(request->flags & MAP_ANONYMOUS) &&
        (request->flags & ~MAP_LEGACY_MASK))
        return -EOPNOTSUPP;

    if (type != MAP_SHARED && type != MAP_PRIVATE &&
        !(type == MAP_SHARED_VALIDATE && !(request->flags & MAP_ANONYMOUS)))
        return -EINVAL;
    if (request->refusal != 0)
        return request->refusal;
    if ((request->flags & MAP_GROWSDOWN) && (is_shared(request) || request->object != NULL))
        return -EINVAL;
    return 0;
}

/* The rights asked for against those the door allows. */
static int check_rights(const struct mm_map_request *request)
{
    if (request->object == NULL)
        return 0;
    if (is_shared(request) && (request->prot & PROT_WRITE) && !(request->may & VMA_MAYWRITE))
        return -EACCES;
    if (!(request->may & VMA_MAYREAD))
        return -EACCES;
    if ((request->prot & PROT_EXEC) && !(request->may & VMA_MAYEXEC))
        return -EPERM;
    return 0;
}

static int check_locked(const struct mapping *map)
{
    if ((map->request->flags & MAP_LOCKED) && !account_may_lock(map->mm))
        return -EPERM;
    return account_check_locked(map->mm, map->flags, (map->end - map->start) >> PAGE_SHIFT);
}

/* Pages that the mapping replaces: they do not count against the limits. */
static u64 replaced_pages(const struct mapping *map)
{
    struct vma *vma;
    u64 nr = 0;

    vma_for_each_overlap (vma, map->mm, map->start, map->end)
        nr += (min(vma->end, map->end) - max(vma->start, map->start)) >> PAGE_SHIFT;
    return nr;
}

static int check_limits(const struct mapping *map)
{
    u64 nr = (map->end - map->start) >> PAGE_SHIFT;

    if (account_check(map->mm, map->flags, nr) == 0)
        return 0;
    current_thread()->refusal = NULL;
    return account_check(map->mm, map->flags, nr - replaced_pages(map));
}

/* Does the range end beyond the largest offset: 2^63 of a file, 2^64 of a device? */
static bool exceeds_file(const struct mm_map_request *request, size_t len)
{
    u64 end;

    if (add_overflow(request->offset, (u64)len, &end))
        return true;
    return !(request->object->flags & VM_OBJECT_DEVICE) && end >= 1UL << 63;
}

/* Lengths and numbers, without the address space. */
static int check_size(const struct mm_map_request *request, size_t *len)
{
    if (request->len == 0)
        return -EINVAL;
    *len = align_up(request->len, PAGE_SIZE);
    if (*len == 0)
        return -ENOMEM;
    if (request->object != NULL && exceeds_file(request, *len))
        return -EOVERFLOW;
    return 0;
}

static int check_place(struct mapping *map, size_t len)
{
    const struct mm_map_request *request = map->request;
    unsigned flags = request->flags & ~MAP_HUGETLB;
    long addr;

    if (is_hugetlb(request))
        flags |= MAP_HUGETLB;
    if (flags & MAP_FIXED_NOREPLACE)
        flags |= MAP_FIXED;
    if (map->mm->nr_areas > settings_max_map_count())
        return refuse(-ENOMEM, REFUSED_NR_AREAS);
    addr = placement_find(map->mm, request->addr, len, flags, request->rights & MM_MAP_MAY_LOW);
    if (addr < 0)
        return (int)addr;
    map->start = addr;
    map->end = addr + len;
    if ((flags & MAP_FIXED_NOREPLACE) && vma_find_overlap(map->mm, map->start, map->end) != NULL)
        return refuse(-EEXIST, REFUSED_OCCUPIED);
    return 0;
}

/* The first execute-only memory takes a key, also when the mapping then fails. */
static void choose_key(struct mapping *map)
{
    if (map->request->prot == PROT_EXEC)
        map->flags |= pkey_execute_only(map->mm) << VMA_PKEY_SHIFT;
}

static int mapping_check(struct mapping *map)
{
    size_t len;
    int err = check_size(map->request, &len);

    if (err == 0)
        err = check_place(map, len);
    if (err == 0)
        choose_key(map);
    if (err == 0)
        err = check_locked(map);
    if (err == 0)
        err = check_type(map->request);
    if (err == 0)
        err = check_rights(map->request);
    if (err == 0)
        err = map->request->seal_refusal;
    if (err == 0)
        err = check_limits(map);
    if (err == 0 && write_exec_is_refused(map->mm, map->flags, map->flags))
        err = -EACCES;
    return err;
}

/* ---- reserve ---- */

static int reserve_object(struct mapping *map)
{
    const struct mm_map_request *request = map->request;
    u64 size = map->end - map->start;

    map->object = request->object;
    if (request->object != NULL)
        vm_object_get(request->object);
    else if (is_shared(request))
        map->object = map->flags & VMA_NORESERVE ? vm_object_create_shmem_unreserved(size)
                                                 : vm_object_create_shmem(size);
    return IS_ERR(map->object) ? PTR_ERR(map->object) : 0;
}

static int commit_object(struct mapping *map)
{
    int err;

    if (!map->request->commits_object || map->object_committed)
        return 0;
    err = vm_object_commit_whole(map->object, map->request->flags & MAP_NORESERVE);
    map->object_committed = err == 0;
    return err;
}

static int reserve_commitment(struct mapping *map)
{
    if (!account_is_charged(map->flags))
        return 0;
    map->flags |= VMA_ACCOUNT;
    map->committed = (map->end - map->start) >> PAGE_SHIFT;
    return account_commit(map->mm, map->committed);
}

/* Huge pages are promised by the area if it is private, else by the object. */
static int reserve_huge_pages(const struct mapping *map)
{
    u64 nr = (map->end - map->start) / HUGETLB_SIZE;
    u64 index = map->request->offset / HUGETLB_SIZE;

    if (!(map->flags & VMA_HUGETLB))
        return 0;
    if (!is_aligned(map->request->offset, HUGETLB_SIZE))
        return -EINVAL;
    if (map->flags & VMA_HUGETLB_OWNER)
        return hugetlb_reserve(nr);
    if ((map->flags & VMA_NORESERVE) || !(map->flags & VMA_SHARED) ||
        (map->object->flags & VM_OBJECT_KEPT))
        return 0;
    return hugetlb_object_promise(map->object, index, nr);
}

static void unreserve_huge_pages(const struct mapping *map)
{
    if (map->flags & VMA_HUGETLB_OWNER)
        hugetlb_unreserve((map->end - map->start) / HUGETLB_SIZE);
}

/* A shared mapping that may be written to counts as one from here on, so that nobody seals the file
 * against writing until the area itself is counted; a seal set since the door was asked counts. */
static int reserve_writable(struct mapping *map)
{
    const u32 writable = VMA_SHARED | VMA_MAYWRITE;
    struct vm_source *source = map->request->source;
    int err = 0;

    if ((map->flags & writable) != writable || (map->flags & VMA_SPECIAL) || source == NULL ||
        source->ops->is_sealed == NULL)
        return 0;
    spin_lock(&map->object->lock);
    if (!source->ops->is_sealed(source)) {
        map->object->writable_maps++;
        map->counted = true;
    } else if (map->flags & VMA_WRITE) {
        err = -EPERM;
    } else {
        map->flags &= ~VMA_MAYWRITE;
    }
    spin_unlock(&map->object->lock);
    return err;
}

static void unreserve_writable(struct mapping *map)
{
    if (!map->counted)
        return;
    spin_lock(&map->object->lock);
    map->object->writable_maps--;
    spin_unlock(&map->object->lock);
    map->counted = false;
}

/* What others count: commitment and promises. They may be refused. */
static int reserve_promises(struct mapping *map)
{
    int err = reserve_object(map);

    if (err != 0)
        return err;
    err = reserve_writable(map);
    if (err == 0)
        err = commit_object(map);
    if (err == 0)
        err = reserve_commitment(map);
    if (err != 0)
        goto put_object;
    err = reserve_huge_pages(map);
    if (err != 0)
        goto uncommit;
    return 0;

uncommit:
    account_uncommit(map->mm, map->committed);
put_object:
    unreserve_writable(map);
    if (map->object != NULL)
        vm_object_put(map->object);
    return err;
}

static void unreserve_promises(struct mapping *map)
{
    unreserve_huge_pages(map);
    unreserve_writable(map);
    account_uncommit(map->mm, map->committed);
    if (map->object != NULL)
        vm_object_put(map->object);
}

/* Linux clears the place first: what was there counts no more, and is gone if there still is too
 * little. */
static int reserve_promises_or_clear(struct mapping *map)
{
    int err = reserve_promises(map);

    if (err == 0 || vma_find_overlap(map->mm, map->start, map->end) == NULL)
        return err;
    if (unmap_locked(map->mm, map->start, map->end) != 0)
        return -ENOMEM;
    return reserve_promises(map);
}

static int reserve_area(struct mapping *map)
{
    map->vma = vma_alloc();
    if (map->vma == NULL)
        return -ENOMEM;
    map->replaces = (map->request->flags & MAP_FIXED) &&
                    vma_find_overlap(map->mm, map->start, map->end) != NULL;
    if (!map->replaces || unmap_reserve(&map->unmap, map->mm, map->start, map->end) == 0)
        return 0;
    vma_free(map->vma);
    return -ENOMEM; /* what cannot be cut, too, as on Linux */
}

static int mapping_reserve(struct mapping *map)
{
    int err = reserve_promises_or_clear(map);

    if (err != 0)
        return err;
    err = reserve_area(map);
    if (err != 0)
        unreserve_promises(map);
    return err;
}

/* ---- commit ---- */

static void fill_area(const struct mapping *map, struct vma *vma)
{
    const struct mm_map_request *request = map->request;

    vma->mm = map->mm;
    vma->start = map->start;
    vma->end = map->end;
    vma->flags = map->flags;
    vma->object = map->object;
    if (vma_is_special(vma) || vma_is_hugetlb(vma))
        vma->flags &= ~VMA_LOCK_BITS;
    if (vma_is_device(vma) && !(vma->flags & VMA_SPECIAL))
        vma->flags |= VMA_DONTDUMP;
    vma->offset = request->object != NULL ? request->offset >> PAGE_SHIFT : 0;
    vma->birth = map->start >> PAGE_SHIFT;
    if (map->flags & VMA_SPECIAL)
        vma->name = request->name;
    else
        vma->source = request->source;
}

static void replace(struct mapping *map)
{
    struct batch batch __uncleared;

    batch_init(&batch, map->mm);
    unmap_commit(&map->unmap, &batch);
    batch_finish(&batch);
}

static void mapping_commit(struct mapping *map)
{
    struct vma *vma = map->vma;

    if (map->replaces)
        replace(map);
    fill_area(map, vma);
    vma_link(vma);
    unreserve_writable(map); /* the area is counted now */
    account_add(map->mm, vma->flags, vma_pages(vma));
    if (vma_is_hugetlb(vma) && (vma->flags & VMA_WRITE))
        hugetlb_object_grow(map->object, map->request->offset + (map->end - map->start));
    vma_merge_new(vma);
    if (map->object != NULL)
        vm_object_put(map->object); /* the area has its own */
}

static bool wants_populate(const struct mapping *map)
{
    unsigned flags = map->request->flags;

    return (map->flags & VMA_LOCKED) || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
}

/* The door says no when the place has been cleared for the mapping, as on Linux. */
static int refuse_late(const struct mapping *map)
{
    int err = unmap_locked(map->mm, map->start, map->end);

    return err != 0 ? err : map->request->late_refusal;
}

long map_locked(struct mm *mm, const struct mm_map_request *request, bool *populate)
{
    struct mapping map = {.mm = mm, .request = request, .flags = request_flags(mm, request)};
    int err = mapping_check(&map);

    if (err == 0 && request->late_refusal != 0)
        err = refuse_late(&map);
    if (err == 0)
        err = mapping_reserve(&map);
    if (err != 0)
        return err;
    mapping_commit(&map);
    *populate = wants_populate(&map);
    return map.start;
}

long mm_map(struct mm *mm, const struct mm_map_request *request)
{
    bool populate = false;
    long result;

    write_lock(&mm->map_lock);
    result = map_locked(mm, request, &populate);
    write_unlock(&mm->map_lock);
    if (result >= 0 && populate)
        populate_quietly(mm, result, result + align_up(request->len, PAGE_SIZE), false);
    return result;
}
