/*
 * Calls that ask about a name: stat, statfs, access, readlink, getcwd; and those that change where
 * a process is: chdir, chroot.
 */
#include <vfs/io.h>
#include <vfs/names.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <vfs/dentry.h>
#include <vfs/file.h>
#include <vfs/mount.h>
#include <vfs/permission.h>
#include "mount_statfs.h"
#include "path_describe.h"

char *name_copy_long(const char __user *user)
{
    char *name = kmalloc(PATH_MAX, ALLOC_WAIT);
    ssize_t len;

    if (name == NULL)
        return ERR_PTR(-ENOMEM);
    len = strncpy_from_user(name, user, PATH_MAX);
    if (len >= 0)
        return name;
    kfree(name);
    return ERR_PTR(len);
}

char *name_copy_from_user(struct name_buffer *buffer, const char __user *user)
{
    ssize_t len = strncpy_from_user(buffer->text, user, sizeof(buffer->text));

    if (likely(len >= 0))
        return buffer->text;
    return len == -ENAMETOOLONG ? name_copy_long(user) : ERR_PTR(len);
}

void name_free_long(char *name)
{
    if (!IS_ERR(name))
        kfree(name);
}

static void path_status(const struct path *path, struct file_status *status)
{
    inode_status(path_inode(path), status);
    status->mount_id = path->mount->id;
    status->mount_root = path->dentry == path->mount->root;
}

void file_status(struct file *file, struct file_status *status)
{
    path_status(&file->path, status);
}

int vfs_status_at(const struct vfs_context *context, int dirfd, const char *name, int flags,
                  struct file_status *status)
{
    unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct path path;
    int err;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
        return -EINVAL;
    if (flags & AT_EMPTY_PATH)
        lookup |= LOOKUP_EMPTY;
    err = path_lookup(context, dirfd, name, lookup, &path);
    if (err != 0)
        return err;
    path_status(&path, status);
    path_put(&path);
    return 0;
}

int vfs_statfs(const struct vfs_context *context, const char *name, struct statfs *statfs)
{
    struct path path;
    int err = path_lookup(context, AT_FDCWD, name, LOOKUP_FOLLOW, &path);

    if (err != 0)
        return err;
    err = mount_statfs(&path, statfs);
    path_put(&path);
    return err;
}

int file_statfs(struct file *file, struct statfs *statfs)
{
    return mount_statfs(&file->path, statfs);
}

/* access(2) asks for the real user: credentials with the real ids in the file-system ids' place. */
static const struct credentials *access_credentials(const struct credentials *credentials)
{
    struct credentials *real;

    if (credentials->fsuid == credentials->uid && credentials->fsgid == credentials->gid &&
        (credentials->uid == 0 ? credentials->effective == credentials->permitted
                               : credentials->effective == 0))
        return credentials_get(credentials);
    real = credentials_copy(credentials);
    if (real == NULL)
        return NULL;
    real->fsuid = real->uid;
    real->fsgid = real->gid;
    real->effective = real->uid == 0 ? real->permitted : 0;
    return real;
}

static int access_check(const struct path *path, const struct credentials *credentials,
                        unsigned mask)
{
    struct inode *inode = path_inode(path);
    u32 type = inode->mode & S_IFMT;
    int err;

    if (mask == 0)
        return 0;
    if ((mask & MAY_EXEC) && type == S_IFREG && mount_is_noexec(path->mount))
        return -EACCES;
    err = inode_permission(inode, credentials, mask);
    if (err == 0 && (mask & MAY_WRITE) && (type == S_IFREG || type == S_IFDIR || type == S_IFLNK))
        err = mount_may_write(path->mount);
    return err;
}

