/*
 * What stat(2) and statx(2) tell: from the inode to their structures.
 */
#include <vfs/inode.h>

#include <lib/atomic.h>
#include <lib/bits.h>
#include <lib/string.h>
#include <vfs/mount.h>
#include <vfs/vfs.h>

/* Both fill every member, so that nobody clears the structures before. */
void inode_status(struct inode *inode, struct file_status *status)
{
    status->device = inode->filesystem->device;
    status->inode = inode->number;
    status->mode = READ_ONCE(inode->mode);
    status->links = READ_ONCE(inode->links);
    status->uid = READ_ONCE(inode->uid);
    status->gid = READ_ONCE(inode->gid);
    status->special_device = inode->device;
    status->size = inode_size(inode);
    status->block_size = inode->filesystem->block_size;
    status->blocks = READ_ONCE(inode->blocks);
    status->birth_time = inode->birth_time;
    status->has_birth_time = inode->filesystem->flags & FILESYSTEM_ATTRIBUTES;
    if (S_ISREG(inode->mode))
        status->blocks = READ_ONCE(inode->object.nr_pages) * (PAGE_SIZE / 512);
    spin_lock(&inode->spin);
    status->access_time = inode->access_time;
    status->modify_time = inode->modify_time;
    status->change_time = inode->change_time;
    spin_unlock(&inode->spin);
    if (inode->ops->status != NULL)
        inode->ops->status(inode, status);
}

void file_status_to_stat(const struct file_status *status, struct stat *stat)
{
    stat->st_dev = status->device;
    stat->st_ino = status->inode;
    stat->st_nlink = status->links;
    stat->padding0 = 0;
    stat->st_mode = status->mode;
    stat->st_uid = status->uid;
    stat->st_gid = status->gid;
    stat->st_rdev = status->special_device;
    stat->st_size = (s64)status->size;
    stat->st_blksize = status->block_size;
    stat->st_blocks = (s64)status->blocks;
    stat->st_atime = (u64)status->access_time.seconds;
    stat->st_atime_nsec = status->access_time.nanoseconds;
    stat->st_mtime = (u64)status->modify_time.seconds;
    stat->st_mtime_nsec = status->modify_time.nanoseconds;
    stat->st_ctime = (u64)status->change_time.seconds;
    stat->st_ctime_nsec = status->change_time.nanoseconds;
    memset(stat->reserved, 0, sizeof(stat->reserved));
}

static struct statx_timestamp timestamp(const struct inode_time *time)
{
    return (struct statx_timestamp){.tv_sec = time->seconds, .tv_nsec = time->nanoseconds};
}

void file_status_to_statx(const struct file_status *status, u32 mask, struct statx *statx)
{
    *statx = (struct statx){
        .stx_mask = STATX_BASIC_STATS | STATX_MNT_ID,
        .stx_blksize = status->block_size,
        .stx_attributes_mask = STATX_ATTR_AUTOMOUNT | STATX_ATTR_MOUNT_ROOT | STATX_ATTR_DAX,
        .stx_nlink = status->links,
        .stx_uid = status->uid,
        .stx_gid = status->gid,
        .stx_mode = (u16)status->mode,
        .stx_ino = status->inode,
        .stx_size = status->size,
        .stx_blocks = status->blocks,
        .stx_atime = timestamp(&status->access_time),
        .stx_mtime = timestamp(&status->modify_time),
        .stx_ctime = timestamp(&status->change_time),
        .stx_rdev_major = device_major(status->special_device),
        .stx_rdev_minor = device_minor(status->special_device),
        .stx_dev_major = device_major(status->device),
        .stx_dev_minor = device_minor(status->device),
        .stx_mnt_id = status->mount_id,
    };
    if (status->mount_root)
        statx->stx_attributes |= STATX_ATTR_MOUNT_ROOT;
    /* The filesystems that keep times of birth are those that have attributes. */
    if (status->has_birth_time)
        statx->stx_attributes_mask |= STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP;
    if (status->has_birth_time && (mask & STATX_BTIME)) {
        statx->stx_mask |= STATX_BTIME;
        statx->stx_btime = timestamp(&status->birth_time);
    }
}
