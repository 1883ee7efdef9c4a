/* The operations of the failure sweep: each does what programs do with one part of the memory
 * system. Sockets are in operations_network.c, huge pages in operations_huge.c. */

#include "operations.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/uio.h>

static void map_and_touch(void)
{
    char *at = anon(16 * PAGE, 0);

    touch(at, 16 * PAGE);
    touch(anon(4 * PAGE, MAP_GROWSDOWN), 4 * PAGE);
    anon(8 * PAGE, MAP_POPULATE);
    anon(8 * PAGE, MAP_LOCKED);
    if (at != MAP_FAILED)
        attempt(munmap(at, 16 * PAGE));
}

static void map_over_and_pieces(void)
{
    char *at = anon(16 * PAGE, 0);

    if (at == MAP_FAILED)
        return;
    touch(at, 16 * PAGE);
    attempt(
        mmap(at + 4 * PAGE, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    attempt(munmap(at + PAGE, PAGE));
    attempt(munmap(at + 10 * PAGE, 2 * PAGE));
    attempt(munmap(at, 16 * PAGE));
}

static void protect(void)
{
    char *at = anon(16 * PAGE, 0);

    if (at == MAP_FAILED)
        return;
    touch(at, 16 * PAGE);
    attempt(mprotect(at + 4 * PAGE, 4 * PAGE, PROT_READ));
    attempt(mprotect(at + 2 * PAGE, 8 * PAGE, PROT_NONE));
    attempt(mprotect(at, 16 * PAGE, RW));
    touch(at, 16 * PAGE);
}

static void remap(void)
{
    char *at = anon(16 * PAGE, 0), *to = anon(64 * PAGE, 0);

    if (at == MAP_FAILED || to == MAP_FAILED)
        return;
    touch(at, 16 * PAGE);
    attempt(syscall(SYS_mremap, at + 4 * PAGE, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, 0));
    attempt(
        syscall(SYS_mremap, at, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + 16 * PAGE));
    attempt(syscall(SYS_mremap, to + 30 * PAGE, 2 * PAGE, 2 * PAGE, 5, 0));
    attempt(syscall(SYS_mremap, to, 8 * PAGE, 4 * PAGE, 0, 0));
}

static void heap(void)
{
    char *end = (char *)syscall(SYS_brk, 0);

    if ((char *)syscall(SYS_brk, end + 16 * PAGE) == end + 16 * PAGE)
        touch(end, 16 * PAGE);
    syscall(SYS_brk, end);
}

static void advise(void)
{
    static const int advices[] = {1, 3, 20, 21, 8, 10, 16, 18, 22, 23, 4};
    char *at = anon(16 * PAGE, 0);

    if (at == MAP_FAILED)
        return;
    touch(at, 16 * PAGE);
    for (size_t i = 0; i < COUNT_OF(advices); i++) {
        attempt(madvise(at + (i % 8) * PAGE, 4 * PAGE, advices[i]));
        *(volatile char *)at = 1;
    }
}

static void lock(void)
{
    char *at = anon(16 * PAGE, 0);

    if (at == MAP_FAILED)
        return;
    attempt(mlock(at + 2 * PAGE, 4 * PAGE));
    attempt(syscall(SYS_mlock2, at + 4 * PAGE, 8 * PAGE, 1));
    attempt(munlock(at + 3 * PAGE, 2 * PAGE));
    attempt(mlockall(MCL_CURRENT | MCL_FUTURE));
    anon(4 * PAGE, 0);
    attempt(munlockall());
}

static void fork_and_write(void)
{
    char *at = anon(700 * PAGE, 0);
    pid_t pid;

    touch(at, 700 * PAGE);
    pid = (pid_t)attempt(fork());
    if (pid == 0) {
        touch(at, 20 * PAGE);
        _exit(0);
    }
    touch(at, 30 * PAGE);
    if (pid > 0)
        attempt(waitpid(pid, NULL, 0));
}

static void fork_many_areas(void)
{
    pid_t pid;

    for (int i = 0; i < 20; i++)
        touch((char *)attempt(
                  mmap(NULL, PAGE, RW, (i % 2 ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0)),
              PAGE);
    pid = (pid_t)attempt(fork());
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        attempt(waitpid(pid, NULL, 0));
}

static void exec_nothing(void)
{
    attempt(execl("/tests/nothing", "nothing", NULL));
}

static void *thread(void *argument)
{
    return argument;
}

static void threads(void)
{
    pthread_t each;

    if (pthread_create(&each, NULL, thread, NULL) == 0)
        pthread_join(each, NULL);
}

static void shared_memory(void)
{
    char *at = (char *)attempt(mmap(NULL, 16 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

    touch(at, 8 * PAGE);
    if (at == MAP_FAILED)
        return;
    attempt(madvise(at, 4 * PAGE, 9));
    attempt(syscall(SYS_mremap, at, 0, 4 * PAGE, MREMAP_MAYMOVE, 0));
    attempt(syscall(SYS_remap_file_pages, at, PAGE, 0, 4, 0));
    attempt(munmap(at + 4 * PAGE, PAGE));
}

static void files(void)
{
    int fd = (int)attempt(open("f", O_RDWR | O_CREAT | O_TRUNC, 0600));
    char page[PAGE], *shared, *private;

    unlink("f"); /* it goes with the process, however that ends */
    memset(page, 1, sizeof(page));
    for (int i = 0; fd >= 0 && i < 8; i++)
        attempt(pwrite(fd, page, PAGE, i * 4096L));
    if (fd >= 0) {
        shared = (char *)attempt(mmap(NULL, 8 * PAGE, RW, MAP_SHARED, fd, 0));
        private = (char *)attempt(mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE, fd, 0));
        attempt(ftruncate(fd, 12 * PAGE));
        attempt(pread(fd, page, PAGE, PAGE));
        touch(shared, 8 * PAGE);
        touch(private, 8 * PAGE);
        attempt(fallocate(fd, 0, 0, 16 * PAGE));
        attempt(fallocate(fd, 3, PAGE, 2 * PAGE));
        if (shared != MAP_FAILED)
            attempt(msync(shared, 8 * PAGE, MS_SYNC));
        attempt(ftruncate(fd, PAGE + 100));
    }
}

static void memory_file(void)
{
    int fd = (int)attempt(syscall(SYS_memfd_create, "m", 2));

    if (fd < 0)
        return;
    attempt(ftruncate(fd, 8 * PAGE));
    touch((char *)attempt(mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE, fd, 0)), 8 * PAGE);
    attempt(fallocate(fd, 0, 0, 16 * PAGE));
    attempt(fcntl(fd, 1033, 8));
}

static void segments(void)
{
    int id = (int)attempt(shmget(IPC_PRIVATE, 8 * PAGE, IPC_CREAT | 0600));
    char *at;
    pid_t pid;

    if (id < 0)
        return;
    at = (char *)attempt(shmat(id, NULL, 0));
    attempt(shmctl(id, IPC_RMID, NULL));
    touch(at, 8 * PAGE);
    pid = (pid_t)attempt(fork());
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        attempt(waitpid(pid, NULL, 0));
    if (at != MAP_FAILED)
        attempt(shmdt(at));
}

static void semaphores(void)
{
    struct sembuf up[] = {{0, 1, SEM_UNDO}, {1, 1, 0}};
    unsigned short values[20];
    struct sembuf many[20];
    int id = (int)attempt(semget(IPC_PRIVATE, 20, 0600));

    if (id < 0)
        return;
    for (unsigned short i = 0; i < 20; i++)
        many[i] = (struct sembuf){i, 1, SEM_UNDO};
    attempt(semop(id, up, 2));
    attempt(semop(id, many, 20));
    attempt(semctl(id, 0, GETALL, values));
    attempt(semctl(id, 0, IPC_RMID));
}

static void messages(void)
{
    struct {
        long type;
        char text[3000];
    } message = {.type = 1};
    int id = (int)attempt(msgget(IPC_PRIVATE, 0600));

    if (id < 0)
        return;
    if (attempt(msgsnd(id, &message, sizeof(message.text), IPC_NOWAIT)) == 0) {
        attempt(msgrcv(id, &message, sizeof(message.text), 0, IPC_NOWAIT | 040000));
        attempt(msgrcv(id, &message, sizeof(message.text), 0, IPC_NOWAIT));
    }
    attempt(msgsnd(id, &message, 10, IPC_NOWAIT));
    attempt(msgctl(id, IPC_RMID, NULL));
}

static void named_queue(void)
{
    char text[8192];
    int fd = (int)attempt(syscall(SYS_mq_open, "sweep", O_RDWR | O_CREAT | O_NONBLOCK, 0600, NULL));

    if (fd < 0)
        return;
    memset(text, 0, sizeof(text)); /* a call that faults for want of memory says EFAULT */
    syscall(SYS_mq_unlink, "sweep");
    if (attempt(syscall(SYS_mq_timedsend, fd, "text", 4, 1, NULL)) == 0)
        attempt(syscall(SYS_mq_timedreceive, fd, text, sizeof(text), NULL, NULL));
    attempt(syscall(SYS_mq_timedsend, fd, "left", 4, 1, NULL));
}

static void other_process(void)
{
    char local[64], *at = anon(4 * PAGE, 0);
    struct iovec here = {local, sizeof(local)}, there = {at, sizeof(local)};
    pid_t pid;

    if (at == MAP_FAILED)
        return;
    touch(at, PAGE);
    pid = (pid_t)attempt(fork());
    if (pid == 0) {
        for (;;)
            pause();
    }
    if (pid < 0)
        return;
    there.iov_base = at + PAGE;
    errno = 0;
    long done = syscall(SYS_process_vm_writev, pid, &here, 1UL, &there, 1UL, 0UL);
    if (done < 0 && errno != EFAULT)
        attempted(done);
    kill(pid, SIGKILL);
    attempt(waitpid(pid, NULL, 0));
}

static void views(void)
{
    static const char *const names[] = {"maps",  "smaps",  "smaps_rollup", "status",
                                        "statm", "stat",   "pagemap",      "numa_maps",
                                        "auxv",  "limits", "mm_why",       "oom_score"};
    static char text[1 << 14];
    char path[64];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), "/proc/self/%s", names[i]);
        int fd = open(path, O_RDONLY);
        if (fd < 0 && errno == ENOENT)
            continue;
        attempted(fd);
        if (fd >= 0) {
            attempt(read(fd, text, sizeof(text)));
            close(fd);
        }
    }
}

