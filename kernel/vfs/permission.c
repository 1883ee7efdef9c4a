/*
 * Permission: mode bits against credentials, and the rules about changing names and attributes.
 * Mode and owner are read without the inode's lock; a change that races is as if it came before or
 * after.
 */
#include <vfs/permission.h>

#include <abi/errno.h>
#include <lib/atomic.h>
#include <vfs/context.h>
#include <vfs/inode.h>
#include <vfs/mount.h>

/* The bits of the one class that the caller, who is not the owner, belongs to. */
static u32 mode_class(const struct inode *inode, const struct credentials *credentials)
{
    u32 mode = READ_ONCE(inode->mode);

    if ((mode >> 3 & 7) != (mode & 7) && credentials_in_group(credentials, READ_ONCE(inode->gid)))
        return mode >> 3 & 7;
    return mode & 7;
}

/* Where being the owner was not enough. */
static __noinline int permission_of_others(struct inode *inode,
                                           const struct credentials *credentials, unsigned mask)
{
    if (credentials->fsuid != READ_ONCE(inode->uid) && !(mask & ~mode_class(inode, credentials)))
        return 0;
    if (inode_is_directory(inode)) {
        if (!(mask & MAY_WRITE) && credentials_capable(credentials, CAP_DAC_READ_SEARCH))
            return 0;
        return credentials_capable(credentials, CAP_DAC_OVERRIDE) ? 0 : -EACCES;
    }
    if (mask == MAY_READ && credentials_capable(credentials, CAP_DAC_READ_SEARCH))
        return 0;
    /* Reading and writing may always be overridden, executing only where someone may. */
    if (!(mask & MAY_EXEC) || (READ_ONCE(inode->mode) & 0111))
        return credentials_capable(credentials, CAP_DAC_OVERRIDE) ? 0 : -EACCES;
    return -EACCES;
}

int inode_permission_by_mode(struct inode *inode, const struct credentials *credentials,
                             unsigned mask)
{
    if (likely(credentials->fsuid == READ_ONCE(inode->uid)) &&
        !(mask & ~(READ_ONCE(inode->mode) >> 6 & 7)))
        return 0;
    return permission_of_others(inode, credentials, mask);
}

int inode_permission(struct inode *inode, const struct credentials *credentials, unsigned mask)
{
    if (inode->ops->permission != NULL)
        return inode->ops->permission(inode, credentials, mask);
    return inode_permission_by_mode(inode, credentials, mask);
}

int path_permission(const struct path *path, const struct credentials *credentials, unsigned mask)
{
    struct inode *inode = path_inode(path);
    u32 type = inode->mode & S_IFMT;

    if ((mask & MAY_WRITE) && (type == S_IFREG || type == S_IFDIR || type == S_IFLNK) &&
        mount_may_write(path->mount) != 0)
        return -EROFS;
    if ((mask & MAY_EXEC) && type == S_IFREG && mount_is_noexec(path->mount))
        return -EACCES;
    return inode_permission(inode, credentials, mask);
}

bool inode_is_owner(const struct inode *inode, const struct credentials *credentials)
{
    return credentials->fsuid == READ_ONCE(inode->uid) ||
           credentials_capable(credentials, CAP_FOWNER);
}

int inode_may_create(struct inode *directory, const struct credentials *credentials)
{
    if (READ_ONCE(directory->links) == 0)
        return -ENOENT;
    return inode_permission(directory, credentials, MAY_WRITE | MAY_EXEC);
}

/* In a sticky directory only the owner of the file or of the directory removes a name. */
static bool sticky_forbids(const struct inode *directory, const struct inode *victim,
                           const struct credentials *credentials)
{
    if (!(READ_ONCE(directory->mode) & S_ISVTX))
        return false;
    if (credentials->fsuid == READ_ONCE(victim->uid) ||
        credentials->fsuid == READ_ONCE(directory->uid))
        return false;
    return !credentials_capable(credentials, CAP_FOWNER);
}

int inode_may_delete(struct inode *directory, struct inode *victim,
                     const struct credentials *credentials, bool as_directory)
{
    int err = inode_permission(directory, credentials, MAY_WRITE | MAY_EXEC);

    if (err != 0)
        return err;
    if (sticky_forbids(directory, victim, credentials))
        return -EPERM;
    if (as_directory && !inode_is_directory(victim))
        return -ENOTDIR;
    if (!as_directory && inode_is_directory(victim))
        return -EISDIR;
    return 0;
}

static bool may_chown(const struct inode *inode, const struct credentials *credentials,
                      const struct inode_change *change)
{
    bool owner = credentials->fsuid == inode->uid;

    if (credentials_capable(credentials, CAP_CHOWN))
        return true;
    if ((change->what & CHANGE_UID) && !(owner && change->uid == inode->uid))
        return false;
    if ((change->what & CHANGE_GID) &&
        !(owner && (change->gid == inode->gid || credentials_in_group(credentials, change->gid))))
        return false;
    return true;
}

/* A changed owner takes the set-id bits with it (chown(2)); so does new contents. */
static void clear_set_id_bits(const struct inode *inode, struct inode_change *change)
{
    u32 mode = change->what & CHANGE_MODE ? change->mode : inode->mode;
    u32 cleared = mode & ~(u32)S_ISUID;

    if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
        cleared &= ~(u32)S_ISGID;
    if (cleared == mode)
        return;
    change->what |= CHANGE_MODE;
    change->mode = cleared & 07777;
}

int inode_may_change(struct inode *inode, const struct credentials *credentials,
                     struct inode_change *change)
{
    bool chowns = change->what & (CHANGE_UID | CHANGE_GID);

    if (chowns && !may_chown(inode, credentials, change))
        return -EPERM;
    if (change->what & CHANGE_MODE) {
        u32 gid = change->what & CHANGE_GID ? change->gid : inode->gid;

        if (!inode_is_owner(inode, credentials))
            return -EPERM;
        if (!credentials_in_group(credentials, gid) &&
            !credentials_capable(credentials, CAP_FSETID))
            change->mode &= ~(u32)S_ISGID;
    }
    if (chowns && !inode_is_directory(inode))
        clear_set_id_bits(inode, change);
    if ((change->what & CHANGE_SIZE) && !credentials_capable(credentials, CAP_FSETID))
        clear_set_id_bits(inode, change);
    return 0;
}
