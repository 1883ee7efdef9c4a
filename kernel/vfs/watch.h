/*
 * Watches: who wants to hear what happens to an inode, and the calls that tell.
 *
 * 1. A watch belongs to an instance (inotify.c, directory_notify.c) and hangs on one inode, which
 * it holds. An event at a name goes to the watches of the directory, with the name, and then to
 * those of the inode itself, without; events of names (made, removed, moved) go to the directory
 * only.
 * 2. A watch ends with its inode: when the last name and the last opener are gone, or when the
 * filesystem goes. Its owner hears of it through `ended`.
 * 3. Lock: watch_mutex, inside every inode.lock and inside mm.map_lock; no user memory is touched
 * under it. Without any watch in the system an event costs one load.
 */
#pragma once

#include <abi/inotify.h>
#include <lib/list.h>
#include <lib/types.h>
#include <sched/wait.h>

struct dentry;
struct file;
struct filesystem;
struct inode;
struct name;
struct path;
struct watch;

struct watch_event {
    u32 mask;         /* IN_*: one event, perhaps with IN_ISDIR */
    u32 cookie;       /* joins the two halves of a move */
    const char *name; /* NULL: the inode itself */
    size_t name_len;
    bool unlinked; /* the name it happened under has been removed */
};

struct watch_ops {
    /* @event, which the mask asks for, happened. => watch_mutex held; may end the watch */
    void (*event)(struct watch *watch, const struct watch_event *event);
    /* The inode is gone (@unmounted: with its filesystem); the watch is off its list and may be
     * freed. => watch_mutex held */
    void (*ended)(struct watch *watch, bool unmounted);
};

struct watch {
    const struct watch_ops *ops;  /* (I) */
    struct inode *inode;          /* (I) referenced */
    u32 mask;                     /* (watch_mutex) IN_* */
    struct list_head inode_link;  /* (watch_mutex) in inode.watches */
    struct list_head global_link; /* (watch_mutex) */
};

/* Beside the IN_* of user programs: a name became another one in the same directory. */
#define WATCH_RENAMED 0x08000000u

extern struct mutex watch_mutex;

/* => watch_mutex held; takes a reference on @inode */
void watch_attach(struct watch *watch, struct inode *inode, u32 mask);
void watch_set_mask(struct watch *watch, u32 mask);
/* => watch_mutex held; the inode, whose reference the caller now holds and drops without the mutex
 */
struct inode *watch_detach(struct watch *watch) __must_check;

/* At @path: to the directory it is in, and to itself. */
void notify_path(const struct path *path, u32 mask);
/* The same for an open file, unless it is only a place (O_PATH). */
void notify_file(struct file *file, u32 mask);
/* To @directory about the name @name in it. @inode tells whether it is a directory. */
void notify_name(struct inode *directory, const struct name *name, const struct inode *inode,
                 u32 mask, u32 cookie);
/* To the inode itself only. */
void notify_inode(struct inode *inode, u32 mask);
u32 notify_cookie(void); /* for the next move */

/* The last name and user of @inode are gone; the caller still has a reference. */
void notify_removed(struct inode *inode);
/* @filesystem is going. */
void notify_unmounted(const struct filesystem *filesystem);
