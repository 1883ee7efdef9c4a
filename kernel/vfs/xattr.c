/*
 * Extended attributes, kept in memory with the inode.
 *
 * inode.attributes is a list, the newest first, protected by inode.lock. The order of the checks is
 * Linux's: may the caller use the name at all, does the filesystem know it, is it there.
 */
#include <vfs/xattr.h>

#include <abi/errno.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <vfs/context.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "watch.h"

#define CAPABILITY_NAME    "security.capability"
#define CAPABILITY_SIZE_2  20 /* of a version 2 value */
#define CAPABILITY_SIZE_3  24
#define CAPABILITY_VERSION 0xff000000u

struct attribute {
    struct attribute *next; /* (inode.lock) */
    char *value;            /* (I) behind the name */
    size_t size;            /* (I) */
    char name[];            /* (I) terminated */
};

static bool begins_with(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static int permission_for_user_name(const struct inode *inode,
                                    const struct credentials *credentials, unsigned mask)
{
    u32 mode = inode->mode;

    if (!S_ISREG(mode) && !S_ISDIR(mode))
        return mask & MAY_WRITE ? -EPERM : -ENODATA;
    if (S_ISDIR(mode) && (mode & S_ISVTX) && (mask & MAY_WRITE) &&
        !inode_is_owner(inode, credentials))
        return -EPERM;
    return 0;
}

/* May the caller use @name of @inode? @mask: MAY_READ or MAY_WRITE. */
static int name_permission(struct inode *inode, const char *name, unsigned mask)
{
    const struct credentials *credentials = vfs_current()->credentials;
    int err = 0;

    if (begins_with(name, "security.") || begins_with(name, "system."))
        return 0;
    if (begins_with(name, "trusted.")) {
        if (credentials_capable(credentials, CAP_SYS_ADMIN))
            return 0;
        return mask & MAY_WRITE ? -EPERM : -ENODATA;
    }
    if (begins_with(name, "user."))
        err = permission_for_user_name(inode, credentials, mask);
    return err != 0 ? err : inode_permission(inode, credentials, mask);
}

/* Changing what programs get their capabilities from, or what a security module reads. */
static int security_permission(const char *name)
{
    const struct credentials *credentials = vfs_current()->credentials;

    if (!begins_with(name, "security."))
        return 0;
    if (string_is_equal(name, CAPABILITY_NAME))
        return credentials_capable(credentials, CAP_SETFCAP) ? 0 : -EPERM;
    return credentials_capable(credentials, CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int capability_value_check(const char *name, const void *value, size_t size)
{
    u32 magic;

    if (size == 0 || !string_is_equal(name, CAPABILITY_NAME))
        return 0;
    if (size != CAPABILITY_SIZE_2 && size != CAPABILITY_SIZE_3)
        return -EINVAL;
    memcpy(&magic, value, sizeof(magic));
    magic &= CAPABILITY_VERSION;
    if (size == CAPABILITY_SIZE_2 ? magic != 0x02000000 : magic != 0x03000000)
        return -EINVAL;
    return 0;
}

/* Files have no access control lists: -ENODATA where they could; -EOPNOTSUPP. */
static int acl_check(const struct inode *inode)
{
    if (!(inode->filesystem->flags & FILESYSTEM_ATTRIBUTES) || S_ISLNK(inode->mode))
        return -EOPNOTSUPP;
    return -ENODATA;
}

static bool is_acl(const char *name)
{
    return string_is_equal(name, "system.posix_acl_access") ||
           string_is_equal(name, "system.posix_acl_default");
}

/* Does the filesystem know such names? */
static int name_check(const struct inode *inode, const char *name)
{
    if (!(inode->filesystem->flags & FILESYSTEM_ATTRIBUTES))
        return -EOPNOTSUPP;
    if (string_is_equal(name, "trusted.") || string_is_equal(name, "security."))
        return -EINVAL;
    if (!begins_with(name, "trusted.") && !begins_with(name, "security."))
        return -EOPNOTSUPP;
    return 0;
}

/* Where the attribute hangs, or the end of the list. => inode.lock held */
static struct attribute **find(struct inode *inode, const char *name)
{
    struct attribute **link = &inode->attributes;

    while (*link != NULL && !string_is_equal((*link)->name, name))
        link = &(*link)->next;
    return link;
}

static struct attribute *attribute_create(const char *name, const void *value, size_t size)
{
    size_t name_size = strlen(name) + 1;
    struct attribute *attribute = kmalloc(sizeof(*attribute) + name_size + size, ALLOC_WAIT);

    if (attribute == NULL)
        return NULL;
    memcpy(attribute->name, name, name_size);
    attribute->value = attribute->name + name_size;
    memcpy(attribute->value, value, size);
    attribute->size = size;
    return attribute;
}

/* => inode.lock held; *attribute becomes what is to be freed */
static int put_locked(struct inode *inode, struct attribute **attribute, int flags)
{
    struct attribute *fresh = *attribute;
    struct attribute **link = find(inode, fresh->name);

    if (*link != NULL && (flags & XATTR_CREATE))
        return -EEXIST;
    if (*link == NULL && (flags & XATTR_REPLACE))
        return -ENODATA;
    *attribute = *link;
    if (*link == NULL) {
        fresh->next = inode->attributes;
        inode->attributes = fresh;
    } else {
        fresh->next = (*link)->next;
        *link = fresh;
    }
    return 0;
}

static int change_check(const struct path *path, const char *name)
{
    struct inode *inode = path_inode(path);
    int err = mount_may_write(path->mount);

    if (err == 0)
        err = name_permission(inode, name, MAY_WRITE);
    return err;
}

int xattr_set(const struct path *path, const char *name, const void *value, size_t size, int flags)
{
    struct inode *inode = path_inode(path);
    struct attribute *attribute;
    int err = capability_value_check(name, value, size);

    if (err == 0)
        err = change_check(path, name);
    if (err == 0)
        err = security_permission(name);
    if (err == 0)
        err = name_check(inode, name);
    if (err != 0)
        return err;
    attribute = attribute_create(name, value, size);
    if (attribute == NULL)
        return -ENOMEM;
    mutex_lock(&inode->lock);
    err = put_locked(inode, &attribute, flags);
    mutex_unlock(&inode->lock);
    kfree(attribute);
    if (err == 0) {
        inode_touch_change(inode);
        notify_path(path, IN_ATTRIB);
    }
    return err;
}

/* Removing none is no error, for the owner. */
static int acl_remove(const struct inode *inode)
{
    int err = acl_check(inode);

    if (err == -ENODATA)
        err = inode_is_owner(inode, vfs_current()->credentials) ? 0 : -EPERM;
    return err;
}

int xattr_remove(const struct path *path, const char *name)
{
    struct inode *inode = path_inode(path);
    struct attribute **link, *attribute;
    int err = change_check(path, name);

    if (err == 0 && is_acl(name))
        return acl_remove(inode);
    if (err == 0)
        err = security_permission(name);
    if (err == 0)
        err = name_check(inode, name);
    if (err != 0)
        return err;
    mutex_lock(&inode->lock);
    link = find(inode, name);
    attribute = *link;
    if (attribute != NULL)
        *link = attribute->next;
    mutex_unlock(&inode->lock);
    if (attribute == NULL)
        return -ENODATA;
    kfree(attribute);
    inode_touch_change(inode);
    notify_path(path, IN_ATTRIB);
    return 0;
}

ssize_t xattr_get(const struct path *path, const char *name, void *value, size_t size)
{
    struct inode *inode = path_inode(path);
    const struct attribute *attribute;
    ssize_t result = name_permission(inode, name, MAY_READ);

    if (result == 0)
        result = is_acl(name) ? acl_check(inode) : name_check(inode, name);
    if (result != 0)
        return result;
    mutex_lock(&inode->lock);
    attribute = *find(inode, name);
    if (attribute == NULL)
        result = -ENODATA;
    else if (size != 0 && attribute->size > size)
        result = -ERANGE;
    else
        result = (ssize_t)attribute->size;
    if (result > 0 && size != 0)
        memcpy(value, attribute->value, attribute->size);
    mutex_unlock(&inode->lock);
    return result;
}

ssize_t xattr_list(const struct path *path, char *names, size_t size)
{
    bool trusted = credentials_capable(vfs_current()->credentials, CAP_SYS_ADMIN);
    struct inode *inode = path_inode(path);
    const struct attribute *attribute;
    size_t used = 0;
    ssize_t result = 0;

    mutex_lock(&inode->lock);
    for (attribute = inode->attributes; attribute != NULL; attribute = attribute->next) {
        size_t len = strlen(attribute->name) + 1;

        if (!trusted && begins_with(attribute->name, "trusted."))
            continue;
        if (size != 0 && len > size - used) {
            result = -ERANGE;
            break;
        }
        if (size != 0)
            memcpy(names + used, attribute->name, len);
        used += len;
    }
    mutex_unlock(&inode->lock);
    return result != 0 ? result : (ssize_t)used;
}

void xattr_destroy(struct inode *inode)
{
    while (inode->attributes != NULL) {
        struct attribute *attribute = inode->attributes;

        inode->attributes = attribute->next;
        kfree(attribute);
    }
}
