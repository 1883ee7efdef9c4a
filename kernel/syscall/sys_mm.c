/*
 * Memory: mmap(2) and its family. Everything but the decoding of descriptors and flags is mm's.
 */
#include <abi/capability.h>
#include <abi/fcntl.h>
#include <abi/mman.h>
#include <abi/utsname.h>
#include <kmem/kmalloc.h>
#include <lib/bits.h>
#include <mm/hugetlb.h>
#include <mm/mm.h>
#include <proc/credentials.h>
#include <proc/pidfd.h>
#include <proc/memory_failure.h>
#include <proc/process_vm.h>
#include <proc/task.h>
#include <sched/wait.h>
#include <vfs/event.h>
#include <vfs/file.h>
#include <vfs/hugetlb.h>
#include <vfs/inode.h>
#include <vfs/io.h>

#include "sys.h"

static struct mm *current_mm(void)
{
    return current_task()->mm;
}

/* What the caller's capabilities allow it beyond others. */
static unsigned map_rights(void)
{
    return capable(CAP_SYS_RAWIO) ? MM_MAP_MAY_LOW : 0;
}

/* personality(2): does PROT_READ ask for PROT_EXEC, too? */
static bool read_executes(void)
{
    return current_task()->personality & READ_IMPLIES_EXEC;
}

static long map(struct mm_map_request *request)
{
    bool has_door = request->object != NULL || request->source != NULL;

    if (read_executes() && (request->prot & PROT_READ) &&
        (!has_door || (request->may & VMA_MAYEXEC)))
        request->prot |= PROT_EXEC;
    return mm_map(current_mm(), request);
}

/* What mprotect(2) and pkey_mprotect(2) are asked for; the bit that is mm's own is an unknown one.
 */
static unsigned protection_of(unsigned long prot)
{
    unsigned asked = (unsigned)prot;

    if (asked & MM_PROT_READ_EXECUTES)
        asked = (asked & ~MM_PROT_READ_EXECUTES) | 1u << 30;
    return asked | (read_executes() ? MM_PROT_READ_EXECUTES : 0);
}

/* An unnamed shared mapping is a shmem object of its own, shown as /dev/zero (deleted). */
static long map_shared_anonymous(struct mm_map_request *request)
{
    struct file *file = file_create_shmem("dev/zero", align_up(request->len, PAGE_SIZE), 0777);
    long result;

    if (IS_ERR(file))
        return PTR_ERR(file);
    request->offset = 0;
    request->commits_object = true;
    result = file_map(file, request);
    if (!result)
        result = map(request);
    file_put(file);
    return result;
}

/* MAP_ANONYMOUS | MAP_HUGETLB: a file of huge pages of its own, shown as /anon_hugepage (deleted).
 */
static long map_huge_pages(struct mm_map_request *request)
{
    struct file *file;
    long result;

    if (!hugetlb_size_is_known(request->flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK))
        return -EINVAL;
    if (!hugetlb_size_is_had(request->flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK))
        return request->len == 0 ? -EINVAL : -ENOMEM;
    file = file_create_hugetlb("anon_hugepage", align_up(request->len, HUGETLB_SIZE), 0777);
    if (IS_ERR(file))
        return PTR_ERR(file);
    request->flags &= ~MAP_ANONYMOUS;
    result = file_map(file, request);
    if (!result)
        result = map(request);
    file_put(file);
    return result;
}

static long map_file(struct mm_map_request *request, int fd)
{
    long answer = WITH_FILE(fd, file, ({
                                long result = file_map(file, request);

                                result ? result : map(request);
                            }));

    if (request->made_source != NULL)
        request->made_source->ops->put(request->made_source);
    return answer;
}

long sys_mmap(unsigned long addr, size_t len, unsigned long prot, unsigned long flags, int fd,
              s64 offset)
{
    struct mm_map_request request = {
        .addr = addr,
        .len = len,
        .prot = (unsigned)prot,
        .flags = (unsigned)flags,
        .offset = (u64)offset,
        .may = VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC,
        .rights = map_rights(),
    };
    unsigned type = flags & MAP_TYPE;

    if (offset & (s64)(PAGE_SIZE - 1))
        return -EINVAL;
    if (!(flags & MAP_ANONYMOUS))
        return map_file(&request, fd);
    if (flags & MAP_HUGETLB)
        return map_huge_pages(&request);
    if (type != MAP_SHARED)
        return map(&request);
    /* Arguments that mm refuses are refused before an object is made. */
    if (len == 0)
        return -EINVAL;
    if (len > USER_END)
        return -ENOMEM;
    return map_shared_anonymous(&request);
}

long sys_mprotect(unsigned long addr, size_t len, unsigned long prot)
{
    return mm_protect(current_mm(), addr, len, protection_of(prot));
}

long sys_pkey_mprotect(unsigned long addr, size_t len, unsigned long prot, int key)
{
    return mm_protect_key(current_mm(), addr, len, protection_of(prot), key);
}

long sys_pkey_alloc(unsigned long flags, unsigned long disabled)
{
    if (flags || (disabled & ~(unsigned long)(PKEY_DISABLE_ACCESS | PKEY_DISABLE_WRITE)))
        return -EINVAL;
    return mm_pkey_alloc(current_mm(), (unsigned)disabled);
}

