/*
 * mmap(2) of a file: what the way it was opened allows.
 */
#include <vfs/io.h>

#include <abi/errno.h>
#include <abi/mman.h>
#include <lib/bits.h>
#include <mm/hugetlb.h>
#include <mm/mm.h>
#include <vfs/hugetlb.h>
#include <vfs/mount.h>

/* What the way it was opened, and where it lies, say to the request. */
static int map_check(const struct file *file, const struct mm_map_request *request, bool noexec)
{
    bool shared = request->flags & MAP_SHARED; /* MAP_SHARED_VALIDATE has the bit too */

    if (shared && (request->prot & PROT_WRITE) && !(file->mode & FILE_WRITE))
        return -EACCES;
    if (!(file->mode & FILE_READ))
        return -EACCES;
    if (noexec && (request->prot & PROT_EXEC))
        return -EPERM;
    return file->ops->map == NULL ? -ENODEV : 0;
}

int file_map(struct file *file, struct mm_map_request *request)
{
    bool noexec = mount_is_noexec(file->path.mount);

    if (file->mode & FILE_PATH)
        return -EBADF;
    if (file_is_hugetlb(file))
        request->len = align_up(request->len, HUGETLB_SIZE);
    else if (request->flags & MAP_HUGETLB)
        return -EINVAL;
    request->may = VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC;
    if ((request->flags & MAP_SHARED) && !(file->mode & FILE_WRITE))
        request->may &= ~VMA_MAYWRITE;
    if (noexec)
        request->may &= ~VMA_MAYEXEC;
    request->source = &file->source;
    request->refusal = map_check(file, request, noexec);
    if (request->refusal == 0)
        request->late_refusal = file->ops->map(file, request);
    return 0;
}
