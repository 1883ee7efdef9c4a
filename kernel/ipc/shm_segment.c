/*
 * Segments: making, finding and removing them; the settings; the view for /proc.
 */
#include "shm_segment.h"

#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/limits.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/bits.h>
#include <mm/hugetlb.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <vfs/context.h>
#include <vfs/cred.h>
#include <vfs/user_account.h>

#define SIZE_UNLIMITED (~0ull - (1ull << 24))
#define SEGMENTS_MAX   4096

struct ipc_ids shm_ids;
u64 shmmax = SIZE_UNLIMITED;
u64 shmall = SIZE_UNLIMITED;
s32 shmmni = SEGMENTS_MAX;
s32 shm_rmid_forced;
u64 shm_total_pages;

static struct shm_segment *segment_of(struct ipc_object *object)
{
    return object == NULL ? NULL : container_of(object, struct shm_segment, ipc);
}

struct shm_segment *shm_find(s32 id)
{
    return segment_of(ipc_ids_find(&shm_ids, id));
}

/* ---- making ---- */

struct shm_request {
    struct ipc_get_request get;
    u64 size;
};

static const struct shm_request *request_of(const struct ipc_get_request *get)
{
    return container_of(get, struct shm_request, get);
}

/* Who may have segments of huge pages: CAP_IPC_LOCK, or the group of vm.hugetlb_shm_group. */
static bool may_use_huge(void)
{
    return capable(CAP_IPC_LOCK) ||
           credentials_in_group(vfs_current()->credentials, hugetlb_shm_group());
}

static int check_huge(u32 flags)
{
    unsigned size = flags >> SHM_HUGE_SHIFT & SHM_HUGE_MASK;

    if (!hugetlb_size_is_known(size))
        return -EINVAL;
    if (!may_use_huge())
        return -EPERM;
    return hugetlb_size_is_had(size) ? 0 : -ENOMEM;
}

static int check_new(const struct shm_request *request)
{
    u64 pages = request->size / PAGE_SIZE + (request->size % PAGE_SIZE != 0);
    u64 total;

    if (request->size < SHMMIN || request->size > READ_ONCE(shmmax))
        return -EINVAL;
    if (pages << PAGE_SHIFT < request->size)
        return -ENOSPC;
    if (add_overflow(shm_total_pages, pages, &total) || total > READ_ONCE(shmall))
        return -ENOSPC;
    if (request->get.flags & SHM_HUGETLB)
        return check_huge(request->get.flags);
    return request->size > FILE_SIZE_MAX ? -EINVAL : 0;
}

/* All of its huge pages are promised now, whoever maps it later. */
static struct vm_object *make_huge_object(const struct shm_request *request)
{
    u64 size = align_up(request->size, HUGETLB_SIZE);
    struct vm_object *object;
    int err = 0;

    if (size < request->size)
        return ERR_PTR(-ENOMEM);
    object = hugetlb_object_create(size);
    if (!IS_ERR(object) && !(request->get.flags & SHM_NORESERVE))
        err = hugetlb_object_promise(object, 0, size / HUGETLB_SIZE);
    if (err == 0)
        return object;
    vm_object_put(object);
    return ERR_PTR(err);
}

static struct vm_object *make_object(const struct shm_request *request)
{
    if (request->get.flags & SHM_HUGETLB)
        return make_huge_object(request);
    if (request->get.flags & SHM_NORESERVE)
        return vm_object_create_shmem_unreserved(request->size);
    return vm_object_create_shmem(request->size);
}

static void segment_init(struct shm_segment *segment, const struct shm_request *request,
                         struct vm_object *object)
{
    *segment = (struct shm_segment){
        .ipc = {.key = request->get.key, .mode = request->get.flags & 0777},
        .object = object,
        .size = request->size,
        .first_key = request->get.key,
        .change_time = ipc_time_now(),
        .creator_id = process_id(current_process()),
        .creator = current_task(),
    };
}

static long segment_create(const struct ipc_get_request *get)
{
    const struct shm_request *request = request_of(get);
    struct shm_segment *segment;
    struct vm_object *object;
    long id = check_new(request);

    if (id != 0)
        return id;
    segment = kmalloc(sizeof(*segment), ALLOC_WAIT);
    if (segment == NULL)
        return -ENOMEM;
    object = make_object(request);
    id = PTR_ERR(object);
    if (IS_ERR(object))
        goto free_segment;
    segment_init(segment, request, object);
    id = ipc_ids_insert(&shm_ids, &segment->ipc, (u32)READ_ONCE(shmmni));
    if (id < 0)
        goto put_object;
    shm_total_pages += shm_segment_pages(segment);
    __atomic_fetch_or(&current_task()->flags, TASK_SHM_CREATOR, __ATOMIC_RELAXED);
    return id;

put_object:
    vm_object_put(object);
free_segment:
    kfree(segment);
    return id;
}

