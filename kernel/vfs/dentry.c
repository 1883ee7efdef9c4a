/*
 * The dentry cache.
 *
 * A dentry is found through a hash of (parent, name). While it has references it is in use; at zero
 * it goes to the tail of the list of unused dentries and stays findable, unless it left the hash or
 * its filesystem keeps no names. Children reference their parent, so unused dentries are always
 * leaves.
 *
 * name_lock protects everything here; it is never held while an inode or a filesystem is asked.
 */
#include <vfs/dentry.h>

#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <kmem/slab.h>
#include <lib/atomic.h>
#include <lib/bits.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include "name_cache.h"
#include "watch.h"

#define SHRINK_BATCH 32

/* A name longer than fits inside the dentry; shared by renamed ones. */
struct long_name {
    u32 references; /* (name_lock) */
    char text[];
};

struct spinlock name_lock = SPINLOCK_INIT(LOCK_RANK_FILE);

static struct dentry **hash_table;                            /* (name_lock) */
static u64 hash_mask;                                         /* (I) */
static struct list_head unused_list = LIST_INIT(unused_list); /* (name_lock) oldest first */
static u64 nr_unused;                                         /* (name_lock) */
static u64 nr_unused_negative;                                /* (name_lock) */
static u64 max_unused;                                        /* (I) */
static struct kmem_cache *dentry_slab;

void dentry_cache_init(void)
{
    u64 buckets = round_up_power_of_two(frames_total_count() / 32);

    buckets = min(max(buckets, (u64)1024), (u64)65536);
    hash_table = kcalloc(buckets, sizeof(*hash_table), ALLOC_WAIT);
    dentry_slab = kmem_cache_create("dentry", sizeof(struct dentry), 0, NULL);
    ASSERT(hash_table != NULL && dentry_slab != NULL);
    hash_mask = buckets - 1;
    max_unused = max(frames_total_count() / 8, (u64)1024);
}

static inline struct dentry **hash_bucket(const struct dentry *parent, u32 hash)
{
    u64 mixed = ((u64)(uintptr_t)parent ^ hash) * 0x9e3779b97f4a7c15ul;

    return &hash_table[mixed >> 40 & hash_mask];
}

static void hash_insert(struct dentry *dentry)
{
    struct dentry **bucket = hash_bucket(dentry->parent, dentry->name.hash);

    ASSERT_HELD(&name_lock);
    dentry->hash_next = *bucket;
    dentry->hash_link = bucket;
    if (*bucket != NULL)
        (*bucket)->hash_link = &dentry->hash_next;
    *bucket = dentry;
}

static void hash_remove(struct dentry *dentry)
{
    ASSERT_HELD(&name_lock);
    if (dentry->hash_link == NULL)
        return;
    *dentry->hash_link = dentry->hash_next;
    if (dentry->hash_next != NULL)
        dentry->hash_next->hash_link = dentry->hash_link;
    dentry->hash_link = NULL;
    dentry->hash_next = NULL;
}

/* A dentry in no directory and no hash, with one reference. */
static struct dentry *dentry_alloc(struct filesystem *filesystem, const struct name *name)
{
    struct dentry *dentry = kmem_cache_alloc(dentry_slab, ALLOC_WAIT | ALLOC_ZERO);
    char *text = NULL;

    if (dentry == NULL)
        return NULL;
    text = dentry->inline_name;
    if (name->len >= DENTRY_INLINE_NAME) {
        struct long_name *storage = kmalloc(sizeof(*storage) + name->len + 1, ALLOC_WAIT);

        if (storage == NULL) {
            kmem_cache_free(dentry_slab, dentry);
            return NULL;
        }
        storage->references = 1;
        text = storage->text;
    }
    memcpy(text, name->text, name->len);
    text[name->len] = '\0';
    dentry->name = *name;
    dentry->name.text = text;
    dentry->references = 1;
    dentry->filesystem = filesystem;
    dentry->parent = dentry;
    list_init(&dentry->children);
    list_init(&dentry->sibling);
    list_init(&dentry->unused);
    return dentry;
}

static bool name_is_long(const struct dentry *dentry)
{
    return dentry->name.text != dentry->inline_name;
}

/* Drop the name's storage; the long name to free, if any, is returned. => name_lock held */
static struct long_name *name_drop(struct dentry *dentry)
{
    struct long_name *storage;

    if (!name_is_long(dentry))
        return NULL;
    storage = container_of(dentry->name.text, struct long_name, text[0]);
    dentry->name.text = dentry->inline_name;
    return --storage->references == 0 ? storage : NULL;
}

