/*
 * Files of huge pages that were set aside: those of hugetlbfs, of memfd_create(MFD_HUGETLB), and
 * what MAP_HUGETLB maps. They are mapped, truncated, allocated and read, not written.
 */
#pragma once

#include <vfs/file.h>
#include <vfs/inode.h>

extern const struct file_ops hugetlb_file_ops;
extern const struct inode_ops hugetlb_inode_ops;

static inline bool file_is_hugetlb(const struct file *file)
{
    return file->ops == &hugetlb_file_ops;
}

static inline bool inode_is_hugetlb(const struct inode *inode)
{
    return inode->object.flags & VM_OBJECT_HUGETLB;
}

/* A file without a name in any directory, shown as "/@name (deleted)", of @size bytes (a multiple
 * of HUGETLB_SIZE) that nobody promised. ERR_PTR */
struct file *file_create_hugetlb(const char *name, u64 size, u32 mode) __must_check;

/* hugetlb_inode_ops.set_attributes, for inode operations that have more. */
int hugetlb_set_attributes(struct inode *inode, const struct inode_change *change);
