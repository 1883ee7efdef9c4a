/*
 * Identifiers, keys and permissions of System V objects (ipc_ids.h).
 */
#include "ipc_ids.h"

#include <abi/capability.h>
#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <proc/credentials.h>
#include <time/time.h>
#include <vfs/context.h>
#include <vfs/cred.h>

/* The circle of indices is at least this long, and half as long again as the table is full. */
#define CIRCLE_MIN   64u
#define SEQUENCE_MAX (INT32_MAX >> IPC_INDEX_BITS)

#define PERMISSIONS 0777u

static void *node_alloc(void)
{
    return kmalloc(RADIX_NODE_SIZE, ALLOC_WAIT);
}

static void node_free(void *node)
{
    kfree(node);
}

static const struct radix_operations node_operations = {.alloc = node_alloc, .free = node_free};

void ipc_ids_init(struct ipc_ids *ids)
{
    *ids = (struct ipc_ids){.last_index = -1, .next_id = -1};
    mutex_init(&ids->lock);
    radix_init(&ids->objects, &node_operations);
    rb_root_init(&ids->keys);
}

/* ---- finding ---- */

static int key_compare(const void *key, const struct rb_node *node)
{
    s32 wanted = *(const s32 *)key;
    s32 found = rb_entry(node, struct ipc_object, key_node)->key;

    return wanted < found ? -1 : wanted > found;
}

static struct ipc_object *find_key(struct ipc_ids *ids, s32 key)
{
    return rb_entry_or_null(rb_find(&ids->keys, &key, key_compare), struct ipc_object, key_node);
}

static u32 index_of(s32 id)
{
    return (u32)id & (IPC_OBJECTS_MAX - 1);
}

struct ipc_object *ipc_ids_find_index(struct ipc_ids *ids, s32 id)
{
    return id < 0 ? NULL : radix_lookup(&ids->objects, index_of(id));
}

struct ipc_object *ipc_ids_find(struct ipc_ids *ids, s32 id)
{
    struct ipc_object *object = ipc_ids_find_index(ids, id);

    return object != NULL && object->id == id ? object : NULL;
}

struct ipc_object *ipc_ids_next(struct ipc_ids *ids, u64 *index)
{
    return radix_next(&ids->objects, index);
}

long ipc_ids_highest(struct ipc_ids *ids)
{
    u64 index = 0;
    long highest = 0;

    while (ipc_ids_next(ids, &index) != NULL)
        highest = (long)index++;
    return highest;
}

/* ---- inserting and removing ---- */

/* The first free index of [from, end); -1: none. */
static s32 find_free(struct ipc_ids *ids, u32 from, u32 end)
{
    while (from < end && radix_lookup(&ids->objects, from) != NULL)
        from++;
    return from < end ? (s32)from : -1;
}

/* The next index of the circle and the sequence number that goes with it. */
static s32 choose_index(struct ipc_ids *ids, u32 *sequence)
{
    u32 end = min(max(ids->nr_objects * 3 / 2, CIRCLE_MIN), (u32)IPC_OBJECTS_MAX);
    s32 index = find_free(ids, ids->next_index, end);

    if (index < 0)
        index = find_free(ids, 0, end);
    if (index < 0)
        return index;
    *sequence = ids->sequence;
    if (index <= ids->last_index)
        *sequence = ids->sequence + 1 >= SEQUENCE_MAX ? 0 : ids->sequence + 1;
    return index;
}

/* What /proc/sys/kernel/shm_next_id and its like asked for. */
static s32 choose_wanted(struct ipc_ids *ids, u32 *sequence)
{
    *sequence = (u32)ids->next_id >> IPC_INDEX_BITS;
    return find_free(ids, index_of(ids->next_id), IPC_OBJECTS_MAX);
}

static void insert_key(struct ipc_ids *ids, struct ipc_object *object)
{
    struct rb_node *parent, **link;

    rb_node_init(&object->key_node);
    if (object->key == IPC_PRIVATE)
        return;
    (void)rb_find_place(&ids->keys, &object->key, key_compare, &parent, &link);
    rb_insert(&ids->keys, &object->key_node, parent, link);
}