/* An existing segment must be as large as what is asked for. */
static int segment_check(const struct ipc_object *object, const struct ipc_get_request *get)
{
    return container_of(object, struct shm_segment, ipc)->size < request_of(get)->size ? -EINVAL
                                                                                       : 0;
}

long shm_get(s32 key, u64 size, u32 flags)
{
    struct shm_request request = {
        .get = {.key = key, .flags = flags, .create = segment_create, .check = segment_check},
        .size = size,
    };

    return ipc_get(&shm_ids, &request.get);
}

/* ---- removing ---- */

void shm_destroy(struct shm_segment *segment)
{
    u64 pages = shm_segment_pages(segment);

    ASSERT(segment->attached == 0);
    ipc_ids_remove(&shm_ids, &segment->ipc);
    shm_total_pages -= pages;
    if (segment->locker != NULL) {
        fetch_sub(&segment->locker->locked_pages, pages);
        user_account_put(segment->locker);
    }
    vm_object_put(segment->object);
    kfree(segment);
}

void shm_destroy_if_unused(struct shm_segment *segment)
{
    if (segment->attached == 0 && (shm_rmid_forced || (segment->ipc.mode & SHM_DEST)))
        shm_destroy(segment);
}

void shm_task_exit(void)
{
    const struct task *self = current_task();
    struct ipc_object *object;
    u64 index = 0;

    if (!(self->flags & TASK_SHM_CREATOR))
        return;
    mutex_lock(&shm_ids.lock);
    for (; (object = ipc_ids_next(&shm_ids, &index)) != NULL; index++) {
        struct shm_segment *segment = segment_of(object);

        if (segment->creator != self)
            continue;
        segment->creator = NULL;
        if (shm_rmid_forced)
            shm_destroy_if_unused(segment);
    }
    mutex_unlock(&shm_ids.lock);
}

/* ---- settings ---- */

/* Segments that were left behind before shm_rmid_forced was set. */
static void destroy_orphans(void)
{
    struct ipc_object *object;
    u64 index = 0;

    for (; (object = ipc_ids_next(&shm_ids, &index)) != NULL; index++) {
        if (segment_of(object)->creator == NULL)
            shm_destroy_if_unused(segment_of(object));
    }
}

static int rmid_forced_set(const struct sysctl *setting __unused, const u64 *values)
{
    mutex_lock(&shm_ids.lock);
    shm_rmid_forced = (s32)values[0];
    if (shm_rmid_forced)
        destroy_orphans();
    mutex_unlock(&shm_ids.lock);
    return 0;
}

static const struct sysctl settings[] = {
    {.name = "shm_next_id", .value = &shm_ids.next_id, .maximum = INT32_MAX},
    {.name = "shm_rmid_forced", .value = &shm_rmid_forced, .maximum = 1, .set = rmid_forced_set},
    {.name = "shmall", .kind = SYSCTL_ULONG, .value = &shmall},
    {.name = "shmmax", .kind = SYSCTL_ULONG, .value = &shmmax},
    {.name = "shmmni", .value = &shmmni, .maximum = IPC_OBJECTS_MAX},
    {0},
};
static struct sysctl_table settings_table = SYSCTL_TABLE("kernel", settings);

void shm_init(void)
{
    ipc_ids_init(&shm_ids);
    sysctl_register(&settings_table);
}

/* ---- views ---- */

void shm_describe(const struct shm_segment *segment, struct abi_shmid_ds *status)
{
    *status = (struct abi_shmid_ds){
        .size = segment->size,
        .attach_time = segment->attach_time,
        .detach_time = segment->detach_time,
        .change_time = segment->change_time,
        .creator = segment->creator_id,
        .last = segment->last_id,
        .attached = segment->attached,
    };
    ipc_object_describe(&segment->ipc, &status->perm);
}

int shm_for_each(int (*visit)(const struct shm_line *line, void *argument), void *argument)
{
    struct ipc_object *object;
    u64 index = 0;
    int result = 0;

    mutex_lock(&shm_ids.lock);
    for (; result == 0 && (object = ipc_ids_next(&shm_ids, &index)) != NULL; index++) {
        struct shm_segment *segment = segment_of(object);
        struct shm_line line = {.id = object->id, .resident = READ_ONCE(segment->object->nr_pages)};

        shm_describe(segment, &line.status);
        result = visit(&line, argument);
    }
    mutex_unlock(&shm_ids.lock);
    return result;
}
