/*
 * Unpacking the initial root file system.
 *
 * Everything goes through the calls that programs use, as root with umask 0. A directory's time is
 * set at the end, after its files were made. Files with several names share (device, inode) in the
 * archive; the first name met makes the file, the others are links, and the data comes with any of
 * them.
 */
#include <fs/initramfs.h>

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/stat.h>
#include <kern/printk.h>
#include <kmem/kmalloc.h>
#include <lib/cpio.h>
#include <lib/list.h>
#include <lib/string.h>
#include <vfs/io.h>
#include <vfs/names.h>
#include <vfs/vfs.h>

#define COMPLAINTS_MAX 10

/* A name to come back to: the first of a linked file, or a directory whose time is to be set. */
struct remembered {
    struct list_head link;
    u32 ino, dev_major, dev_minor;
    u32 mtime;
    char name[];
};

struct unpacking {
    const struct vfs_context *context;
    struct list_head linked;
    struct list_head directories;
    long nr_entries;
    unsigned nr_failed;
};

static int remember(struct list_head *list, const struct cpio_entry *entry)
{
    struct remembered *remembered = kmalloc(sizeof(*remembered) + entry->name_len + 1, ALLOC_WAIT);

    if (remembered == NULL)
        return -ENOMEM;
    remembered->ino = entry->ino;
    remembered->dev_major = entry->dev_major;
    remembered->dev_minor = entry->dev_minor;
    remembered->mtime = entry->mtime;
    memcpy(remembered->name, entry->name, entry->name_len + 1);
    list_add_tail(&remembered->link, list);
    return 0;
}

static void forget_all(struct list_head *list)
{
    struct remembered *remembered, *following;

    list_for_each_entry_safe (remembered, following, list, link) {
        list_remove(&remembered->link);
        kfree(remembered);
    }
}

static const char *find_linked(const struct unpacking *unpacking, const struct cpio_entry *entry)
{
    struct remembered *remembered;

    list_for_each_entry (remembered, &unpacking->linked, link) {
        if (remembered->ino == entry->ino && remembered->dev_major == entry->dev_major &&
            remembered->dev_minor == entry->dev_minor)
            return remembered->name;
    }
    return NULL;
}

static int set_time(const struct vfs_context *context, const char *name, u32 mtime)
{
    struct inode_time times[2] = {{.seconds = mtime}, {.seconds = mtime}};

    return vfs_utimes_at(context, AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW);
}

/* Owner first: it clears the set-id bits that the mode then sets. */
static int set_owner_and_mode(const struct unpacking *unpacking, const struct cpio_entry *entry)
{
    int err = 0;

    if (entry->uid != 0 || entry->gid != 0)
        err = vfs_chown_at(unpacking->context, AT_FDCWD, entry->name, entry->uid, entry->gid,
                           AT_SYMLINK_NOFOLLOW);
    if (err == 0 && !S_ISLNK(entry->mode))
        err = vfs_chmod_at(unpacking->context, AT_FDCWD, entry->name, entry->mode & 07777, 0);
    return err;
}

static int write_data(struct file *file, const struct cpio_entry *entry)
{
    size_t done = 0;

    while (done < entry->data_len) {
        ssize_t put = file_write_kernel(file, entry->data + done, entry->data_len - done, done);

        if (put <= 0)
            return put == 0 ? -EIO : (int)put;
        done += (size_t)put;
    }
    return 0;
}

static int unpack_regular(struct unpacking *unpacking, const struct cpio_entry *entry)
{
    const char *first = entry->nlink > 1 ? find_linked(unpacking, entry) : NULL;
    struct file *file;
    int err = 0;

    if (first != NULL)
        err = vfs_link_at(unpacking->context, AT_FDCWD, first, AT_FDCWD, entry->name, 0);
    else if (entry->nlink > 1)
        err = remember(&unpacking->linked, entry);
    if (err != 0 || (first != NULL && entry->data_len == 0))
        return err;
    err = vfs_open_at(unpacking->context, AT_FDCWD, entry->name,
                      O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW, 0600, &file);
    if (err != 0)
        return err;
    err = write_data(file, entry);
    file_put(file);
    return err;
}