long ipc_ids_insert(struct ipc_ids *ids, struct ipc_object *object, u32 limit)
{
    const struct credentials *credentials = vfs_current()->credentials;
    bool wanted = ids->next_id >= 0;
    u32 sequence;
    s32 index;
    int err;

    if (ids->nr_objects >= min(limit, (u32)IPC_OBJECTS_MAX))
        return -ENOSPC;
    index = wanted ? choose_wanted(ids, &sequence) : choose_index(ids, &sequence);
    if (index < 0)
        return -ENOSPC;
    err = radix_insert(&ids->objects, (u64)index, object, NULL);
    if (err != 0)
        return err;

    ids->next_id = -1;
    if (!wanted) {
        ids->sequence = sequence;
        ids->last_index = index;
        ids->next_index = (u32)index + 1;
    }
    ids->nr_objects++;
    object->id = (s32)(sequence << IPC_INDEX_BITS) + index;
    object->sequence = (u16)sequence;
    object->uid = object->cuid = credentials->euid;
    object->gid = object->cgid = credentials->egid;
    insert_key(ids, object);
    return object->id;
}

void ipc_ids_hide(struct ipc_ids *ids, struct ipc_object *object)
{
    if (rb_is_linked(&object->key_node))
        rb_erase(&ids->keys, &object->key_node);
    object->key = IPC_PRIVATE;
}

void ipc_ids_remove(struct ipc_ids *ids, struct ipc_object *object)
{
    ipc_ids_hide(ids, object);
    (void)radix_delete(&ids->objects, index_of(object->id));
    ids->nr_objects--;
}

/* ---- find or make ---- */

static long get_existing(const struct ipc_object *object, const struct ipc_get_request *request)
{
    int err = 0;

    if ((request->flags & IPC_CREAT) && (request->flags & IPC_EXCL))
        return -EEXIST;
    if (request->check != NULL)
        err = request->check(object, request);
    if (err == 0)
        err = ipc_may_access(object, request->flags);
    return err != 0 ? err : object->id;
}

static long get_locked(struct ipc_ids *ids, const struct ipc_get_request *request)
{
    struct ipc_object *object;

    if (request->key == IPC_PRIVATE)
        return request->create(request);
    object = find_key(ids, request->key);
    if (object != NULL)
        return get_existing(object, request);
    return request->flags & IPC_CREAT ? request->create(request) : -ENOENT;
}

long ipc_get(struct ipc_ids *ids, const struct ipc_get_request *request)
{
    long result;

    mutex_lock(&ids->lock);
    result = get_locked(ids, request);
    mutex_unlock(&ids->lock);
    return result;
}

/* ---- permissions ---- */

bool ipc_is_owner(const struct ipc_object *object)
{
    u32 euid = vfs_current()->credentials->euid;

    return euid == object->uid || euid == object->cuid;
}

int ipc_may_access(const struct ipc_object *object, u32 mode)
{
    const struct credentials *credentials = vfs_current()->credentials;
    u32 wanted = (mode >> 6 | mode >> 3 | mode) & 7;
    u32 granted = object->mode;

    if (ipc_is_owner(object))
        granted >>= 6;
    else if (credentials_in_group(credentials, object->cgid) ||
             credentials_in_group(credentials, object->gid))
        granted >>= 3;
    return (wanted & ~granted) != 0 && !capable(CAP_IPC_OWNER) ? -EACCES : 0;
}

int ipc_may_control(const struct ipc_object *object)
{
    return ipc_is_owner(object) || capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/* ---- control ---- */

void ipc_object_describe(const struct ipc_object *object, struct abi_ipc_perm *perm)
{
    *perm = (struct abi_ipc_perm){
        .key = object->key,
        .uid = object->uid,
        .gid = object->gid,
        .cuid = object->cuid,
        .cgid = object->cgid,
        .mode = object->mode,
        .sequence = object->sequence,
    };
}

int ipc_object_set(struct ipc_object *object, const struct abi_ipc_perm *perm)
{
    if (perm->uid == ~0u || perm->gid == ~0u)
        return -EINVAL;
    object->uid = perm->uid;
    object->gid = perm->gid;
    object->mode = (object->mode & ~PERMISSIONS) | (perm->mode & PERMISSIONS);
    return 0;
}

s64 ipc_time_now(void)
{
    return time_realtime_ns() / (s64)NS_PER_SECOND;
}
