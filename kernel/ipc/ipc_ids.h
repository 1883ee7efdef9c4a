/*
 * Identifiers of System V objects: the mechanism that shared memory, semaphores and message queues
 * have in common.
 *
 * 1. An identifier is an index, below IPC_OBJECTS_MAX, and a sequence number above it. Indices are
 * given out in a circle and each turn takes the next sequence number, so an identifier that a
 * program kept after the object was removed is not soon the name of another.
 * 2. An object also has a key, by which unrelated programs find it; IPC_PRIVATE is the key of those
 * that are not to be found.
 * 3. An object belongs to a user and group (uid, gid) and to its creator's (cuid, cgid); all of
 * them have the owner's permission bits.
 * 4. The owner embeds struct ipc_object in a structure of its own and keeps it alive while it is
 * in the table.
 *
 * Lock: ids.lock (sleeping), held by the caller of everything here that has an object or a table
 * as its argument, unless the contract says otherwise.
 */
#pragma once

#include <abi/ipc.h>
#include <lib/radix_tree.h>
#include <lib/rbtree.h>
#include <sched/wait.h>

#define IPC_INDEX_BITS  15
#define IPC_OBJECTS_MAX (1 << IPC_INDEX_BITS)

/* (l): ids.lock. (I): immutable once in the table. */
struct ipc_object {
    struct rb_node key_node; /* (l) in ids.keys, unless private */
    s32 id;                  /* (I) */
    u16 sequence;            /* (I) */
    s32 key;                 /* (l) */
    u32 mode;                /* (l) permissions, and bits of the kind of object */
    u32 uid, gid;            /* (l) */
    u32 cuid, cgid;          /* (I) */
};

struct ipc_ids {
    struct mutex lock;
    struct radix_tree objects; /* (l) by index */
    struct rb_root keys;       /* (l) objects that are not private, by key */
    u32 nr_objects;            /* (l) */
    u32 next_index;            /* (l) where the search for a free index begins */
    s32 last_index;            /* (l) the last one given out; -1: none */
    u32 sequence;              /* (l) of the current turn */
    s32 next_id;               /* (l) what the next object is to be called; -1: no matter */
};

void ipc_ids_init(struct ipc_ids *ids);

/*
 * ipc_ids_insert: enter @object, whose key and mode are set, as the caller's.
 * => @limit: how many objects there may be
 * => its identifier; -ENOSPC: the limit, -ENOMEM
 */
long ipc_ids_insert(struct ipc_ids *ids, struct ipc_object *object, u32 limit) __must_check;
void ipc_ids_remove(struct ipc_ids *ids, struct ipc_object *object);

/* From now on nobody finds @object by its key. */
void ipc_ids_hide(struct ipc_ids *ids, struct ipc_object *object);

/* The object with this identifier; at this index, whatever its sequence number; NULL: none. */
struct ipc_object *ipc_ids_find(struct ipc_ids *ids, s32 id);
struct ipc_object *ipc_ids_find_index(struct ipc_ids *ids, s32 id);

/* The first object at or after index *@index, which is set to its index; NULL: no more. */
struct ipc_object *ipc_ids_next(struct ipc_ids *ids, u64 *index);

/* The highest index in use, 0 when there is none: what the INFO commands answer. */
long ipc_ids_highest(struct ipc_ids *ids);

/* One call of shmget(2), semget(2), msgget(2): embedded in the request of the kind. */
struct ipc_get_request {
    s32 key;
    u32 flags;
    /* Make the object and enter it: its identifier, or an error. => ids.lock held */
    long (*create)(const struct ipc_get_request *request);
    /* Does the existing object fit the request? 0, -EINVAL; may be NULL. => ids.lock held */
    int (*check)(const struct ipc_object *object, const struct ipc_get_request *request);
};

/* ipc_get: find or make. => ids.lock not held; -ENOENT, -EEXIST, -EACCES, errors of the two */
long ipc_get(struct ipc_ids *ids, const struct ipc_get_request *request);

/* ---- permissions of the current task ---- */

#define IPC_MAY_READ  0444u
#define IPC_MAY_WRITE 0222u
#define IPC_MAY_EXEC  0111u

/* Has it all the permissions that @mode has in any of its three classes? 0, -EACCES */
int ipc_may_access(const struct ipc_object *object, u32 mode) __must_check;

/* Does it own the object (IPC_SET, IPC_RMID)? 0, -EPERM */
int ipc_may_control(const struct ipc_object *object) __must_check;

/* Is its effective user the object's owner or creator? */
bool ipc_is_owner(const struct ipc_object *object);

/* ---- for the control calls ---- */

void ipc_object_describe(const struct ipc_object *object, struct abi_ipc_perm *perm);

/* IPC_SET: owner and permissions. 0, -EINVAL: no such user or group */
int ipc_object_set(struct ipc_object *object, const struct abi_ipc_perm *perm) __must_check;

/* Seconds of the realtime clock, as the times of objects are kept. */
s64 ipc_time_now(void);
