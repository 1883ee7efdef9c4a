/*
 * Shared memory without a file: MAP_SHARED | MAP_ANONYMOUS and System V segments.
 *
 * The object owns its pages and has no store, so it asks for no notice of writes and never gives a
 * page up. Its owner word is a serial number, an inode number for /proc. Its whole size is
 * committed when it is made, or each page when it is there (MAP_NORESERVE), as Linux does.
 */
#include <abi/errno.h>
#include <kmem/slab.h>

#include "account.h"
#include "object_pages.h"
#include "shmem.h"

static struct kmem_cache shmem_cache;

static void shmem_release(struct vm_object *object)
{
    kmem_cache_free(&shmem_cache, object);
}

static const struct vm_object_ops shmem_ops = {.release = shmem_release};

void shmem_init_cache(void)
{
    kmem_cache_init(&shmem_cache, "shmem", sizeof(struct vm_object), 64, NULL);
}

u64 shmem_serial(const struct vm_object *object)
{
    return object->ops == &shmem_ops ? (u64)(uintptr_t)object->owner : 0;
}

static struct vm_object *shmem_create(u64 size, u64 committed, u32 flags)
{
    static u64 last_serial;
    u64 serial = fetch_add(&last_serial, 1) + 1;
    struct vm_object *object;

    if (account_commit(NULL, committed) != 0)
        return ERR_PTR(-ENOMEM);
    object = kmem_cache_alloc(&shmem_cache, ALLOC_WAIT);
    if (object == NULL) {
        account_uncommit(NULL, committed);
        return ERR_PTR(-ENOMEM);
    }
    vm_object_init(object, &shmem_ops, (void *)(uintptr_t)serial, size, VM_OBJECT_SHMEM | flags);
    object->committed = committed;
    return object;
}

struct vm_object *vm_object_create_shmem(u64 size)
{
    return shmem_create(size, div_round_up(size, PAGE_SIZE), 0);
}

struct vm_object *vm_object_create_shmem_unreserved(u64 size)
{
    return shmem_create(size, 0, VM_OBJECT_COMMITS_PAGES);
}
