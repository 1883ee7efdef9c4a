/*
 * Path walk.
 *
 * The unread text is walk.next. A symbolic link in the middle of a path pushes the rest of the path
 * and replaces the text by its own; at the end of the text the rest is popped. A link in the last
 * place replaces the text without a push, so "the last component" always means: nothing follows in
 * this text and no frame is left.
 *
 * current is always referenced; no lock is held between steps.
 */
#include "walk.h"

#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <vfs/dentry.h>
#include <vfs/fd_table.h>
#include <vfs/file.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "name_cache.h"
#include "quick_walk.h"
#include "sticky.h"

void path_get(const struct path *path)
{
    mount_get(path->mount);
    dentry_get(path->dentry);
}

void path_put(const struct path *path)
{
    if (path->dentry == NULL)
        return;
    dentry_put(path->dentry);
    mount_put(path->mount);
}

struct inode *path_inode(const struct path *path)
{
    return dentry_inode(path->dentry);
}

static void current_replace(struct walk *walk, const struct path *path)
{
    path_put(&walk->current);
    walk->current = *path;
}

/* The place a relative path starts at. */
static int walk_start_path(const struct vfs_context *context, int dirfd, const char *name,
                           struct path *start)
{
    struct file *file;

    if (dirfd == AT_FDCWD) {
        fs_context_cwd(context->fs, start);
        return 0;
    }
    file = context->files == NULL ? NULL : fd_get_any(context->files, dirfd);
    if (file == NULL)
        return -EBADF;
    if (*name != '\0' && !inode_is_directory(file->inode)) {
        file_put(file);
        return -ENOTDIR;
    }
    *start = file->path;
    path_get(start);
    file_put(file);
    return 0;
}

int walk_begin(struct walk *walk, const struct vfs_context *context, int dirfd, const char *name,
               unsigned flags)
{
    bool absolute = *name == '/' && !(flags & LOOKUP_IN_ROOT);
    int err;

    if (*name == '\0' && !(flags & LOOKUP_EMPTY))
        return -ENOENT;
    if (*name == '/' && (flags & LOOKUP_BENEATH))
        return -EXDEV;
    memset(walk, 0, offsetof(struct walk, frames));
    walk->context = context;
    walk->flags = flags;
    walk->next = name;
    if (absolute) {
        fs_context_root(context->fs, &walk->current);
    } else {
        err = walk_start_path(context, dirfd, name, &walk->current);
        if (err != 0)
            return err;
    }
    if (flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT)) {
        walk->root = walk->current;
        path_get(&walk->root);
    } else {
        fs_context_root(context->fs, &walk->root);
    }
    walk->start_mount = walk->current.mount;
    mount_get(walk->start_mount);
    return 0;
}

void walk_end(struct walk *walk)
{
    while (walk->depth > 0)
        kfree(walk->frames[--walk->depth].buffer);
    kfree(walk->buffer);
    mount_put(walk->start_mount);
    path_put(&walk->root);
    path_put(&walk->current);
}

static int walk_check_device(const struct walk *walk)
{
    if ((walk->flags & LOOKUP_NO_XDEV) && walk->current.mount != walk->start_mount)
        return -EXDEV;
    return 0;
}

/* From the root of a mount to the directory it covers; false: it is the root of everything. */
static bool path_climb_mount(struct path *path)
{
    struct path below;

    spin_lock(&name_lock);
    below = (struct path){.mount = path->mount->parent, .dentry = path->mount->mountpoint};
    if (below.mount != NULL)
        path_get(&below);
    spin_unlock(&name_lock);
    if (below.mount == NULL)
        return false;
    path_put(path);
    *path = below;
    return true;
}

static int walk_dotdot(struct walk *walk)
{
    struct path *current = &walk->current;
    struct path up;

    for (;;) {
        if (path_is_equal(current, &walk->root))
            return walk->flags & LOOKUP_BENEATH ? -EXDEV : 0;
        if (current->dentry != current->mount->root)
            break;
        if (!path_climb_mount(current))
            return 0;
    }
    up = (struct path){.mount = mount_get(current->mount),
                       .dentry = dentry_get_parent(current->dentry)};
    path_cross_mounts(&up);
    current_replace(walk, &up);
    return walk_check_device(walk);
}

