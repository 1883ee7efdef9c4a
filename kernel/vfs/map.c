/*
 * mmap(2) of a file: what the way it was opened allows.
 */
#include <vfs/io.h>

#include <abi/errno.h>
#include <abi/mman.h>
#include <lib/atomic.h>
#include <mm/mm.h>
#include <vfs/mount.h>

int file_map(struct file *file, struct mm_map_request *request)
{
    bool shared = request->flags & MAP_SHARED; /* MAP_SHARED_VALIDATE has the bit too */
    bool noexec = READ_ONCE(file->path.mount->flags) & MS_NOEXEC;

    if (file->mode & FILE_PATH)
        return -EBADF;
    request->may = VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC;
    if (shared && (request->prot & PROT_WRITE) && !(file->mode & FILE_WRITE))
        return -EACCES;
    if (!(file->mode & FILE_READ))
        return -EACCES;
    if (shared && !(file->mode & FILE_WRITE))
        request->may &= ~VMA_MAYWRITE;
    if (noexec && (request->prot & PROT_EXEC))
        return -EPERM;
    if (noexec)
        request->may &= ~VMA_MAYEXEC;
    if (file->ops->map == NULL)
        return -ENODEV;
    request->source = &file->source;
    return file->ops->map(file, request);
}
