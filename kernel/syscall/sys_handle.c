/*
 * File handles: name_to_handle_at(2), open_by_handle_at(2).
 */
#include <abi/capability.h>
#include <abi/fcntl.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <vfs/mount.h>
#include <vfs/names.h>
#include <vfs/path.h>

#include "sys.h"

/* As much of the handle as there is room for, and which mount it is of. */
static int write_handle(const struct path *path, struct abi_file_handle __user *user,
                        u32 __user *mount_id)
{
    struct {
        struct abi_file_handle head;
        struct inode_handle handle;
    } answer = {.head = {.len = sizeof(answer.handle), .type = FILE_HANDLE_NUMBER}};
    struct abi_file_handle room;
    size_t size = sizeof(answer);
    int err = vfs_handle_of(path, &answer.handle);

    if (err != 0)
        return err;
    if (copy_from_user(&room, user, sizeof(room)))
        return -EFAULT;
    if (room.len > FILE_HANDLE_BYTES_MAX)
        return -EINVAL;
    if (room.len < sizeof(answer.handle)) {
        answer.head.type = FILE_HANDLE_NONE;
        size = sizeof(answer.head);
        err = -EOVERFLOW;
    }
    return put_user(path->mount->id, mount_id) || copy_to_user(user, &answer, size) ? -EFAULT : err;
}

long sys_name_to_handle_at(int dirfd, const char __user *user, void __user *handle,
                           void __user *mount_id, int flags)
{
    unsigned lookup = (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0u) |
                      (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0u);
    struct path path;

    if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return WITH_NAME(user, name, ({
                         long error = path_lookup(vfs_current(), dirfd, name, lookup, &path);

                         if (!error) {
                             error = write_handle(&path, handle, mount_id);
                             path_put(&path);
                         }
                         error;
                     }));
}

long sys_open_by_handle_at(int fd, void __user *user, int flags)
{
    u32 words[FILE_HANDLE_BYTES_MAX / sizeof(u32)];
    struct inode_handle handle;
    struct abi_file_handle head;
    struct file *file;
    bool is_ours;
    long error;

    if (!capable(CAP_DAC_READ_SEARCH))
        return -EPERM;
    if (copy_from_user(&head, user, sizeof(head)))
        return -EFAULT;
    if (head.len == 0 || head.len > FILE_HANDLE_BYTES_MAX)
        return -EINVAL;
    if (copy_from_user(words, (struct abi_file_handle __user *)user + 1, head.len))
        return -EFAULT;
    is_ours = head.len >= sizeof(handle); /* the type does not matter, as on Linux */
    memcpy(&handle, words, sizeof(handle));
    error = vfs_open_handle(vfs_current(), fd, is_ours ? &handle : NULL,
                            sys_with_large_file((u32)flags), &file);
    return error ? error : sys_install(file, flags);
}