/* Make @text (kmalloc'ed, taken over) the next thing to walk. */
static int walk_enter_text(struct walk *walk, char *text)
{
    if (*walk->next != '\0') {
        struct walk_frame *frame = &walk->frames[walk->depth++];

        frame->buffer = walk->buffer;
        frame->rest = walk->next;
    } else {
        kfree(walk->buffer);
    }
    walk->buffer = text;
    walk->next = text;
    if (*text == '\0')
        return -ENOENT;
    if (*text != '/')
        return 0;
    if (walk->flags & LOOKUP_BENEATH)
        return -EXDEV;
    path_get(&walk->root);
    current_replace(walk, &walk->root);
    return walk_check_device(walk);
}

static int walk_follow_text(struct walk *walk, struct inode *inode)
{
    char *text = kmalloc(PATH_MAX, ALLOC_WAIT);
    ssize_t len;

    if (text == NULL)
        return -ENOMEM;
    len = inode->ops->readlink == NULL ? -EINVAL : inode->ops->readlink(inode, text, PATH_MAX - 1);
    if (len < 0) {
        kfree(text);
        return (int)len;
    }
    text[len] = '\0';
    return walk_enter_text(walk, text);
}

/* At the end of a path, links that others made are not always followed. */
static bool link_is_trusted(const struct walk *walk, const struct inode *link)
{
    return *walk->next != '\0' || walk->depth != 0 ||
           sticky_allows_follow(path_inode(&walk->current), link, walk->context->credentials);
}

static int walk_follow(struct walk *walk, const struct path *link)
{
    struct inode *inode = path_inode(link);
    struct path target;
    int err;

    if (!link_is_trusted(walk, inode))
        return -EACCES;

    if (walk->nr_links++ >= MAXSYMLINKS || (walk->flags & LOOKUP_NO_SYMLINKS))
        return -ELOOP;
    if (READ_ONCE(link->mount->flags) & MS_NOSYMFOLLOW)
        return -ELOOP;
    if (inode->ops->follow == NULL)
        return walk_follow_text(walk, inode);
    if (walk->flags & LOOKUP_NO_MAGICLINKS)
        return -ELOOP;
    if (walk->flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT))
        return -EXDEV;
    err = inode->ops->follow(inode, walk->context, &target);
    if (err != 0)
        return err;
    current_replace(walk, &target);
    return walk_check_device(walk);
}

int walk_step(struct walk *walk, struct dentry *dentry, bool follow, bool *linked)
{
    struct path path = {.mount = mount_get(walk->current.mount), .dentry = dentry};
    struct inode *inode;
    int err;

    *linked = false;
    path_cross_mounts(&path);
    inode = path_inode(&path);
    if (inode == NULL) {
        path_put(&path);
        return -ENOENT;
    }
    if (S_ISLNK(inode->mode) && follow) {
        *linked = true;
        err = walk_follow(walk, &path);
        path_put(&path);
        return err;
    }
    current_replace(walk, &path);
    return walk_check_device(walk);
}

/* Resume the text behind a finished link. False: everything has been read. */
static bool walk_pop(struct walk *walk)
{
    while (*walk->next == '/')
        walk->next++;
    while (*walk->next == '\0') {
        if (walk->depth == 0)
            return false;
        kfree(walk->buffer);
        walk->depth--;
        walk->buffer = walk->frames[walk->depth].buffer;
        walk->next = walk->frames[walk->depth].rest;
        while (*walk->next == '/')
            walk->next++;
    }
    return true;
}

/* Cut the next component off the text. */
static int walk_component(struct walk *walk)
{
    const char *start = walk->next;
    size_t len = 0;

    while (start[len] != '\0' && start[len] != '/')
        len++;
    walk->next = start + len;
    walk->trailing_slash = *walk->next == '/';
    while (*walk->next == '/')
        walk->next++;
    walk->kind = LAST_NORMAL;
    if (len == 1 && start[0] == '.')
        walk->kind = LAST_DOT;
    else if (len == 2 && start[0] == '.' && start[1] == '.')
        walk->kind = LAST_DOTDOT;
    else if (len > NAME_MAX)
        return -ENAMETOOLONG;
    name_set(&walk->last, start, len);
    return 0;
}