long sys_pkey_free(int key)
{
    return mm_pkey_free(current_mm(), key);
}

long sys_munmap(unsigned long addr, size_t len)
{
    return mm_unmap(current_mm(), addr, len);
}

/* It has no error to return: the end stays where it was. */
long sys_brk(unsigned long addr)
{
    unsigned long arguments[6] = {addr};
    unsigned long end;

    current_thread()->refusal = NULL;
    end = mm_brk(current_mm(), addr, read_executes());
    if (end != addr && addr > end)
        memory_failure_note_call("brk", MM_CALL_BREAK, arguments, -ENOMEM, "ENOMEM");
    return (long)end;
}

long sys_mremap(unsigned long old, size_t old_len, size_t new_len, unsigned long flags,
                unsigned long new_addr)
{
    return mm_remap(current_mm(), old, old_len, new_len, (unsigned)flags, new_addr);
}

long sys_msync(unsigned long addr, size_t len, int flags)
{
    return mm_sync(current_mm(), addr, len, flags);
}

long sys_mincore(unsigned long addr, size_t len, void __user *vector)
{
    return mm_resident(current_mm(), addr, len, vector);
}

long sys_madvise(unsigned long addr, size_t len, int advice)
{
    return mm_advise(current_mm(), addr, len, advice);
}

long sys_remap_file_pages(unsigned long addr, size_t len, unsigned long prot, size_t index,
                          unsigned long flags)
{
    return mm_remap_file_pages(current_mm(), addr, len, (unsigned)prot, index, (unsigned)flags);
}

long sys_membarrier(int command, unsigned long flags, int cpu)
{
    return mm_membarrier(current_mm(), command, (unsigned)flags, cpu);
}

long sys_process_madvise(int pidfd, const struct iovec __user *user_segments, unsigned long nr,
                         int advice, unsigned long flags)
{
    struct iovec *segments = NULL;
    struct io_buffer buffer;
    long result;

    if ((unsigned)flags)
        return -EINVAL;
    result = io_buffer_vector(&buffer, user_segments, nr, &segments);
    if (!result)
        result = WITH_FILE(pidfd, file, ({
                               struct process *process = pidfd_process(file);

                               process ? process_advise(process, segments, nr, advice) : -EBADF;
                           }));
    kfree(segments);
    return result;
}

long sys_mlock(unsigned long addr, size_t len)
{
    return mm_mlock(current_mm(), addr, len, 0);
}

long sys_mlock2(unsigned long addr, size_t len, unsigned long flags)
{
    if ((int)flags & ~MLOCK_ONFAULT)
        return -EINVAL;
    return mm_mlock(current_mm(), addr, len, (unsigned)flags);
}

long sys_munlock(unsigned long addr, size_t len)
{
    return mm_munlock(current_mm(), addr, len);
}

long sys_mlockall(unsigned long flags)
{
    return mm_mlockall(current_mm(), (unsigned)flags);
}

long sys_munlockall(void)
{
    return mm_munlockall(current_mm());
}

long sys_memfd_create(const char __user *user_name, unsigned long flags)
{
    char name[250];
    ssize_t len;

    unsigned known = MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB;

    if (flags & MFD_HUGETLB)
        known |= MFD_HUGE_MASK << MFD_HUGE_SHIFT;
    if ((unsigned)flags & ~known)
        return -EINVAL;
    len = strncpy_from_user(name, user_name, sizeof(name));
    if (len < 0)
        return len == -ENAMETOOLONG ? -EINVAL : len;
    return sys_install(memfd_create(name, (unsigned)flags), flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
}

/* What is there is asked before who is asked: no bytes on either side are no question at all. */
static long move_process_vm(int pid, const struct iovec __user *user_local, unsigned long nr_local,
                            const struct iovec __user *user_remote, unsigned long nr_remote,
                            unsigned long flags, bool write)
{
    struct iovec *local_segments = NULL, *remote_segments = NULL;
    struct io_buffer local, remote;
    long result;

    if (flags)
        return -EINVAL;
    result = io_buffer_vector(&local, user_local, nr_local, &local_segments);
    if (!result && local.remaining > 0)
        result = io_buffer_vector(&remote, user_remote, nr_remote, &remote_segments);
    if (!result && local.remaining > 0 && remote.remaining > 0)
        result = process_vm_move(pid, &local, remote_segments, nr_remote, write);
    kfree(local_segments);
    kfree(remote_segments);
    return result;
}

long sys_process_vm_readv(int pid, const struct iovec __user *local, unsigned long nr_local,
                          const struct iovec __user *remote, unsigned long nr_remote,
                          unsigned long flags)
{
    return move_process_vm(pid, local, nr_local, remote, nr_remote, flags, false);
}

long sys_process_vm_writev(int pid, const struct iovec __user *local, unsigned long nr_local,
                           const struct iovec __user *remote, unsigned long nr_remote,
                           unsigned long flags)
{
    return move_process_vm(pid, local, nr_local, remote, nr_remote, flags, true);
}

long sys_userfaultfd(unsigned long flags)
{
    int err = userfaultfd_permission((int)flags);

    if (err != 0)
        return err;
    return sys_install(userfaultfd_create(current_mm(), (int)flags), (int)flags & O_CLOEXEC);
}
