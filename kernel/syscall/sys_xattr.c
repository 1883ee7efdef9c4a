/*
 * setxattr(2), getxattr(2), listxattr(2), removexattr(2), each by name, by name without following a
 * link, and by descriptor.
 */
#include <kmem/kmalloc.h>
#include <vfs/path.h>
#include <vfs/xattr.h>

#include "sys.h"

/* The name into a buffer of XATTR_NAME_MAX + 1 bytes. */
static int name_fetch(char *name, const char __user *user)
{
    ssize_t len = strncpy_from_user(name, user, XATTR_NAME_MAX + 1);

    if (len == 0 || len == -ENAMETOOLONG)
        return -ERANGE;
    return len < 0 ? (int)len : 0;
}

static long set(const struct path *path, const char __user *user_name, const void __user *user,
                size_t size, int flags)
{
    char name[XATTR_NAME_MAX + 1];
    void *value;
    long result;

    if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
        return -EINVAL;
    result = name_fetch(name, user_name);
    if (result)
        return result;
    if (size > XATTR_SIZE_MAX)
        return -E2BIG;
    value = kmalloc(size + 1, ALLOC_WAIT);
    if (!value)
        return -ENOMEM;
    result = copy_from_user(value, user, size);
    if (!result)
        result = xattr_set(path, name, value, size, flags);
    kfree(value);
    return result;
}

static long get(const struct path *path, const char __user *user_name, void __user *user,
                size_t size)
{
    char name[XATTR_NAME_MAX + 1];
    void *value;
    long result = name_fetch(name, user_name);

    if (result)
        return result;
    size = min(size, (size_t)XATTR_SIZE_MAX);
    value = kmalloc(size + 1, ALLOC_WAIT);
    if (!value)
        return -ENOMEM;
    result = xattr_get(path, name, value, size);
    if (result > 0 && size && copy_to_user(user, value, (size_t)result))
        result = -EFAULT;
    kfree(value);
    return result;
}

static long list(const struct path *path, void __user *user, size_t size)
{
    char *names;
    long result;

    size = min(size, (size_t)XATTR_LIST_MAX);
    names = kmalloc(size + 1, ALLOC_WAIT);
    if (!names)
        return -ENOMEM;
    result = xattr_list(path, names, size);
    if (result > 0 && size && copy_to_user(user, names, (size_t)result))
        result = -EFAULT;
    kfree(names);
    return result;
}

static long drop(const struct path *path, const char __user *user_name)
{
    char name[XATTR_NAME_MAX + 1];
    int error = name_fetch(name, user_name);

    return error ? error : xattr_remove(path, name);
}

/* The value of @expression with @path the file that the name at @user means. */
#define WITH_PATH(user, lookup, path, expression)                                                  \
    WITH_NAME(user, with_name_, ({                                                                 \
                  struct path path;                                                                \
                  long with_path_result_ =                                                         \
                      path_lookup(vfs_current(), AT_FDCWD, with_name_, (lookup), &path);           \
                  if (!with_path_result_) {                                                        \
                      with_path_result_ = (expression);                                            \
                      path_put(&path);                                                             \
                  }                                                                                \
                  with_path_result_;                                                               \
              }))

long sys_setxattr(const char __user *user, const char __user *name, const void __user *value,
                  size_t size, unsigned long flags)
{
    return WITH_PATH(user, LOOKUP_FOLLOW, path, set(&path, name, value, size, (int)flags));
}

long sys_lsetxattr(const char __user *user, const char __user *name, const void __user *value,
                   size_t size, unsigned long flags)
{
    return WITH_PATH(user, 0, path, set(&path, name, value, size, (int)flags));
}

long sys_fsetxattr(int fd, const char __user *name, const void __user *value, size_t size,
                   unsigned long flags)
{
    return WITH_FILE(fd, file, set(&file->path, name, value, size, (int)flags));
}

long sys_getxattr(const char __user *user, const char __user *name, void __user *value, size_t size)
{
    return WITH_PATH(user, LOOKUP_FOLLOW, path, get(&path, name, value, size));
}

long sys_lgetxattr(const char __user *user, const char __user *name, void __user *value,
                   size_t size)
{
    return WITH_PATH(user, 0, path, get(&path, name, value, size));
}

long sys_fgetxattr(int fd, const char __user *name, void __user *value, size_t size)
{
    return WITH_FILE(fd, file, get(&file->path, name, value, size));
}

long sys_listxattr(const char __user *user, void __user *names, size_t size)
{
    return WITH_PATH(user, LOOKUP_FOLLOW, path, list(&path, names, size));
}

long sys_llistxattr(const char __user *user, void __user *names, size_t size)
{
    return WITH_PATH(user, 0, path, list(&path, names, size));
}

long sys_flistxattr(int fd, void __user *names, size_t size)
{
    return WITH_FILE(fd, file, list(&file->path, names, size));
}

long sys_removexattr(const char __user *user, const char __user *name)
{
    return WITH_PATH(user, LOOKUP_FOLLOW, path, drop(&path, name));
}

long sys_lremovexattr(const char __user *user, const char __user *name)
{
    return WITH_PATH(user, 0, path, drop(&path, name));
}

long sys_fremovexattr(int fd, const char __user *name)
{
    return WITH_FILE(fd, file, drop(&file->path, name));
}
