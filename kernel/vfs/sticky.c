/*
 * fs.protected_symlinks, protected_hardlinks, protected_fifos and protected_regular: in a directory
 * such as /tmp, which others write to, a program shall not be led to a file that somebody else put
 * there. They begin as on Debian's kernels: links are protected, opens with O_CREAT are not.
 *
 * Lock: none. Settings, modes and owners are single words; a change that races is as if it came
 * before or after.
 */
#include "sticky.h"

#include <kern/sysctl.h>
#include <lib/atomic.h>
#include <vfs/context.h>
#include <vfs/inode.h>
#include <vfs/permission.h>

#define OPEN_IN_WRITABLE_BY_ALL   1
#define OPEN_IN_WRITABLE_BY_GROUP 2

static s32 symlinks = 1;
static s32 hardlinks = 1;
static s32 fifos;
static s32 regular;

static const struct sysctl settings[] = {
    {.name = "protected_symlinks", .value = &symlinks, .maximum = 1},
    {.name = "protected_hardlinks", .value = &hardlinks, .maximum = 1},
    {.name = "protected_fifos", .value = &fifos, .maximum = OPEN_IN_WRITABLE_BY_GROUP},
    {.name = "protected_regular", .value = &regular, .maximum = OPEN_IN_WRITABLE_BY_GROUP},
    {0},
};

void sticky_init(void)
{
    static struct sysctl_table table = SYSCTL_TABLE("fs", settings);

    sysctl_register(&table);
}

struct name_place name_place_of(const struct inode *directory)
{
    return (struct name_place){READ_ONCE(directory->mode), READ_ONCE(directory->uid)};
}

bool sticky_allows_follow(const struct inode *directory, const struct inode *link,
                          const struct credentials *credentials)
{
    const u32 shared = S_ISVTX | S_IWOTH;
    u32 owner = READ_ONCE(link->uid);

    if (READ_ONCE(symlinks) == 0 || credentials->fsuid == owner)
        return true;
    if ((READ_ONCE(directory->mode) & shared) != shared)
        return true;
    return READ_ONCE(directory->uid) == owner;
}

/* Files that the caller could not read and write, or that are special or set-id, are its owner's
 * to link. */
bool sticky_allows_link(struct inode *inode, const struct credentials *credentials)
{
    u32 mode = READ_ONCE(inode->mode);

    if (READ_ONCE(hardlinks) == 0 || inode_is_owner(inode, credentials))
        return true;
    if (!S_ISREG(mode) || (mode & S_ISUID) || (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
        return false;
    return inode_permission(inode, credentials, MAY_READ | MAY_WRITE) == 0;
}

bool sticky_allows_create(const struct name_place *place, const struct inode *inode,
                          const struct credentials *credentials)
{
    u32 type = READ_ONCE(inode->mode) & S_IFMT, owner = READ_ONCE(inode->uid);
    s32 protected = 0;

    if (type == S_IFIFO)
    protected = READ_ONCE(fifos);
    else if (type == S_IFREG) protected = READ_ONCE(regular);
    if (protected == 0 || !(place->mode & S_ISVTX))
        return true;
    if (owner == place->uid || owner == credentials->fsuid)
        return true;
    if (place->mode & S_IWOTH)
        return false;
    return !(place->mode & S_IWGRP) || protected < OPEN_IN_WRITABLE_BY_GROUP;
}