int vfs_access_at(const struct vfs_context *context, int dirfd, const char *name, int mode,
                  int flags)
{
    unsigned lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
    struct vfs_context asking = *context;
    struct path path;
    int err;

    if ((mode & ~(R_OK | W_OK | X_OK)) ||
        (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
        return -EINVAL;
    if (flags & AT_EMPTY_PATH)
        lookup |= LOOKUP_EMPTY;
    asking.credentials = flags & AT_EACCESS ? credentials_get(context->credentials)
                                            : access_credentials(context->credentials);
    if (asking.credentials == NULL)
        return -ENOMEM;
    err = path_lookup(&asking, dirfd, name, lookup, &path);
    if (err == 0) {
        err = access_check(&path, asking.credentials, (unsigned)mode);
        path_put(&path);
    }
    credentials_put(asking.credentials);
    return err;
}

static ssize_t link_read(struct inode *inode, char __user *buffer, size_t size)
{
    char *text = kmalloc(PATH_MAX, ALLOC_WAIT);
    ssize_t len;

    if (text == NULL)
        return -ENOMEM;
    len = inode->ops->readlink(inode, text, min(size, (size_t)PATH_MAX));
    if (len > 0 && copy_to_user(buffer, text, (size_t)len) != 0)
        len = -EFAULT;
    kfree(text);
    return len;
}

ssize_t vfs_readlink_at(const struct vfs_context *context, int dirfd, const char *name,
                        char __user *buffer, size_t size)
{
    struct inode *inode;
    struct path path;
    ssize_t result;

    if ((int)size <= 0)
        return -EINVAL;
    result = path_lookup(context, dirfd, name, LOOKUP_EMPTY, &path);
    if (result != 0)
        return result;
    inode = path_inode(&path);
    if (S_ISLNK(inode->mode) && inode->ops->readlink != NULL)
        result = link_read(inode, buffer, size);
    else
        result = *name == '\0' ? -ENOENT : -EINVAL;
    path_put(&path);
    return result;
}

ssize_t vfs_getcwd(const struct vfs_context *context, char __user *buffer, size_t size)
{
    char *text = kmalloc(PATH_MAX + 16, ALLOC_WAIT);
    struct path root, cwd;
    bool reached;
    ssize_t len;
    char *place;

    if (text == NULL)
        return -ENOMEM;
    fs_context_root(context->fs, &root);
    fs_context_cwd(context->fs, &cwd);
    place = path_describe_reached(&cwd, &root, text + 16, PATH_MAX, &reached);
    if (cwd.dentry->flags & DENTRY_UNLINKED) {
        len = -ENOENT;
    } else if (IS_ERR(place)) {
        len = PTR_ERR(place);
    } else {
        if (!reached) {
            place -= 13;
            memcpy(place, "(unreachable)", 13);
        }
        len = (ssize_t)strlen(place) + 1;
        if ((size_t)len > size)
            len = -ERANGE;
        else if (copy_to_user(buffer, place, (size_t)len) != 0)
            len = -EFAULT;
    }
    path_put(&cwd);
    path_put(&root);
    kfree(text);
    return len;
}

int vfs_chdir(const struct vfs_context *context, const char *name)
{
    struct path path;
    int err = path_lookup(context, AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

    if (err != 0)
        return err;
    err = inode_permission(path_inode(&path), context->credentials, MAY_EXEC);
    if (err == 0)
        fs_context_set_cwd(context->fs, &path);
    path_put(&path);
    return err;
}

int file_chdir(const struct vfs_context *context, struct file *file)
{
    int err;

    if (!inode_is_directory(file->inode))
        return -ENOTDIR;
    err = inode_permission(file->inode, context->credentials, MAY_EXEC);
    if (err == 0)
        fs_context_set_cwd(context->fs, &file->path);
    return err;
}

int vfs_chroot(const struct vfs_context *context, const char *name)
{
    struct path path;
    int err = path_lookup(context, AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

    if (err != 0)
        return err;
    err = inode_permission(path_inode(&path), context->credentials, MAY_EXEC);
    if (err == 0 && !credentials_capable(context->credentials, CAP_SYS_CHROOT))
        err = -EPERM;
    if (err == 0)
        fs_context_set_root(context->fs, &path);
    path_put(&path);
    return err;
}