static void residency(void)
{
    unsigned char states[16];
    char *at = anon(16 * PAGE, 0);

    if (at == MAP_FAILED)
        return;
    touch(at, 8 * PAGE);
    attempt(mincore(at, 16 * PAGE, states));
    attempt(msync(at, 16 * PAGE, MS_ASYNC));
}

static int deeper(int pages)
{
    volatile char here[PAGE];

    here[0] = 1;
    return pages > 0 ? deeper(pages - 1) + here[0] : here[0];
}

static void stack(void)
{
    deeper(60);
}

/* ---- the rest of what the system tests of memory do ---- */

static void keys(void)
{
    char *at = anon(16 * PAGE, 0);
    long key = syscall(SYS_pkey_alloc, 0, 0);

    if (at == MAP_FAILED || key < 0)
        return; /* no processor that has them */
    touch(at, 16 * PAGE);
    attempt(syscall(SYS_pkey_mprotect, at + 2 * PAGE, 4 * PAGE, RW, key));
    attempt(syscall(SYS_pkey_mprotect, at, 16 * PAGE, PROT_READ, 0));
    attempt(syscall(SYS_pkey_free, key));
}

/* A child with @len bytes at @at of its own, that sleeps. */
static pid_t start_sleeper(char *at, size_t len)
{
    pid_t pid = (pid_t)attempt(fork());

    if (pid == 0) {
        touch(at, len);
        for (;;)
            pause();
    }
    return pid;
}

