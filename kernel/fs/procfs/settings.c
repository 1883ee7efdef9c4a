/*
 * /proc/sys: a file for each setting that a room registered (kern/sysctl.h), beside the views of
 * sys.c. Here is only the way from a read or write to the setting; what text means is decided
 * there.
 */
#include <abi/errno.h>
#include <kern/panic.h>
#include <kern/sysctl.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <vfs/file.h>

#include "procfs.h"

static ssize_t read_setting(struct file *file, struct io_buffer *buffer, u64 *position)
{
    const struct sysctl *setting = proc_node_of(file->inode)->entry->setting;
    size_t len = min(buffer->remaining, (size_t)SYSCTL_TEXT_MAX), done;
    char *text = kmalloc(len + 1, ALLOC_WAIT);

    if (text == NULL)
        return -ENOMEM;
    len = sysctl_read(setting, *position, text, len);
    done = io_buffer_copy_to(buffer, text, len);
    kfree(text);
    if (done < len)
        return -EFAULT;
    *position += done;
    return (ssize_t)done;
}

static ssize_t write_setting(struct file *file, struct io_buffer *buffer, u64 *position)
{
    const struct sysctl *setting = proc_node_of(file->inode)->entry->setting;
    size_t all = buffer->remaining, len = min(all, (size_t)SYSCTL_TEXT_MAX);
    char *text = kmalloc(len + 1, ALLOC_WAIT);
    ssize_t result = -EFAULT;

    if (text == NULL)
        return -ENOMEM;
    if (io_buffer_copy_from(buffer, text, len) == len)
        result = sysctl_write(setting, *position, text, all);
    kfree(text);
    if (result > 0)
        *position += (u64)result;
    return result;
}

static s64 seek_setting(struct file *file, s64 offset, int whence)
{
    return file_seek_position(file, offset, whence, 0);
}

static const struct file_ops setting_file_ops = {
    .read = read_setting,
    .write = write_setting,
    .seek = seek_setting,
};

static enum proc_place place_of(const char *folder)
{
    static const struct {
        const char *folder;
        enum proc_place place;
    } places[] = {
        {"fs", PROC_PLACE_SYS_FS},
        {"fs/epoll", PROC_PLACE_SYS_FS_EPOLL},
        {"fs/inotify", PROC_PLACE_SYS_FS_INOTIFY},
        {"fs/mqueue", PROC_PLACE_SYS_FS_MQUEUE},
        {"kernel", PROC_PLACE_SYS_KERNEL},
        {"net/core", PROC_PLACE_SYS_NET_CORE},
        {"net/ipv4", PROC_PLACE_SYS_NET_IPV4},
        {"net/ipv6", PROC_PLACE_SYS_NET_IPV6},
        {"net/unix", PROC_PLACE_SYS_NET_UNIX},
        {"vm", PROC_PLACE_SYS_VM},
    };

    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (strcmp(folder, places[i].folder) == 0)
            return places[i].place;
    panic("procfs: no folder for settings of %s", folder);
}

void procfs_add_settings(void)
{
    const struct sysctl_table *table;
    const struct sysctl *setting;

    for (table = sysctl_tables(); table != NULL; table = table->next)
        for (setting = table->settings; setting->name != NULL; setting++) {
            struct proc_addition *addition = kzalloc(sizeof(*addition), ALLOC_WAIT);

            ASSERT(addition != NULL);
            addition->entry.name = setting->name;
            addition->entry.mode = S_IFREG | (setting->mode != 0 ? setting->mode : 0644);
            addition->entry.file_ops = &setting_file_ops;
            addition->entry.setting = setting;
            proc_register(place_of(table->folder), addition);
        }
}
