/*
 * Telling watches what happens (watch.h has the theory).
 */
#include "watch.h"

#include <abi/limits.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <vfs/dentry.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include "name_cache.h"

struct mutex watch_mutex = MUTEX_INIT(watch_mutex);

static struct list_head watches = LIST_INIT(watches); /* (watch_mutex) all there are */
static u32 nr_watches;                                /* (watch_mutex; read without) */
static u32 last_cookie;                               /* (a) */

/* => watch_mutex held */
static void watched_update(struct inode *inode)
{
    const struct watch *watch;
    u32 watched = 0;

    list_for_each_entry (watch, &inode->watches, inode_link)
        watched |= watch->mask;
    WRITE_ONCE(inode->watched, watched);
}

void watch_attach(struct watch *watch, struct inode *inode, u32 mask)
{
    watch->inode = inode_get(inode);
    watch->mask = mask;
    list_add(&watch->inode_link, &inode->watches);
    list_add_tail(&watch->global_link, &watches);
    WRITE_ONCE(nr_watches, nr_watches + 1);
    watched_update(inode);
}

void watch_set_mask(struct watch *watch, u32 mask)
{
    watch->mask = mask;
    watched_update(watch->inode);
}

struct inode *watch_detach(struct watch *watch)
{
    struct inode *inode = watch->inode;

    list_remove(&watch->inode_link);
    list_remove(&watch->global_link);
    WRITE_ONCE(nr_watches, nr_watches - 1);
    watched_update(inode);
    return inode;
}

static bool somebody_watches(void)
{
    return unlikely(READ_ONCE(nr_watches) != 0);
}

/* @inode is held by the caller. */
static void deliver(struct inode *inode, const struct watch_event *event)
{
    struct watch *watch, *following;

    if (!(READ_ONCE(inode->watched) & event->mask & ~IN_ISDIR))
        return;
    mutex_lock(&watch_mutex);
    list_for_each_entry_safe (watch, following, &inode->watches, inode_link) {
        if (watch->mask & event->mask & ~IN_ISDIR)
            watch->ops->event(watch, event);
    }
    mutex_unlock(&watch_mutex);
}

static u32 directory_bit(const struct inode *inode)
{
    return inode != NULL && inode_is_directory(inode) ? IN_ISDIR : 0;
}

void notify_inode(struct inode *inode, u32 mask)
{
    struct watch_event event = {.mask = mask | directory_bit(inode)};

    if (somebody_watches())
        deliver(inode, &event);
}

void notify_name(struct inode *directory, const struct name *name, const struct inode *inode,
                 u32 mask, u32 cookie)
{
    struct watch_event event = {.mask = mask | directory_bit(inode),
                                .cookie = cookie,
                                .name = name->text,
                                .name_len = name->len};

    if (somebody_watches())
        deliver(directory, &event);
}

/* To the directory that @dentry is in, if one is watched. */
static void deliver_to_parent(struct dentry *dentry, struct watch_event *event)
{
    char text[NAME_MAX + 1];
    struct dentry *parent = NULL;

    spin_lock(&name_lock);
    if (dentry->parent != dentry && dentry->parent->inode != NULL &&
        (READ_ONCE(dentry->parent->inode->watched) & event->mask & ~IN_ISDIR)) {
        parent = dentry_get(dentry->parent);
        event->name_len = min(dentry->name.len, (u32)NAME_MAX);
        memcpy(text, dentry->name.text, event->name_len);
    }
    spin_unlock(&name_lock);
    if (parent == NULL)
        return;
    text[event->name_len] = '\0';
    event->name = text;
    deliver(parent->inode, event);
    dentry_put(parent);
}

void notify_path(const struct path *path, u32 mask)
{
    struct dentry *dentry = path->dentry;
    struct inode *inode = path_inode(path);
    struct watch_event event;

    if (!somebody_watches())
        return;
    event = (struct watch_event){
        .mask = mask | directory_bit(inode),
        .unlinked = READ_ONCE(dentry->flags) & DENTRY_UNLINKED,
    };
    deliver_to_parent(dentry, &event);
    event.name = NULL;
    event.name_len = 0;
    deliver(inode, &event);
}

void notify_file(struct file *file, u32 mask)
{
    if (somebody_watches() && !(file->mode & FILE_PATH))
        notify_path(&file->path, mask);
}

u32 notify_cookie(void)
{
    return fetch_add(&last_cookie, 1) + 1;
}

/* Ends every watch on @inode, which the caller holds. => watch_mutex held */
static void end_all(struct inode *inode, bool unmounted)
{
    while (!list_is_empty(&inode->watches)) {
        struct watch *watch = list_first_entry(&inode->watches, struct watch, inode_link);
        struct inode *held = watch_detach(watch);

        watch->ops->ended(watch, unmounted);
        inode_put(held);
    }
}

void notify_removed(struct inode *inode)
{
    if (!somebody_watches() || READ_ONCE(inode->watched) == 0)
        return;
    notify_inode(inode, IN_DELETE_SELF);
    mutex_lock(&watch_mutex);
    end_all(inode, false);
    mutex_unlock(&watch_mutex);
}

/* An inode of @filesystem that is watched, referenced; NULL: none. => watch_mutex held */
static struct inode *watched_inode(const struct filesystem *filesystem)
{
    const struct watch *watch;

    list_for_each_entry (watch, &watches, global_link) {
        if (watch->inode->filesystem == filesystem)
            return inode_get(watch->inode);
    }
    return NULL;
}

void notify_unmounted(const struct filesystem *filesystem)
{
    struct inode *inode;

    while (somebody_watches()) {
        mutex_lock(&watch_mutex);
        inode = watched_inode(filesystem);
        if (inode != NULL)
            end_all(inode, true);
        mutex_unlock(&watch_mutex);
        if (inode == NULL)
            return;
        inode_put(inode);
    }
}