/* Give @dentry the name of @from. => name_lock held; returns storage to free */
static struct long_name *name_copy(struct dentry *dentry, const struct dentry *from)
{
    struct long_name *old = name_drop(dentry);

    dentry->name = from->name;
    if (name_is_long(from)) {
        container_of(from->name.text, struct long_name, text[0])->references++;
    } else {
        memcpy(dentry->inline_name, from->inline_name, DENTRY_INLINE_NAME);
        dentry->name.text = dentry->inline_name;
    }
    return old;
}

static void unused_remove(struct dentry *dentry)
{
    list_remove(&dentry->unused);
    nr_unused--;
    nr_unused_negative -= dentry->inode == NULL;
}

struct dentry *dentry_get_locked(struct dentry *dentry)
{
    ASSERT_HELD(&name_lock);
    if (fetch_add(&dentry->references, 1) == 0)
        unused_remove(dentry);
    return dentry;
}

static void unused_insert(struct dentry *dentry)
{
    list_add_tail(&dentry->unused, &unused_list);
    nr_unused++;
    nr_unused_negative += dentry->inode == NULL;
}

/* Take a dentry without references out of every list. => name_lock held */
static void dentry_unlink_all(struct dentry *dentry)
{
    ASSERT_HELD(&name_lock);
    hash_remove(dentry);
    list_remove(&dentry->sibling);
    if (list_is_linked(&dentry->unused))
        unused_remove(dentry);
}

/* Free a dentry that is in no list. Returns its parent, whose reference the caller now holds; NULL:
 * none. */
static struct dentry *dentry_free(struct dentry *dentry)
{
    struct dentry *parent = dentry->parent == dentry ? NULL : dentry->parent;
    struct long_name *storage;

    spin_lock(&name_lock);
    storage = name_drop(dentry);
    spin_unlock(&name_lock);
    kfree(storage);
    if (dentry->inode != NULL && READ_ONCE(dentry->inode->links) == 0)
        notify_removed(dentry->inode);
    if (dentry->inode != NULL)
        inode_put(dentry->inode);
    kmem_cache_free(dentry_slab, dentry);
    return parent;
}

static bool dentry_is_kept(const struct dentry *dentry)
{
    return dentry->hash_link != NULL && !(dentry->filesystem->flags & FILESYSTEM_NO_CACHE);
}

/* Drop a reference; true: it was the last of a dentry that is not kept, which is now in no list. */
static bool dentry_put_and_test(struct dentry *dentry)
{
    u32 found = READ_ONCE(dentry->references);
    bool dead = false;

    while (found > 1) {
        if (try_cmpxchg(&dentry->references, &found, found - 1))
            return false;
    }
    spin_lock(&name_lock);
    if (fetch_sub(&dentry->references, 1) == 1) {
        if (dentry_is_kept(dentry)) {
            unused_insert(dentry);
        } else {
            dentry_unlink_all(dentry);
            dead = true;
        }
    }
    spin_unlock(&name_lock);
    return dead;
}

void dentry_put_last(struct dentry *dentry)
{
    while (dentry != NULL && dentry_put_and_test(dentry))
        dentry = dentry_free(dentry);
    if (READ_ONCE(nr_unused) > max_unused)
        dentry_shrink(SHRINK_BATCH);
}

/* The oldest unused dentry (of @filesystem, unless NULL), out of every list; NULL: none. */
static struct dentry *unused_take(struct filesystem *filesystem)
{
    struct dentry *dentry;

    spin_lock(&name_lock);
    list_for_each_entry (dentry, &unused_list, unused) {
        if (filesystem != NULL && dentry->filesystem != filesystem)
            continue;
        dentry_unlink_all(dentry);
        spin_unlock(&name_lock);
        return dentry;
    }
    spin_unlock(&name_lock);
    return NULL;
}

/* Free a dentry taken from the unused list; the parent may become unused, or die too. */
static void dentry_destroy(struct dentry *dentry)
{
    struct dentry *parent = dentry_free(dentry);

    while (parent != NULL && dentry_put_and_test(parent))
        parent = dentry_free(parent);
}

unsigned dentry_shrink(unsigned maximum)
{
    unsigned count;

    for (count = 0; count < maximum; count++) {
        struct dentry *dentry = unused_take(NULL);

        if (dentry == NULL)
            break;
        dentry_destroy(dentry);
    }
    return count;
}