static int unpack_directory(struct unpacking *unpacking, const struct cpio_entry *entry)
{
    int err = vfs_mkdir_at(unpacking->context, AT_FDCWD, entry->name, entry->mode & 07777);

    if (err != 0 && err != -EEXIST)
        return err;
    return remember(&unpacking->directories, entry);
}

static int unpack_symlink(struct unpacking *unpacking, const struct cpio_entry *entry)
{
    char *target;
    int err;

    if (entry->data_len == 0 || entry->data_len >= 4096 ||
        memchr(entry->data, 0, entry->data_len) != NULL)
        return -EINVAL;
    target = kstrndup((const char *)entry->data, entry->data_len, ALLOC_WAIT);
    if (target == NULL)
        return -ENOMEM;
    err = vfs_symlink_at(unpacking->context, target, AT_FDCWD, entry->name);
    kfree(target);
    return err;
}

static int unpack_by_type(struct unpacking *unpacking, const struct cpio_entry *entry)
{
    switch (entry->mode & S_IFMT) {
    case S_IFREG:
        return unpack_regular(unpacking, entry);
    case S_IFDIR:
        return unpack_directory(unpacking, entry);
    case S_IFLNK:
        return unpack_symlink(unpacking, entry);
    default:
        return vfs_mknod_at(unpacking->context, AT_FDCWD, entry->name, entry->mode,
                            device_make(entry->rdev_major, entry->rdev_minor));
    }
}

/* A later entry replaces an earlier one of the same name, unless both are directories. */
static void remove_existing(const struct unpacking *unpacking, const struct cpio_entry *entry)
{
    struct file_status status;

    if (vfs_status_at(unpacking->context, AT_FDCWD, entry->name, AT_SYMLINK_NOFOLLOW, &status) != 0)
        return;
    if (S_ISDIR(status.mode) && S_ISDIR(entry->mode))
        return;
    if (vfs_unlink_at(unpacking->context, AT_FDCWD, entry->name,
                      S_ISDIR(status.mode) ? AT_REMOVEDIR : 0) != 0)
        pr_warn("initramfs: %s: cannot be replaced\n", entry->name);
}

static int unpack_entry(struct unpacking *unpacking, const struct cpio_entry *entry)
{
    int err;

    remove_existing(unpacking, entry);
    err = unpack_by_type(unpacking, entry);
    if (err == 0)
        err = set_owner_and_mode(unpacking, entry);
    if (err == 0 && !S_ISDIR(entry->mode))
        err = set_time(unpacking->context, entry->name, entry->mtime);
    return err;
}

static void complain(struct unpacking *unpacking, const char *name, int err)
{
    if (unpacking->nr_failed++ < COMPLAINTS_MAX)
        pr_warn("initramfs: %s: error %d\n", name, -err);
}

static void set_directory_times(struct unpacking *unpacking)
{
    struct remembered *remembered;

    list_for_each_entry_reverse(remembered, &unpacking->directories, link)
    {
        int err = set_time(unpacking->context, remembered->name, remembered->mtime);

        if (err != 0)
            complain(unpacking, remembered->name, err);
    }
}

long initramfs_unpack(const void *archive, size_t len)
{
    struct unpacking unpacking = {.context = vfs_current()};
    struct cpio_reader reader;
    struct cpio_entry entry;
    int more;

    list_init(&unpacking.linked);
    list_init(&unpacking.directories);
    cpio_init(&reader, archive, len);
    while ((more = cpio_next(&reader, &entry)) > 0) {
        int err = unpack_entry(&unpacking, &entry);

        if (err != 0)
            complain(&unpacking, entry.name, err);
        else
            unpacking.nr_entries++;
    }
    set_directory_times(&unpacking);
    forget_all(&unpacking.linked);
    forget_all(&unpacking.directories);
    if (unpacking.nr_failed > 0)
        pr_warn("initramfs: %u entries failed\n", unpacking.nr_failed);
    if (more < 0) {
        pr_err("initramfs: corrupt after %ld entries (only uncompressed newc is read)\n",
               unpacking.nr_entries);
        return more;
    }
    return unpacking.nr_entries;
}
