/*
 * Reading and writing another process's memory (process_vm_readv(2)).
 */
#pragma once

#include <vfs/io_buffer.h>

/*
 * process_vm_move: copy between @local, the caller's memory, and the pieces @remote of the memory
 * of process @pid; @write: to that process.
 * => the caller needs the right to inspect it (ptrace(2)); pages keep their protection
 * => bytes moved, to the first page that could not be; -EFAULT when that was the first,
 * -ESRCH, -EPERM, -ENOMEM
 */
ssize_t process_vm_move(int pid, struct io_buffer *local, const struct iovec *remote, size_t nr,
                        bool write);

struct process;

/*
 * process_advise: process_madvise(2) over the pieces @segments of @process's memory.
 * => needs the right to inspect it and CAP_SYS_NICE; only advice that does no harm
 * => bytes advised; when there were none: -EINVAL, -EACCES, -ESRCH, -EPERM, or as madvise(2)
 */
ssize_t process_advise(struct process *process, const struct iovec *segments, size_t nr,
                       int advice);
