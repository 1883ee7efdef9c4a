/*
 * Files of memory without a place in any directory: memfd_create(2), and what the kernel maps for
 * shared anonymous memory.
 */
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/hugetlb.h>
#include <vfs/hugetlb.h>
#include <vfs/io.h>
#include <vfs/regular.h>

#define MEMFD_NAME_MAX (NAME_MAX - sizeof("memfd:") + 1)

static struct file *create(const char *shown, u32 mode, u64 size)
{
    struct file *file =
        file_create_pseudo(shown, S_IFREG | mode, &regular_file_ops, NULL, O_RDWR | O_LARGEFILE);
    int err;

    if (IS_ERR(file))
        return file;
    file->inode->links = 0;
    file->inode->seals = F_SEAL_SEAL;
    err = size != 0 ? object_resize(&file->inode->object, size) : 0;
    if (err == 0)
        return file;
    file_put(file);
    return ERR_PTR(err);
}

struct file *file_create_shmem(const char *name, u64 size, u32 mode)
{
    char shown[NAME_MAX + 16];

    scnprintf(shown, sizeof(shown), "/%s (deleted)", name);
    return create(shown, mode, size);
}

struct file *memfd_create(const char *name, unsigned flags)
{
    char shown[NAME_MAX + 16];
    struct file *file;

    if (strlen(name) > MEMFD_NAME_MAX)
        return ERR_PTR(-EINVAL);
    if ((flags & MFD_HUGETLB) && !hugetlb_size_is_had(flags >> MFD_HUGE_SHIFT & MFD_HUGE_MASK))
        return ERR_PTR(-ENODEV);
    if (flags & MFD_HUGETLB) {
        scnprintf(shown, sizeof(shown), "memfd:%s", name);
        file = file_create_hugetlb(shown, 0, 0777);
    } else {
        scnprintf(shown, sizeof(shown), "/memfd:%s (deleted)", name);
        file = create(shown, 0777, 0);
    }
    if (!IS_ERR(file) && (flags & MFD_ALLOW_SEALING))
        file->inode->seals = 0;
    return file;
}