void dentry_evict_filesystem(struct filesystem *filesystem)
{
    struct dentry *dentry;

    while ((dentry = unused_take(filesystem)) != NULL)
        dentry_destroy(dentry);
}

static struct dentry *dentry_create_loose(struct filesystem *filesystem, struct inode *inode,
                                          const char *text)
{
    struct name name;
    struct dentry *dentry;

    name_set(&name, text, strlen(text));
    dentry = dentry_alloc(filesystem, &name);
    if (dentry == NULL) {
        inode_put(inode);
        return NULL;
    }
    dentry->inode = inode;
    return dentry;
}

struct dentry *dentry_create_root(struct filesystem *filesystem, struct inode *inode)
{
    return dentry_create_loose(filesystem, inode, "/");
}

struct dentry *dentry_create_pseudo(struct filesystem *filesystem, struct inode *inode,
                                    const char *text)
{
    return dentry_create_loose(filesystem, inode, text);
}

struct dentry *dentry_create_unnamed(struct dentry *directory, struct inode *inode)
{
    struct dentry *dentry;
    char text[24];

    snprintf(text, sizeof(text), "#%lu", inode->number);
    dentry = dentry_create_loose(directory->filesystem, inode, text);
    if (dentry == NULL)
        return NULL;
    dentry->parent = dentry_get(directory);
    spin_lock(&name_lock);
    dentry->flags |= DENTRY_UNLINKED;
    list_add_tail(&dentry->sibling, &directory->children);
    spin_unlock(&name_lock);
    return dentry;
}

static inline bool name_is_equal(const struct name *a, const struct name *b)
{
    if (a->hash != b->hash || a->len != b->len || a->first != b->first)
        return false;
    for (u32 i = sizeof(a->first); i < a->len; i++) {
        if (a->text[i] != b->text[i])
            return false;
    }
    return true;
}

struct dentry *dentry_peek(const struct dentry *parent, const struct name *name)
{
    struct dentry *dentry;

    ASSERT_HELD(&name_lock);
    for (dentry = *hash_bucket(parent, name->hash); dentry != NULL; dentry = dentry->hash_next) {
        if (dentry->parent == parent && name_is_equal(&dentry->name, name))
            return dentry;
    }
    return NULL;
}

static struct dentry *dentry_find(struct dentry *parent, const struct name *name)
{
    struct dentry *dentry;

    spin_lock(&name_lock);
    dentry = dentry_peek(parent, name);
    if (dentry != NULL)
        dentry_get_locked(dentry);
    spin_unlock(&name_lock);
    return dentry;
}

/* A cached dentry that the filesystem still stands by; others are forgotten. */
static struct dentry *dentry_find_valid(struct dentry *parent, const struct name *name)
{
    const struct inode_ops *ops = parent->inode->ops;
    struct dentry *dentry = dentry_find(parent, name);

    if (dentry == NULL || ops->revalidate == NULL ||
        ops->revalidate(parent->inode, name, dentry_inode(dentry)))
        return dentry;
    dentry_invalidate(dentry);
    dentry_put(dentry);
    return NULL;
}

int dentry_lookup_locked(struct dentry *parent, const struct name *name, struct dentry **out)
{
    struct inode *directory = parent->inode;
    struct inode *inode = NULL;
    struct dentry *dentry = dentry_find_valid(parent, name);
    int err = -ENOENT;

    if (dentry != NULL) {
        *out = dentry;
        return 0;
    }
    dentry = dentry_alloc(parent->filesystem, name);
    if (dentry == NULL)
        return -ENOMEM;
    if (directory->ops->lookup != NULL)
        err = directory->ops->lookup(directory, name, &inode);
    if (err != 0 && err != -ENOENT) {
        kfree(name_drop(dentry));
        kmem_cache_free(dentry_slab, dentry);
        return err;
    }
    dentry->inode = inode;
    dentry->parent = dentry_get(parent);
    spin_lock(&name_lock);
    list_add_tail(&dentry->sibling, &parent->children);
    if (!(parent->flags & DENTRY_UNLINKED))
        hash_insert(dentry);
    spin_unlock(&name_lock);
    *out = dentry;
    return 0;
}

int dentry_lookup(struct dentry *parent, const struct name *name, struct dentry **out)
{
    int err;

    *out = dentry_find_valid(parent, name);
    if (*out != NULL)
        return 0;
    mutex_lock(&parent->inode->lock);
    err = dentry_lookup_locked(parent, name, out);
    mutex_unlock(&parent->inode->lock);
    return err;
}

