/*
 * Address spaces: creating, forking, emptying and freeing them.
 *
 * `users` counts who runs in the address space; when the last leaves, everything in it is unmapped.
 * `references` counts who may still look at the struct. All address spaces that are not yet empty
 * are on one list, for the audit. Locks: list_lock (sleeping) > mm.map_lock.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/slab.h>
#include <lib/string.h>

#include "account.h"
#include "anon_family.h"
#include "hugetlb.h"
#include "mm_list.h"
#include "pkey.h"
#include "pt.h"

static struct kmem_cache mm_cache;
struct mutex mm_list_lock;
struct list_head mm_list;

void mm_init_cache(void)
{
    kmem_cache_init(&mm_cache, "mm", sizeof(struct mm), 16, NULL);
    mutex_init(&mm_list_lock);
    list_init(&mm_list);
}

/* ---- creating ---- */

/* A struct mm with an empty root, in no family. */
static struct mm *mm_alloc(void)
{
    struct mm *mm = kmem_cache_alloc(&mm_cache, ALLOC_WAIT | ALLOC_ZERO);
    struct pt_table *root;
    struct page *page;

    if (mm == NULL)
        return NULL;
    if (arch_mmu_init(&mm->mmu) != 0) {
        kmem_cache_free(&mm_cache, mm);
        return NULL;
    }
    page = phys_to_page(mm->mmu.root);
    page_flag_set(page, PAGE_TABLE);
    root = pt_table_of_page(page);
    *root = (struct pt_table){.sharers = 1, .level = PTE_LEVELS};
    spin_lock_init(&root->lock, LOCK_RANK_TABLE);
    rwlock_init(&mm->map_lock);
    rb_root_init(&mm->areas);
    mm->users = 1;
    mm->references = 1;
    mm->limits = (struct mm_limits){~0ul, ~0ul, 8ul << 20, 8ul << 20};
    return mm;
}

static void mm_free(struct mm *mm)
{
    arch_mmu_fini(&mm->mmu);
    kmem_cache_free(&mm_cache, mm);
}

static void mm_enlist(struct mm *mm)
{
    mutex_lock(&mm_list_lock);
    list_add_tail(&mm->list_link, &mm_list);
    mutex_unlock(&mm_list_lock);
}

struct mm *mm_create(void)
{
    struct mm *mm = mm_alloc();

    if (mm == NULL)
        return ERR_PTR(-ENOMEM);
    if (anon_family_create(mm) != 0) {
        mm_free(mm);
        return ERR_PTR(-ENOMEM);
    }
    mm_layout_init(mm, true, 0);
    pkey_init(mm);
    mm_enlist(mm);
    return mm;
}

/* ---- forking ---- */

/* What a forked address space has in common with its parent, besides areas and pages. */
static void inherit_layout(struct mm *child, const struct mm *parent)
{
    child->mmap_base = parent->mmap_base;
    child->mmap_bottom = parent->mmap_bottom;
    child->bottom_up = parent->bottom_up;
    child->brk_start = parent->brk_start;
    child->brk = parent->brk;
    child->code_start = parent->code_start;
    child->code_end = parent->code_end;
    child->data_start = parent->data_start;
    child->data_end = parent->data_end;
    child->stack_start = parent->stack_start;
    child->arg_start = parent->arg_start;
    child->arg_end = parent->arg_end;
    child->env_start = parent->env_start;
    child->env_end = parent->env_end;
    child->vdso = parent->vdso;
    child->limits = parent->limits;
    child->core_filter = parent->core_filter;
    child->thp_disabled = READ_ONCE(parent->thp_disabled);
    pkey_inherit(child, parent);
    child->refuse_write_exec = parent->refuse_write_exec;
    child->last_lineage = parent->last_lineage;
    child->executable = parent->executable;
    child->membarrier = READ_ONCE(parent->membarrier);
    memcpy(child->saved_auxv, parent->saved_auxv, sizeof(child->saved_auxv));
}

/* Give @child a copy of the area @vma, without its pages. */
static int fork_area(struct mm *child, const struct vma *vma, struct vma **out)
{
    struct vma *copy = vma_alloc();

    if (copy == NULL)
        return -ENOMEM;
    if ((vma->flags & VMA_ACCOUNT) && account_commit(child, vma_pages(vma)) != 0) {
        vma_free(copy);
        return -ENOMEM;
    }
    *copy = *vma;
    copy->mm = child;
    copy->flags &= ~(VMA_LOCK_BITS | VMA_HUGETLB_OWNER);
    vma_forget_userfault(copy);
    vma_clear_counts(copy);
    if (vma->flags & VMA_WIPEONFORK)
        vma_forget_lineage(copy);
    vma_set_forked(copy);
    vma_link(copy);
    account_add(child, copy->flags, vma_pages(copy));
    *out = copy;
    return 0;
}

