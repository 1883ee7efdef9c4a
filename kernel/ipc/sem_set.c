/*
 * Sets of semaphores: making, finding and removing them; the settings; the view for /proc.
 */
#include "sem_set.h"

#include <abi/errno.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>

struct ipc_ids sem_ids;
u32 sem_total;
s32 sem_limits[NR_SEM_LIMITS] = {SEMMSL, SEMMNS, SEMOPM, SEMMNI};

/* ---- settings ---- */

static int limits_set(const struct sysctl *setting __unused, const u64 *values)
{
    s64 sets = (s64)values[SEM_LIMIT_SETS];

    bool is_good = sets >= 0 && sets <= IPC_OBJECTS_MAX;

    /* A bad number of sets is refused alone: the numbers before it count, as on Linux. */
    for (int i = 0; i < NR_SEM_LIMITS; i++)
        if (i != SEM_LIMIT_SETS || is_good)
            WRITE_ONCE(sem_limits[i], (s32)values[i]);
    return is_good ? 0 : -ERANGE;
}

static const struct sysctl settings[] = {
    {.name = "sem", .count = NR_SEM_LIMITS, .value = sem_limits, .set = limits_set},
    {.name = "sem_next_id", .value = &sem_ids.next_id, .maximum = INT32_MAX},
    {0},
};
static struct sysctl_table settings_table = SYSCTL_TABLE("kernel", settings);

void sem_init(void)
{
    ipc_ids_init(&sem_ids);
    sysctl_register(&settings_table);
}

u32 sem_operations_max(void)
{
    return (u32)READ_ONCE(sem_limits[SEM_LIMIT_OPERATIONS]);
}

/* ---- making ---- */

struct sem_request {
    struct ipc_get_request get;
    s32 nr;
};

static long set_create(const struct ipc_get_request *get)
{
    const struct sem_request *request = container_of(get, struct sem_request, get);
    u32 nr = (u32)request->nr;
    struct sem_set *set;
    long id;

    if (nr == 0)
        return -EINVAL;
    if (sem_total + nr > (u32)READ_ONCE(sem_limits[SEM_LIMIT_TOTAL]))
        return -ENOSPC;
    set = kzalloc(sizeof(*set) + nr * sizeof(set->semaphores[0]), ALLOC_WAIT);
    if (set == NULL)
        return -ENOMEM;
    set->ipc.key = get->key;
    set->ipc.mode = get->flags & 0777;
    refcount_init(&set->references, 1);
    mutex_init(&set->lock);
    list_init(&set->waiters);
    list_init(&set->undos);
    set->change_time = ipc_time_now();
    set->nr = nr;
    id = ipc_ids_insert(&sem_ids, &set->ipc, (u32)READ_ONCE(sem_limits[SEM_LIMIT_SETS]));
    if (id < 0)
        kfree(set);
    else
        sem_total += nr;
    return id;
}

static int set_check(const struct ipc_object *object, const struct ipc_get_request *get)
{
    s32 wanted = container_of(get, struct sem_request, get)->nr;

    return wanted > (s32)container_of(object, struct sem_set, ipc)->nr ? -EINVAL : 0;
}

long sem_get(s32 key, s32 nr, u32 flags)
{
    struct sem_request request = {
        .get = {.key = key, .flags = flags, .create = set_create, .check = set_check},
        .nr = nr,
    };

    if (nr < 0 || nr > READ_ONCE(sem_limits[SEM_LIMIT_PER_SET]))
        return -EINVAL;
    return ipc_get(&sem_ids, &request.get);
}

/* ---- finding ---- */

static int find_locked(s32 id, u32 number, u32 mode, struct sem_set **out)
{
    struct ipc_object *object = ipc_ids_find(&sem_ids, id);

    if (object == NULL)
        return -EINVAL;
    *out = container_of(object, struct sem_set, ipc);
    if (number >= (*out)->nr)
        return -ERANGE;
    return ipc_may_access(object, mode);
}

struct sem_set *sem_set_lock(s32 id, u32 number, u32 mode)
{
    struct sem_set *set;
    int err;

    mutex_lock(&sem_ids.lock);
    err = find_locked(id, number, mode, &set);
    if (err == 0) {
        refcount_get(&set->references);
        mutex_lock(&set->lock);
    }
    mutex_unlock(&sem_ids.lock);
    return err == 0 ? set : ERR_PTR(err);
}

void sem_set_put(struct sem_set *set)
{
    if (refcount_put_and_test(&set->references))
        kfree(set);
}

void sem_set_unlock(struct sem_set *set)
{
    mutex_unlock(&set->lock);
    sem_set_put(set);
}

/* ---- removing ---- */

void sem_set_remove(struct sem_set *set)
{
    struct sem_operation *waiter;

    ipc_ids_remove(&sem_ids, &set->ipc);
    sem_total -= set->nr;
    mutex_lock(&set->lock);
    set->removed = true;
    while (!list_is_empty(&set->waiters)) {
        waiter = list_first_entry(&set->waiters, struct sem_operation, link);
        list_remove(&waiter->link);
        WRITE_ONCE(waiter->result, -EIDRM);
        wake_all(&waiter->queue);
    }
    sem_set_unlock(set);
}

/* ---- views ---- */

void sem_set_describe(const struct sem_set *set, struct abi_semid_ds *status)
{
    *status = (struct abi_semid_ds){
        .operation_time = READ_ONCE(set->operation_time),
        .change_time = READ_ONCE(set->change_time),
        .nr_semaphores = set->nr,
    };
    ipc_object_describe(&set->ipc, &status->perm);
}

int sem_for_each(int (*visit)(const struct sem_line *line, void *argument), void *argument)
{
    struct ipc_object *object;
    u64 index = 0;
    int result = 0;

    mutex_lock(&sem_ids.lock);
    for (; result == 0 && (object = ipc_ids_next(&sem_ids, &index)) != NULL; index++) {
        struct sem_line line = {.id = object->id};

        sem_set_describe(container_of(object, struct sem_set, ipc), &line.status);
        result = visit(&line, argument);
    }
    mutex_unlock(&sem_ids.lock);
    return result;
}
