/*
 * From the number of an inode to a name of it, for open_by_handle_at(2).
 *
 * Nothing leads from an inode to its names, and few programs ask: so the directories are looked
 * through, depth first, and only those that lead to the answer stay in use. The steps that lead to
 * the directory at hand are a list, not the stack. A name that moves meanwhile could be missed on
 * both its places: after a search that found nothing while names moved there is another.
 *
 * Locks: each directory's inode.lock while it is read; the steps are the caller's own.
 */
#include "tmpfs.h"

#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <vfs/dentry.h>

struct step {
    struct list_head link;
    struct dentry *directory; /* referenced */
    u64 cookie;               /* its entries before this one were looked at */
};

/* Takes over the reference, also when there is no memory. */
static int step_push(struct list_head *steps, struct dentry *directory)
{
    struct step *step = kmalloc(sizeof(*step), ALLOC_WAIT);

    if (step == NULL) {
        dentry_put(directory);
        return -ENOMEM;
    }
    *step = (struct step){.directory = directory};
    list_add(&step->link, steps);
    return 0;
}

static void step_pop(struct step *step)
{
    list_remove(&step->link);
    dentry_put(step->directory);
    kfree(step);
}

/* The next entry that is a directory, or the file: its dentry. => -ENOENT: there is none */
static int step_next(struct step *step, u64 number, struct dentry **out)
{
    struct inode *directory = step->directory->inode;
    struct tmpfs_entry *entry;
    int err = -ENOENT;

    mutex_lock(&directory->lock);
    while ((entry = tmpfs_entry_at(directory, step->cookie)) != NULL) {
        struct name name;

        step->cookie = entry->cookie + 1;
        if (!inode_is_directory(entry->inode) && entry->inode->number != number)
            continue;
        name_set(&name, entry->name, entry->len);
        err = dentry_lookup_locked(step->directory, &name, out);
        break;
    }
    mutex_unlock(&directory->lock);
    return err;
}

/* Look on from the first of @steps. => 0: *out; -ENOENT: all was looked at; -EAGAIN: look on */
static int search_step(struct list_head *steps, u64 number, struct dentry **out)
{
    struct step *step = list_first_entry(steps, struct step, link);
    struct dentry *dentry;
    int err = step_next(step, number, &dentry);

    if (err == -ENOENT) {
        step_pop(step);
        return list_is_empty(steps) ? -ENOENT : -EAGAIN;
    }
    if (err != 0)
        return err;
    if (dentry->inode->number == number) {
        *out = dentry;
        return 0;
    }
    err = step_push(steps, dentry);
    return err != 0 ? err : -EAGAIN;
}

static int search(struct filesystem *filesystem, u64 number, struct dentry **out)
{
    struct list_head steps;
    int err;

    list_init(&steps);
    err = step_push(&steps, dentry_get(filesystem->root));
    if (err != 0)
        return err;
    do {
        err = search_step(&steps, number, out);
    } while (err == -EAGAIN);
    while (!list_is_empty(&steps))
        step_pop(list_first_entry(&steps, struct step, link));
    return err;
}

int tmpfs_find(struct filesystem *filesystem, u64 number, struct dentry **out)
{
    struct tmpfs *tmpfs = container_of(filesystem, struct tmpfs, filesystem);
    u64 moves;
    int err;

    if (filesystem->root->inode->number == number) {
        *out = dentry_get(filesystem->root);
        return 0;
    }
    do {
        moves = load_acquire(&tmpfs->nr_moves);
        err = search(filesystem, number, out);
    } while (err == -ENOENT && load_acquire(&tmpfs->nr_moves) != moves);
    return err;
}