static void stop_sleeper(pid_t pid)
{
    kill(pid, SIGKILL);
    attempt(waitpid(pid, NULL, 0));
}

static void advise_other(void)
{
    char *at = anon(16 * PAGE, 0);
    struct iovec ranges[2] = {{at, 4 * PAGE}, {at + 8 * PAGE, 4 * PAGE}};
    pid_t pid;
    int fd;

    if (at == MAP_FAILED)
        return;
    touch(at, 16 * PAGE);
    pid = start_sleeper(at, PAGE);
    if (pid < 0)
        return;
    fd = (int)attempt(syscall(SYS_pidfd_open, pid, 0));
    if (fd >= 0) {
        attempt(syscall(SYS_process_madvise, fd, ranges, 2UL, MADV_COLD, 0));
        attempt(syscall(SYS_process_madvise, fd, ranges, 2UL, MADV_PAGEOUT, 0));
        attempt(syscall(SYS_process_madvise, fd, ranges, 2UL, MADV_WILLNEED, 0));
    }
    stop_sleeper(pid);
}

static void read_other(void)
{
    static char here[3 * PAGE];
    char *at = anon(8 * PAGE, 0);
    struct iovec into[2] = {{here, PAGE}, {here + PAGE, PAGE + 100}}, from = {at, 2 * PAGE};
    pid_t pid;
    long done;

    if (at == MAP_FAILED)
        return;
    memset(here, 0, sizeof(here));
    touch(at, 2 * PAGE);
    pid = start_sleeper(at, PAGE);
    if (pid < 0)
        return;
    errno = 0;
    done = syscall(SYS_process_vm_readv, pid, into, 2UL, &from, 1UL, 0UL);
    if (done < 0 && errno != EFAULT)
        attempted(done);
    stop_sleeper(pid);
}

