/* Operations of the failure sweep: transparent huge pages, and huge pages that were set aside. */

#include "operations.h"

#include <sys/ipc.h>
#include <sys/shm.h>

void huge(void)
{
    char *at = anon(6 * MIB, 0);

    if (at == MAP_FAILED)
        return;
    at = (char *)(((unsigned long)at + 2 * MIB - 1) & -(2 * MIB));
    madvise(at, 4 * MIB, 14);
    touch(at, 3 * PAGE);
    attempt(mprotect(at + PAGE, PAGE, PROT_READ));
    touch(at + 2 * MIB, PAGE);
    attempt(munmap(at + 2 * MIB + PAGE, PAGE));
    attempt(fork() == 0 ? (touch(at, PAGE), _exit(0), 0) : 0);
    touch(at, PAGE);
    madvise(at, 2 * MIB, 25);
}

/* What was set aside is given to the operations below and taken back, some for want of memory. */
static void pool_set(const char *nr)
{
    int fd = open("/proc/sys/vm/nr_hugepages", O_WRONLY | O_CLOEXEC);

    if (fd >= 0)
        attempt(write(fd, nr, strlen(nr)));
    close(fd);
}

static char *huge_map(size_t nr, int flags, int fd)
{
    return (char *)attempt(mmap(NULL, nr * 2 * MIB, RW, flags, fd, 0));
}

void huge_pool(void)
{
    char *at;

    pool_set("4");
    at = huge_map(2, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
    if (at != MAP_FAILED) {
        touch(at, PAGE);
        touch(at + 2 * MIB, PAGE);
        attempt(mprotect(at, 2 * MIB, PROT_READ));
        attempt(munmap(at, 2 * MIB));
    }
    at = huge_map(2, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1);
    if (at != MAP_FAILED) {
        touch(at, PAGE);
        attempt(mremap(at, 4 * MIB, 2 * MIB, 0));
    }
    pool_set("0");
}

void huge_fork(void)
{
    char *at;
    pid_t pid;

    pool_set("3");
    at = huge_map(1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
    if (at != MAP_FAILED) {
        touch(at, PAGE);
        pid = (pid_t)attempt(fork());
        if (pid == 0) {
            touch(at, PAGE);
            _exit(0);
        }
        touch(at, PAGE);
        waitpid(pid, NULL, 0);
    }
    pool_set("0");
}

void huge_file(void)
{
    char *at;
    int fd;

    pool_set("4");
    fd = (int)attempt(syscall(SYS_memfd_create, "huge", 4));
    if (fd >= 0) {
        attempt(ftruncate(fd, 6 * MIB));
        attempt(fallocate(fd, 0, 0, 4 * MIB));
        at = huge_map(2, MAP_SHARED, fd);
        if (at != MAP_FAILED)
            touch(at, PAGE);
        attempt(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, 2 * MIB));
        at = huge_map(1, MAP_PRIVATE, fd);
        if (at != MAP_FAILED)
            touch(at, PAGE);
        attempt(ftruncate(fd, 0));
        close(fd);
    }
    pool_set("0");
}

void huge_segment(void)
{
    char *at;
    int id;

    pool_set("2");
    id = (int)attempt(shmget(IPC_PRIVATE, 4 * MIB, IPC_CREAT | SHM_HUGETLB | 0600));
    if (id >= 0) {
        at = (char *)shmat(id, NULL, 0);
        attempt(shmctl(id, IPC_RMID, NULL));
        if (at != MAP_FAILED)
            touch(at, PAGE);
    }
    pool_set("0");
}
