/*
 * getdents(2) and getdents64(2): directory entries into user memory.
 *
 * The two records differ in where the type is: in the header, or in the last byte.
 */
#include <vfs/io.h>

#include <abi/dirent.h>
#include <abi/errno.h>
#include <abi/limits.h>
#include <arch/user.h>
#include <lib/string.h>
#include <vfs/regular.h>
#include "watch.h"

struct user_sink {
    struct directory_sink sink;
    char __user *buffer;
    size_t size;
    size_t used;
    int err; /* why the last entry was not taken */
    bool old;
};

static bool user_sink_emit(struct directory_sink *sink, const char *name, size_t len, u64 next,
                           u64 inode, unsigned type)
{
    struct user_sink *user = container_of(sink, struct user_sink, sink);
    char record[align_up(sizeof(struct linux_dirent64) + NAME_MAX + 2, 8)] __aligned(8);
    size_t header =
        user->old ? offsetof(struct linux_dirent, d_name) : offsetof(struct linux_dirent64, d_name);
    size_t record_len = align_up(header + len + 1 + user->old, 8);

    if (len > NAME_MAX || record_len > user->size - user->used) {
        user->err = len > NAME_MAX ? -EIO : -EINVAL;
        return false;
    }
    memset(record, 0, record_len);
    if (user->old) {
        struct linux_dirent *entry = (struct linux_dirent *)record;

        *entry = (struct linux_dirent){.d_ino = inode, .d_off = next, .d_reclen = (u16)record_len};
        record[record_len - 1] = (char)type;
    } else {
        struct linux_dirent64 *entry = (struct linux_dirent64 *)record;

        entry->d_ino = inode;
        entry->d_off = (s64)next;
        entry->d_reclen = (u16)record_len;
        entry->d_type = (u8)type;
    }
    memcpy(record + header, name, len);
    if (copy_to_user(user->buffer + user->used, record, record_len) != 0) {
        user->err = -EFAULT;
        return false;
    }
    user->used += record_len;
    return true;
}

int file_iterate(struct file *file, struct directory_sink *sink)
{
    int err;

    if (file->mode & FILE_PATH)
        return -EBADF;
    if (file->ops->iterate == NULL)
        return -ENOTDIR;
    mutex_lock(&file->position_lock);
    mutex_lock(&file->inode->lock);
    sink->position = file->position;
    if (file->inode->links == 0)
        err = -ENOENT;
    else
        err = file->ops->iterate(file, sink);
    mutex_unlock(&file->inode->lock);
    if (err == 0)
        file->position = sink->position;
    mutex_unlock(&file->position_lock);
    if (err == 0) {
        notify_file(file, IN_ACCESS);
        file_accessed(file);
    }
    return err;
}

static ssize_t getdents(struct file *file, void __user *buffer, size_t size, bool old)
{
    struct user_sink user = {
        .sink.emit = user_sink_emit, .buffer = buffer, .size = size, .old = old};
    int err = file_iterate(file, &user.sink);

    if (err != 0)
        return err;
    return user.used != 0 ? (ssize_t)user.used : user.err;
}

ssize_t file_getdents64(struct file *file, void __user *buffer, size_t size)
{
    return getdents(file, buffer, size, false);
}

ssize_t file_getdents(struct file *file, void __user *buffer, size_t size)
{
    return getdents(file, buffer, size, true);
}