static int walk_may_search(const struct walk *walk)
{
    struct inode *inode = path_inode(&walk->current);

    if (!inode_is_directory(inode))
        return -ENOTDIR;
    return inode_permission(inode, walk->context->credentials, MAY_EXEC);
}

static int walk_to_last(struct walk *walk, bool follow)
{
    struct dentry *dentry;
    bool linked;
    int err;

    if (walk->kind == LAST_DOT || walk->kind == LAST_ROOT)
        return 0;
    if (walk->kind == LAST_DOTDOT)
        return walk_dotdot(walk);
    err = dentry_lookup(walk->current.dentry, &walk->last, &dentry);
    if (err != 0)
        return err;
    return walk_step(walk, dentry, follow, &linked);
}

int walk_parent(struct walk *walk)
{
    int err;

    if (!walk_pop(walk)) {
        walk->kind = LAST_ROOT;
        return 0;
    }
    for (;;) {
        err = walk_may_search(walk);
        if (err == 0)
            err = walk_component(walk);
        if (err != 0)
            return err;
        if (*walk->next == '\0' && walk->depth == 0)
            return 0;
        err = walk_to_last(walk, true);
        if (err != 0)
            return err;
        if (!walk_pop(walk)) {
            walk->kind = LAST_ROOT;
            return 0;
        }
    }
}

int walk_last(struct walk *walk)
{
    bool directory = walk->flags & LOOKUP_DIRECTORY;
    int err;

    for (;;) {
        directory = directory || walk->trailing_slash;
        err = walk_to_last(walk, (walk->flags & LOOKUP_FOLLOW) || walk->trailing_slash);
        if (err != 0)
            return err;
        if (*walk->next == '\0' && walk->depth == 0)
            break;
        walk->trailing_slash = false;
        err = walk_parent(walk);
        if (err != 0)
            return err;
    }
    if (directory && !inode_is_directory(path_inode(&walk->current)))
        return -ENOTDIR;
    return 0;
}

static __noinline int walk_all(const struct vfs_context *context, int dirfd, const char *name,
                               unsigned flags, struct path *out)
{
    struct walk walk __uncleared; /* by walk_begin: what is used of it */
    int err = walk_begin(&walk, context, dirfd, name, flags);

    if (err != 0)
        return err;
    err = walk_parent(&walk);
    if (err == 0)
        err = walk_last(&walk);
    if (err == 0) {
        *out = walk.current;
        path_get(out);
    }
    walk_end(&walk);
    return err;
}

int path_lookup(const struct vfs_context *context, int dirfd, const char *name, unsigned flags,
                struct path *out)
{
    if (likely(quick_lookup(context, dirfd, name, flags, out)))
        return 0;
    return walk_all(context, dirfd, name, flags, out);
}

static __noinline int walk_all_but_last(const struct vfs_context *context, int dirfd,
                                        const char *name, unsigned flags, struct parent_lookup *out)
{
    struct walk walk __uncleared; /* by walk_begin: what is used of it */
    int err = walk_begin(&walk, context, dirfd, name, flags);

    if (err != 0)
        return err;
    err = walk_parent(&walk);
    if (err == 0) {
        *out = (struct parent_lookup){.parent = walk.current,
                                      .last = walk.last,
                                      .kind = walk.kind,
                                      .trailing_slash = walk.trailing_slash};
        path_get(&out->parent);
    }
    walk_end(&walk);
    return err;
}

int path_lookup_parent(const struct vfs_context *context, int dirfd, const char *name,
                       unsigned flags, struct parent_lookup *out)
{
    if (likely(quick_lookup_parent(context, dirfd, name, flags, out)))
        return 0;
    return walk_all_but_last(context, dirfd, name, flags, out);
}

void parent_lookup_put(struct parent_lookup *lookup)
{
    path_put(&lookup->parent);
}