/* The pages too. A truncation may not come between the entries of parent and child. Where there are
 * no private pages the child faults in what it touches, as on Linux (mincore shows it). */
static int fork_pages(struct mm *child, struct vma *vma, struct batch *batch)
{
    int err;

    if (!vma_fork_copies(vma))
        return 0;
    if (vma->object != NULL)
        read_lock(&vma->object->resize);
    err = pt_copy(child, vma, batch);
    if (vma->object != NULL)
        read_unlock(&vma->object->resize);
    return err;
}

static int fork_areas(struct mm *child, struct mm *parent)
{
    struct vma *vma, *copy;
    struct batch batch;
    int err = 0;

    batch_init(&batch, parent);
    vma_for_each (vma, parent) {
        if (vma->flags & VMA_DONTFORK)
            continue;
        err = fork_area(child, vma, &copy);
        if (err == 0)
            err = fork_pages(child, vma, &batch);
        if (err != 0)
            break;
    }
    batch_finish(&batch);
    return err;
}

struct mm *mm_fork(struct mm *parent)
{
    struct mm *child = mm_alloc();
    int err;

    if (child == NULL)
        return ERR_PTR(-ENOMEM);
    mm_enlist(child); /* empty still; the audit holds mm_list_lock when it wants the parent */
    write_lock(&parent->map_lock);
    inherit_layout(child, parent);
    anon_family_join(child, parent->family);
    err = fork_areas(child, parent);
    write_unlock(&parent->map_lock);
    if (err != 0) {
        mm_put_user(child);
        return ERR_PTR(err);
    }
    return child;
}

/* ---- emptying and freeing ---- */

/* Area by area: all tables are below areas, and the address space is much larger than they are. */
static void unmap_everything(struct mm *mm)
{
    struct pt_range range = {.floor = 0, .ceiling = PT_CEILING};
    struct batch batch;
    struct vma *vma;

    write_lock(&mm->map_lock);
    batch_init(&batch, mm);
    vma_for_each (vma, mm) {
        range.start = vma->start;
        range.end = vma->end;
        hugetlb_area_leave(vma);
        pt_zap(&batch, &range);
    }
    batch_finish(&batch);
    while ((vma = vma_first(mm)) != NULL) {
        range.start = vma->start;
        range.end = vma->end;
        account_remove(mm, vma->flags, vma_pages(vma));
        vma_unlink_and_free(vma);
        pt_free_tables(&batch, &range);
    }
    account_uncommit(mm, mm->committed_pages);
    batch_finish(&batch);
    if (mm->oom_state != MM_OOM_NONE)
        store_release(&mm->oom_state, MM_OOM_EMPTY);
    write_unlock(&mm->map_lock);
}

struct mm *mm_get_user(struct mm *mm)
{
    u32 found = READ_ONCE(mm->users);

    while (found != 0) {
        if (try_cmpxchg(&mm->users, &found, found + 1))
            return mm;
    }
    return NULL;
}

void mm_put_user(struct mm *mm)
{
    u32 before = fetch_sub(&mm->users, 1);

    ASSERT(before > 0);
    if (before > 1)
        return;
    unmap_everything(mm);
    mutex_lock(&mm_list_lock);
    list_remove(&mm->list_link);
    mutex_unlock(&mm_list_lock);
    anon_family_leave(mm);
    mm_put(mm);
}

struct mm *mm_get(struct mm *mm)
{
    fetch_add(&mm->references, 1);
    return mm;
}

void mm_put(struct mm *mm)
{
    u32 before = fetch_sub(&mm->references, 1);

    ASSERT(before > 0);
    if (before == 1)
        mm_free(mm);
}

/* ---- resident pages ---- */

/* => map_lock held */
static void resident_get_locked(struct mm *mm, struct mm_resident *resident)
{
    u64 nr[NR_PT_KINDS];
    u64 sum;

    pt_count(mm, nr);
    resident->anonymous = nr[PT_ANONYMOUS];
    resident->file = nr[PT_FILE];
    resident->shmem = nr[PT_SHMEM];
    resident->swap = 0;
    sum = resident->anonymous + resident->file + resident->shmem;
    if (sum > mm->peak_resident_pages)
        mm->peak_resident_pages = sum;
}

void mm_resident_get(struct mm *mm, struct mm_resident *resident)
{
    read_lock(&mm->map_lock);
    resident_get_locked(mm, resident);
    read_unlock(&mm->map_lock);
}

void mm_peak_update(struct mm *mm)
{
    struct mm_resident resident;

    resident_get_locked(mm, &resident);
}
