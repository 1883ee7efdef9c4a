/* between.c: see between.h. */

#include "between.h"

#include <sys/uio.h>

#include "scene.h"

static void split(struct iovec pieces[2], char *start, size_t len)
{
    pieces[0] = (struct iovec){start, len / 2};
    pieces[1] = (struct iovec){start + len / 2, len - len / 2};
}

long copy_between(int slot, char *here, size_t len, char *there, bool write)
{
    struct iovec local[2], remote = {there, len};

    control->look_around = true;
    split(local, here, len);
    return syscall(write ? SYS_process_vm_writev : SYS_process_vm_readv, process_of(slot), local, 2,
                   &remote, 1, 0);
}

long mem_between(int slot, char *here, size_t len, char *there, bool write)
{
    char path[40];

    control->look_around = true;
    snprintf(path, sizeof(path), "/proc/%d/mem", process_of(slot));
    int mem = (int)must(open(path, O_RDWR | O_CLOEXEC));
    long result = syscall(write ? SYS_pwrite64 : SYS_pread64, mem, here, len, there);
    int error = errno;
    close(mem);
    errno = error;
    return result;
}

long forget(long number)
{
    char text[16];
    int len = snprintf(text, sizeof(text), "%ld", number);
    int file_of_marks = (int)must(open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC));
    long result = syscall(SYS_write, file_of_marks, text, len);
    int error = errno;

    close(file_of_marks);
    errno = error;
    return result;
}

long advise_other(int slot, char *start, size_t len, int advice)
{
    struct iovec pieces[2];

    control->look_around = true;
    split(pieces, start, len / (2 * PAGE) * (2 * PAGE));
    int process = (int)must(syscall(SYS_pidfd_open, process_of(slot), 0));
    long result = syscall(SYS_process_madvise, process, pieces, 2, advice, 0);
    int error = errno;
    close(process);
    errno = error;
    return result;
}
