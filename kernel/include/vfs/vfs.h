/*
 * Files and names: the theory of the room.
 *
 * 1. An inode (inode.h) is a file without its name: type, owner, permissions, times, and for a
 * regular file the vm_object that is its page cache. A dentry (dentry.h) is a name in a directory,
 * cached; a negative one says that the name does not exist. A filesystem (mount.h) is one store of
 * inodes; a mount attaches a subtree of its names somewhere. A path is (mount, dentry). A file
 * (file.h) is an open inode with a position; a descriptor table (fd_table.h) numbers files.
 * 2. vfs is below proc and never calls it. What a call needs to know of its process comes in a
 * struct vfs_context (context.h): root and working directory, descriptors, credentials, limits.
 * Operations deep in a file that need it ask vfs_current(), which proc registers.
 * 3. System calls map one to one on the functions of names.h (calls that take a name), io.h (calls
 * that take an open file), fd_table.h, poll.h, lock.h; these take kernel strings and buffers
 * (struct io_buffer names user or kernel memory), and return what the system call returns.
 * 4. References. Who holds a pointer across a sleep holds a reference: inode_get, dentry_get,
 * path_get, file_get. A dentry holds its parent and its inode; a file holds its path; a mount holds
 * its filesystem and its root. Dropping the last reference may sleep.
 * 5. Locks, outermost first:
 *      mount_mutex         the mount tree changes
 *      rename_mutex        a directory changes its parent
 *      file.position_lock  one read or write at the file's own position
 *      inode.lock          (mutex) names in a directory, contents and attributes of anything else.
 * Two at once: a parent before its child, directories of a rename ancestor first, unrelated ones by
 * address name_lock           (spin, rank FILE) dentry cache and mount table: hash chains, parents,
 * names fd_table.lock, inode.spin (spin, rank FILE_INNER) All inode.locks are outside mm.map_lock:
 * user memory may be touched while one is held, but nothing below a page fault takes one.
 */
#pragma once

#include <lib/types.h>

struct credentials;
struct dentry;
struct fd_table;
struct file;
struct filesystem;
struct inode;
struct io_buffer;
struct mount;
struct poll_table;
struct vfs_context;

/* Caches and tables; before any other function of the room. */
void vfs_init(void);

/* Device numbers: 12 bits of major, 20 of minor, in the encoding of stat(2) and mknod(2). */
static inline u64 device_make(u32 major, u32 minor)
{
    return (minor & 0xff) | (u64)major << 8 | (u64)(minor & ~0xffu) << 12;
}
static inline u32 device_major(u64 device)
{
    return (u32)(device >> 8) & 0xfff;
}
static inline u32 device_minor(u64 device)
{
    return (u32)((device & 0xff) | (device >> 12 & 0xfff00));
}