static void barriers(void)
{
    attempt(syscall(SYS_membarrier, 16, 0, 0));
    attempt(syscall(SYS_membarrier, 8, 0, 0));
    attempt(syscall(SYS_membarrier, 1, 0, 0));
}

/* Read or write at a place of one of this process's files; a refused access says EIO or EFAULT. */
static void use_file(const char *path, int flags, off_t where, const char *text)
{
    static char bytes[2 * PAGE];
    int fd = (int)attempt(open(path, flags));
    long done;

    if (fd < 0)
        return;
    errno = 0;
    done = text ? pwrite(fd, text, strlen(text), where) : pread(fd, bytes, sizeof(bytes), where);
    if (done < 0 && errno != EIO && errno != EFAULT)
        attempted(done);
    close(fd);
}

static void memory_files(void)
{
    char *at = anon(16 * PAGE, 0), *read_only = anon(2 * PAGE, 0);
    struct dirent *entry;
    DIR *directory;

    if (at == MAP_FAILED || read_only == MAP_FAILED)
        return;
    touch(at, 8 * PAGE);
    attempt(mprotect(read_only, 2 * PAGE, PROT_READ));
    use_file("/proc/self/mem", O_RDWR, (off_t)at + 7 * 4096, NULL);
    use_file("/proc/self/mem", O_RDWR, (off_t)at + 9 * 4096, "new");
    use_file("/proc/self/mem", O_RDWR, (off_t)read_only, "forced");
    use_file("/proc/self/pagemap", O_RDONLY, (off_t)((unsigned long)at / PAGE * 8), NULL);
    use_file("/proc/self/clear_refs", O_WRONLY, 0, "4");
    use_file("/proc/self/clear_refs", O_WRONLY, 0, "1");
    touch(at, 8 * PAGE);
    use_file("/proc/kpagecount", O_RDONLY, 8 * 1000, NULL);
    use_file("/proc/kpageflags", O_RDONLY, 8 * 1000, NULL);
    directory = opendir("/proc/self/map_files");
    attempted(directory == NULL ? -1 : 0);
    while (directory && (entry = readdir(directory)))
        ;
    if (directory)
        closedir(directory);
}

static void machine_files(void)
{
    static const char *const names[] = {
        "meminfo",     "vmstat", "zoneinfo",    "buddyinfo",    "pagetypeinfo",        "slabinfo",
        "vmallocinfo", "swaps",  "sysvipc/shm", "quire/frames", "sys/vm/max_map_count"};
    char path[64];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), "/proc/%s", names[i]);
        use_file(path, O_RDONLY, 0, NULL);
    }
}