void dentry_instantiate(struct dentry *dentry, struct inode *inode)
{
    ASSERT(dentry->inode == NULL);
    store_release(&dentry->inode, inode);
}

/* Free the unused dentries directly below @parent: the names of a removed directory. */
static void dentry_prune_children(struct dentry *parent)
{
    struct dentry *child, *following;
    struct list_head doomed = LIST_INIT(doomed);

    spin_lock(&name_lock);
    list_for_each_entry_safe (child, following, &parent->children, sibling) {
        if (child->references != 0)
            continue;
        dentry_unlink_all(child);
        list_add(&child->sibling, &doomed); /* nobody else knows it any more */
    }
    spin_unlock(&name_lock);
    list_for_each_entry_safe (child, following, &doomed, sibling) {
        list_remove(&child->sibling);
        dentry_destroy(child);
    }
}

void dentry_detach(struct dentry *dentry)
{
    spin_lock(&name_lock);
    hash_remove(dentry);
    dentry->flags |= DENTRY_UNLINKED;
    spin_unlock(&name_lock);
    dentry_prune_children(dentry);
}

void dentry_invalidate(struct dentry *dentry)
{
    spin_lock(&name_lock);
    hash_remove(dentry);
    spin_unlock(&name_lock);
    dentry_prune_children(dentry);
}

/* Move @dentry below @parent under the name of @like. => name_lock held; old parent's reference
 * returned */
static struct dentry *dentry_reparent(struct dentry *dentry, struct dentry *parent)
{
    struct dentry *old = dentry->parent;

    dentry->parent = dentry_get(parent);
    list_move_tail(&dentry->sibling, &parent->children);
    return old;
}

void dentry_move(struct dentry *dentry, struct dentry *target)
{
    struct long_name *storage;
    struct dentry *old_parent;

    spin_lock(&name_lock);
    hash_remove(dentry);
    hash_remove(target);
    if (target->inode != NULL)
        target->flags |= DENTRY_UNLINKED;
    storage = name_copy(dentry, target);
    old_parent = dentry_reparent(dentry, target->parent);
    hash_insert(dentry);
    spin_unlock(&name_lock);
    kfree(storage);
    dentry_put(old_parent);
    dentry_prune_children(target);
}

void dentry_exchange(struct dentry *a, struct dentry *b)
{
    struct dentry *parent_a, *parent_b;
    struct name name;
    char text[DENTRY_INLINE_NAME];

    spin_lock(&name_lock);
    hash_remove(a);
    hash_remove(b);
    name = a->name;
    memcpy(text, a->inline_name, sizeof(text));
    parent_a = a->parent;
    parent_b = b->parent;
    bool b_is_long = name_is_long(b), a_is_long = name_is_long(a);
    a->name = b->name;
    memcpy(a->inline_name, b->inline_name, sizeof(text));
    b->name = name;
    memcpy(b->inline_name, text, sizeof(text));
    if (!b_is_long)
        a->name.text = a->inline_name;
    if (!a_is_long)
        b->name.text = b->inline_name;
    a->parent = parent_b; /* the two references change hands */
    b->parent = parent_a;
    list_move_tail(&a->sibling, &parent_b->children);
    list_move_tail(&b->sibling, &parent_a->children);
    hash_insert(a);
    hash_insert(b);
    spin_unlock(&name_lock);
}

void dentry_copy_name(struct dentry *dentry, char *name, size_t size)
{
    spin_lock(&name_lock);
    strlcpy(name, dentry->name.text, size);
    spin_unlock(&name_lock);
}

bool dentry_is_below(const struct dentry *dentry, const struct dentry *ancestor)
{
    bool below = true;

    spin_lock(&name_lock);
    while (dentry != ancestor) {
        if (dentry->parent == dentry) {
            below = false;
            break;
        }
        dentry = dentry->parent;
    }
    spin_unlock(&name_lock);
    return below;
}

struct dentry *dentry_get_parent(struct dentry *dentry)
{
    struct dentry *parent;

    spin_lock(&name_lock);
    parent = dentry_get(dentry->parent);
    spin_unlock(&name_lock);
    return parent;
}

void dentry_count(struct dentry_counts *counts)
{
    struct kmem_cache_statistics statistics;

    kmem_cache_statistics(dentry_slab, &statistics);
    spin_lock(&name_lock);
    *counts = (struct dentry_counts){
        .all = statistics.objects_active, .unused = nr_unused, .negative = nr_unused_negative};
    spin_unlock(&name_lock);
}