static void exec_script(void)
{
    int fd = (int)attempt(open("script", O_WRONLY | O_CREAT | O_TRUNC, 0700));

    if (fd < 0)
        return;
    if (attempt(write(fd, "#!/tests/nothing one\n", 21)) == 21) {
        close(fd);
        attempt(execl("script", "script", "two", NULL));
    }
    unlink("script");
}

static void spawn(void)
{
    pid_t pid = (pid_t)attempt(vfork());

    if (pid == 0) {
        execl("/tests/nothing", "nothing", NULL);
        _exit(0);
    }
    if (pid > 0)
        attempt(waitpid(pid, NULL, 0));
}

/* Generations that share tables: each writes, its child forks again. */
static void fork_of_fork(void)
{
    char *at = anon(1100 * PAGE, 0);

    touch(at, 1100 * PAGE);
    for (int generation = 0; generation < 3; generation++) {
        pid_t pid = (pid_t)attempt(fork());

        if (at != MAP_FAILED && generation == 1)
            attempt(munmap(at + 300 * PAGE, 100 * PAGE));
        touch(at, 10 * PAGE);
        if (pid > 0)
            attempt(waitpid(pid, NULL, 0));
        if (pid != 0)
            break;
    }
}

static void fork_with_advice(void)
{
    static const int advices[] = {MADV_WIPEONFORK, MADV_DONTFORK, MADV_DONTDUMP,
                                  MADV_KEEPONFORK, MADV_DOFORK,   24 /* MADV_DONTNEED_LOCKED */};
    char *at = anon(32 * PAGE, 0);
    pid_t pid;

    if (at == MAP_FAILED)
        return;
    touch(at, 32 * PAGE);
    for (size_t i = 0; i < COUNT_OF(advices); i++)
        attempt(madvise(at + 4 * i * PAGE, 4 * PAGE, advices[i]));
    pid = (pid_t)attempt(fork());
    if (pid == 0) {
        touch(at, 4 * PAGE);
        _exit(0);
    }
    if (pid > 0)
        attempt(waitpid(pid, NULL, 0));
}

static void private_file(void)
{
    int fd = (int)attempt(open("g", O_RDWR | O_CREAT | O_TRUNC, 0600));
    char *at;
    pid_t pid;

    unlink("g");
    if (fd < 0 || attempt(ftruncate(fd, 16 * PAGE)) != 0)
        return;
    at = (char *)attempt(mmap(NULL, 16 * PAGE, RW, MAP_PRIVATE, fd, 0));
    if (at == MAP_FAILED)
        return;
    touch(at, 4 * PAGE);
    for (size_t i = 0; i < 16; i++)
        (void)*(volatile char *)(at + i * PAGE);
    pid = (pid_t)attempt(fork());
    if (pid == 0) {
        touch(at, 8 * PAGE);
        _exit(0);
    }
    attempt(syscall(SYS_mremap, at, 8 * PAGE, 24 * PAGE, MREMAP_MAYMOVE, 0));
    attempt(ftruncate(fd, 2 * PAGE));
    if (pid > 0)
        attempt(waitpid(pid, NULL, 0));
}

static void posix_shared_memory(void)
{
    char *at;
    int fd;

    unlink("/dev/shm/sweep");
    fd = (int)attempt(open("/dev/shm/sweep", O_RDWR | O_CREAT | O_EXCL, 0600));

    if (fd < 0)
        return;
    unlink("/dev/shm/sweep");
    attempt(ftruncate(fd, 16 * PAGE));
    at = (char *)attempt(mmap(NULL, 16 * PAGE, RW, MAP_SHARED, fd, 0));
    touch(at, 4 * PAGE);
    attempt(fallocate(fd, FALLOC_FL_KEEP_SIZE, 16 * PAGE, 4 * PAGE));
    if (at != MAP_FAILED)
        attempt(mlock(at, 8 * PAGE));
}

static void segment_locked(void)
{
    int id = (int)attempt(shmget(IPC_PRIVATE, 8 * PAGE, IPC_CREAT | 0600));
    char *room = anon(16 * PAGE, 0), *at;
    struct shmid_ds state;

    if (id < 0)
        return;
    at = (char *)shmat(id, NULL, 0);
    attempt(shmctl(id, IPC_RMID, NULL)); /* it goes with the process */
    if (at == MAP_FAILED)
        return;
    attempt(shmctl(id, SHM_LOCK, NULL));
    if (room != MAP_FAILED) {
        at = (char *)attempt(shmat(id, room, SHM_REMAP));
        touch(at, 8 * PAGE);
    }
    attempt(shmctl(id, IPC_STAT, &state));
    attempt(shmctl(id, SHM_UNLOCK, NULL));
}

/* Far apart: tables of every level, made and freed. */
static void sparse(void)
{
    char *at = anon(1UL << 40, MAP_NORESERVE);

    if (at == MAP_FAILED)
        return;
    for (unsigned long where = PAGE; where < 1UL << 40; where *= 8)
        touch(at + where, PAGE);
    attempt(madvise(at, 1UL << 39, MADV_DONTNEED));
    attempt(mprotect(at + (1UL << 30), 1UL << 30, PROT_NONE));
    attempt(munmap(at, 1UL << 40));
}

static void limits(void)
{
    struct rlimit limit = {64 * MIB, RLIM_INFINITY};
    char *at = anon(PAGE, 0);

    attempt(setrlimit(RLIMIT_DATA, &limit));
    attempt(mmap(NULL, 128 * MIB, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (at != MAP_FAILED)
        attempt(syscall(SYS_mremap, at, PAGE, 256 * MIB, MREMAP_MAYMOVE, 0));
}

static void dump_core(void)
{
    struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

    setrlimit(RLIMIT_CORE, &unlimited);
    touch(anon(8 * PAGE, 0), 8 * PAGE);
    abort();
}

const struct operation operations[] = {
    {"map_and_touch", map_and_touch, SIGBUS},
    {"map_over_and_pieces", map_over_and_pieces, SIGBUS},
    {"protect", protect, SIGBUS},
    {"remap", remap, SIGBUS},
    {"heap", heap, SIGBUS},
    {"advise", advise, SIGBUS},
    {"lock", lock, SIGBUS},
    {"fork_and_write", fork_and_write, SIGBUS},
    {"fork_many_areas", fork_many_areas, SIGBUS},
    {"exec", exec_nothing, SIGSEGV},
    {"threads", threads, SIGBUS},
    {"shared_memory", shared_memory, SIGBUS},
    {"files", files, SIGBUS},
    {"memory_file", memory_file, SIGBUS},
    {"segments", segments, SIGBUS},
    {"semaphores", semaphores, SIGBUS},
    {"messages", messages, SIGBUS},
    {"named_queue", named_queue, SIGBUS},
    {"other_process", other_process, SIGBUS},
    {"views", views, SIGBUS},
    {"residency", residency, SIGBUS},
    {"sockets", sockets, SIGBUS},
    {"internet", internet, SIGBUS},
    {"stack", stack, SIGBUS},
    {"keys", keys, SIGBUS},
    {"advise_other", advise_other, SIGBUS},
    {"read_other", read_other, SIGBUS},
    {"barriers", barriers, SIGBUS},
    {"memory_files", memory_files, SIGBUS},
    {"machine_files", machine_files, SIGBUS},
    {"exec_script", exec_script, SIGSEGV},
    {"spawn", spawn, SIGBUS},
    {"fork_of_fork", fork_of_fork, SIGBUS},
    {"fork_with_advice", fork_with_advice, SIGBUS},
    {"private_file", private_file, SIGBUS},
    {"posix_shared_memory", posix_shared_memory, SIGBUS},
    {"segment_locked", segment_locked, SIGBUS},
    {"sparse", sparse, SIGBUS},
    {"limits", limits, SIGBUS},
    {"dump_core", dump_core, SIGABRT},
    {"huge", huge, SIGBUS},
    {"huge_pool", huge_pool, SIGBUS},
    {"huge_fork", huge_fork, SIGBUS},
    {"huge_file", huge_file, SIGBUS},
    {"huge_segment", huge_segment, SIGBUS},
};
const size_t nr_operations = COUNT_OF(operations);
