/* System V shared memory: shmget, shmat, shmdt, shmctl. */

#include "table.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#define SHM_HUGE       04000
#define SHM_UNRESERVED 010000
#define STAT_ANY       15

static long get(long key, size_t len, int flags)
{
    return syscall(SYS_shmget, key, len, flags);
}

static char *attach(long id, void *addr, int flags)
{
    return (char *)syscall(SYS_shmat, id, addr, flags);
}

static long detach(const void *addr)
{
    return syscall(SYS_shmdt, addr);
}

static long control(long id, int command, void *buffer)
{
    return syscall(SYS_shmctl, id, command, buffer);
}

/* A segment that is gone when the cell is. */
static long temporary(size_t len)
{
    return get(IPC_PRIVATE, len, IPC_CREAT | 0600);
}

static void gone(long id)
{
    control(id, IPC_RMID, NULL);
}

CELL("shmget", "IPC_PRIVATE", "a new segment")
{
    gone(got(get(IPC_PRIVATE, PAGE, 0600)));
}

CELL("shmget", "IPC_PRIVATE", "one byte: shm_segsz")
{
    struct shmid_ds status = {0};
    long id = got(get(IPC_PRIVATE, 1, 0600));

    got(control(id, IPC_STAT, &status));
    note("%ld", (long)status.shm_segsz);
    gone(id);
}

CELL("shmget", "length", "0, new")
{
    got(get(IPC_PRIVATE, 0, 0600));
}

CELL("shmget", "length", "0, existing")
{
    long id = get(0x7101, PAGE, IPC_CREAT | 0600);

    got(get(0x7101, 0, 0));
    gone(id);
}

CELL("shmget", "length", "more than the existing segment's")
{
    long id = get(0x7102, PAGE, IPC_CREAT | 0600);

    got(get(0x7102, 2 * PAGE, 0));
    got(get(0x7102, PAGE, 0));
    gone(id);
}

CELL("shmget", "length", "2^64 - 1")
{
    got(get(IPC_PRIVATE, -1UL, 0600));
}

CELL("shmget", "length", "beyond kernel.shmmax")
{
    got(setting("/proc/sys/kernel/shmmax", 1 << 20));
    gone(got(get(IPC_PRIVATE, 1 << 20, 0600)));
    got(get(IPC_PRIVATE, (1 << 20) + 1, 0600));
}

CELL("shmget", "length", "beyond kernel.shmall")
{
    got(setting("/proc/sys/kernel/shmall", 16));
    got(get(IPC_PRIVATE, 17 * PAGE, 0600));
    gone(got(get(IPC_PRIVATE, 16 * PAGE, 0600)));
}

CELL("shmget", "kernel.shmmni", "reached")
{
    long first, second;

    got(setting("/proc/sys/kernel/shmmni", 2));
    first = got(temporary(PAGE));
    second = got(temporary(PAGE));
    got(temporary(PAGE));
    gone(first);
    gone(second);
}

CELL("shmget", "key", "does not exist, no IPC_CREAT")
{
    got(get(0x7103, PAGE, 0600));
}

CELL("shmget", "IPC_CREAT", "exists")
{
    long id = get(0x7104, PAGE, IPC_CREAT | 0600);

    note_if(got(get(0x7104, PAGE, IPC_CREAT | 0600)) == id, "the same", "another");
    gone(id);
}

CELL("shmget", "IPC_CREAT|IPC_EXCL", "exists")
{
    long id = get(0x7105, PAGE, IPC_CREAT | 0600);

    got(get(0x7105, PAGE, IPC_CREAT | IPC_EXCL | 0600));
    gone(id);
}

CELL("shmget", "mode", "another user's segment of 0600")
{
    long id = get(0x7106, PAGE, IPC_CREAT | 0600);

    if (fork() == 0) {
        become_user();
        got(get(0x7106, PAGE, 0400));
        got(get(0x7106, PAGE, 0));
        got((long)attach(id, NULL, SHM_RDONLY));
        _exit(0);
    }
    wait(NULL);
    gone(id);
}

CELL("shmget", "mode", "another user's segment of 0644")
{
    long id = get(0x7107, PAGE, IPC_CREAT | 0644);

    if (fork() == 0) {
        become_user();
        got(get(0x7107, PAGE, 0444));
        got(get(0x7107, PAGE, 0666));
        got((long)attach(id, NULL, SHM_RDONLY));
        got((long)attach(id, NULL, 0));
        _exit(0);
    }
    wait(NULL);
    gone(id);
}

CELL("shmget", "SHM_HUGETLB", "no pages in the pool")
{
    got(get(IPC_PRIVATE, 2UL << 20, SHM_HUGE | 0600));
}

CELL("shmget", "SHM_NORESERVE", "a new segment")
{
    gone(got(get(IPC_PRIVATE, PAGE, SHM_UNRESERVED | 0600)));
}

CELL("shmget", "an unknown flag (0100000)", "a new segment")
{
    gone(got(get(IPC_PRIVATE, PAGE, 0100000 | 0600)));
}

CELL("shmat", "addr", "null")
{
    long id = temporary(2 * PAGE);
    char *at = (char *)got(attach(id, NULL, 0));

    reads(at);
    writes(at + PAGE);
    gone(id);
}

CELL("shmat", "addr", "a free place")
{
    long id = temporary(PAGE);
    char *hole = map(PAGE);

    munmap(hole, PAGE);
    note_if((char *)got(attach(id, hole, 0)) == hole, "there", "elsewhere");
    gone(id);
}

CELL("shmat", "addr", "taken")
{
    long id = temporary(PAGE);

    got(attach(id, map(PAGE), 0));
    gone(id);
}

CELL("shmat", "SHM_REMAP", "taken")
{
    long id = temporary(PAGE);
    char *at = map(PAGE);

    at[0] = 5;
    got(attach(id, at, SHM_REMAP));
    reads(at);
    gone(id);
}

CELL("shmat", "SHM_REMAP", "null address")
{
    long id = temporary(PAGE);

    got(attach(id, NULL, SHM_REMAP));
    gone(id);
}

CELL("shmat", "addr", "not a multiple of the page size")
{
    long id = temporary(PAGE);
    char *hole = map(2 * PAGE);

    munmap(hole, 2 * PAGE);
    got(attach(id, hole + 100, 0));
    gone(id);
}

CELL("shmat", "SHM_RND", "not a multiple of the page size")
{
    long id = temporary(PAGE);
    char *hole = map(2 * PAGE);

    munmap(hole, 2 * PAGE);
    note_if((char *)got(attach(id, hole + 100, SHM_RND)) == hole, "rounded down", "elsewhere");
    gone(id);
}

CELL("shmat", "SHM_RND", "address 1: rounds to 0")
{
    long id = temporary(PAGE);

    got(attach(id, (void *)1, SHM_RND));
    got(attach(id, (void *)1, SHM_RND | SHM_REMAP));
    gone(id);
}

CELL("shmat", "SHM_RDONLY", "access")
{
    long id = temporary(PAGE);
    char *at = (char *)got(attach(id, NULL, SHM_RDONLY));

    reads(at);
    writes(at);
    note("mprotect");
    got(mprotect(at, PAGE, RW));
    gone(id);
}

CELL("shmat", "SHM_EXEC", "access")
{
    long id = temporary(PAGE);
    char *at = (char *)got(attach(id, NULL, SHM_EXEC));

    at[0] = (char)0xc3;
    runs(at);
    gone(id);
}

CELL("shmat", "SHM_EXEC", "a user, mode 0600")
{
    long id;

    become_user();
    id = temporary(PAGE);
    got(attach(id, NULL, SHM_EXEC));
    gone(id);
}

CELL("shmat", "id", "does not exist")
{
    got(attach(12345678, NULL, 0));
}

CELL("shmat", "id", "-1")
{
    got(attach(-1, NULL, 0));
}

CELL("shmat", "id", "removed, nobody attached")
{
    long id = temporary(PAGE);

    gone(id);
    got(attach(id, NULL, 0));
}

CELL("shmat", "id", "removed, still attached")
{
    long id = temporary(PAGE);

    attach(id, NULL, 0);
    gone(id);
    got(attach(id, NULL, 0));
}

CELL("shmat", "twice", "the same memory, two attaches")
{
    long id = temporary(PAGE);
    char *first = (char *)got(attach(id, NULL, 0)), *second = (char *)got(attach(id, NULL, 0));
    struct shmid_ds status = {0};

    first[0] = 8;
    reads(second);
    control(id, IPC_STAT, &status);
    note("nattch %ld", (long)status.shm_nattch);
    gone(id);
}

CELL("shmat", "maps", "name, device, inode")
{
    long id = get(0x7110, PAGE, IPC_CREAT | 0600);
    struct maps_line line = {.path = ""};

    maps_find((char *)got(attach(id, NULL, 0)), &line);
    note("%s %s %lx", line.prot, line.path, line.offset);
    note_if(line.inode == (unsigned long)id, "inode is the id", "inode is not the id");
    gone(id);
}

CELL("shmdt", "addr", "attached there")
{
    long id = temporary(PAGE);
    char *at = attach(id, NULL, 0);

    got(detach(at));
    reads(at);
    gone(id);
}

CELL("shmdt", "addr", "nothing attached there")
{
    got(detach(map(PAGE)));
}

CELL("shmdt", "addr", "not a multiple of the page size")
{
    long id = temporary(PAGE);

    got(detach(attach(id, NULL, 0) + 1));
    gone(id);
}

CELL("shmdt", "addr", "within the segment, not its start")
{
    long id = temporary(2 * PAGE);

    got(detach(attach(id, NULL, 0) + PAGE));
    gone(id);
}

CELL("shmdt", "a segment in pieces", "all of them go")
{
    long id = temporary(4 * PAGE);
    char *at = attach(id, NULL, 0);

    must(munmap(at + PAGE, PAGE));
    must(mprotect(at + 2 * PAGE, PAGE, PROT_READ));
    got(detach(at));
    reads(at);
    reads(at + 2 * PAGE);
    reads(at + 3 * PAGE);
    gone(id);
}

CELL("shmdt", "the first page unmapped", "detach at the old start")
{
    long id = temporary(4 * PAGE);
    char *at = attach(id, NULL, 0);

    must(munmap(at, PAGE));
    got(detach(at));
    reads(at + PAGE);
    gone(id);
}

CELL("shmdt", "munmap instead", "nattch")
{
    struct shmid_ds status = {0};
    long id = temporary(PAGE);

    munmap(attach(id, NULL, 0), PAGE);
    control(id, IPC_STAT, &status);
    note("nattch %ld", (long)status.shm_nattch);
    gone(id);
}

CELL("shmdt", "fork, exit", "nattch")
{
    struct shmid_ds status = {0};
    long id = temporary(PAGE);
    int ready[2], end[2];
    char byte;
    pid_t pid;

    attach(id, NULL, 0);
    must(pipe(ready));
    must(pipe(end));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        must(write(ready[1], "", 1));
        close(end[1]);
        (void)read(end[0], &byte, 1);
        _exit(0);
    }
    must(read(ready[0], &byte, 1));
    control(id, IPC_STAT, &status);
    note("forked %ld", (long)status.shm_nattch);
    close(end[1]);
    waitpid(pid, NULL, 0);
    control(id, IPC_STAT, &status);
    note("after exit %ld", (long)status.shm_nattch);
    gone(id);
}

CELL("shmctl", "IPC_STAT", "a new segment")
{
    struct shmid_ds status = {0};
    long id = get(IPC_PRIVATE, PAGE + 1, 0640);

    got(control(id, IPC_STAT, &status));
    note("size %ld, nattch %ld, mode %o", (long)status.shm_segsz, (long)status.shm_nattch,
         status.shm_perm.mode);
    note_if(status.shm_cpid == getpid() && status.shm_lpid == 0, "cpid own, lpid 0",
            "pids otherwise");
    note_if(status.shm_atime == 0 && status.shm_dtime == 0 && status.shm_ctime != 0, "only ctime",
            "times otherwise");
    gone(id);
}

CELL("shmctl", "IPC_STAT", "attached and detached")
{
    struct shmid_ds status = {0};
    long id = temporary(PAGE);

    detach(attach(id, NULL, 0));
    got(control(id, IPC_STAT, &status));
    note_if(status.shm_lpid == getpid(), "lpid own", "lpid otherwise");
    note_if(status.shm_atime != 0 && status.shm_dtime != 0, "atime, dtime", "times otherwise");
    gone(id);
}

CELL("shmctl", "IPC_STAT", "another user, mode 0600")
{
    long id = temporary(PAGE);
    struct shmid_ds status;

    if (fork() == 0) {
        become_user();
        got(control(id, IPC_STAT, &status));
        got(control(id, IPC_SET, &status));
        got(control(id, IPC_RMID, NULL));
        _exit(0);
    }
    wait(NULL);
    gone(id);
}

CELL("shmctl", "IPC_STAT", "bad buffer")
{
    long id = temporary(PAGE);

    got(control(id, IPC_STAT, map_in_hole(PAGE) - PAGE));
    gone(id);
}

CELL("shmctl", "IPC_SET", "mode and owner")
{
    struct shmid_ds status = {0};
    long id = temporary(PAGE);

    control(id, IPC_STAT, &status);
    status.shm_perm.mode = 0777;
    status.shm_perm.uid = 1000;
    got(control(id, IPC_SET, &status));
    control(id, IPC_STAT, &status);
    note("mode %o, uid %d", status.shm_perm.mode, (int)status.shm_perm.uid);
    gone(id);
}

CELL("shmctl", "IPC_SET", "uid -1")
{
    struct shmid_ds status = {0};
    long id = temporary(PAGE);

    control(id, IPC_STAT, &status);
    status.shm_perm.uid = (uid_t)-1;
    got(control(id, IPC_SET, &status));
    gone(id);
}

CELL("shmctl", "IPC_RMID", "nobody attached")
{
    long id = temporary(PAGE);

    got(control(id, IPC_RMID, NULL));
    got(control(id, IPC_RMID, NULL));
}

CELL("shmctl", "IPC_RMID", "attached: gone at the last detach")
{
    struct shmid_ds status = {0};
    long id = get(0x7120, PAGE, IPC_CREAT | 0600);
    char *at = attach(id, NULL, 0);

    got(control(id, IPC_RMID, NULL));
    writes(at);
    got(control(id, IPC_STAT, &status));
    note("mode %o, key %x", status.shm_perm.mode, (unsigned)status.shm_perm.__key);
    note("by key");
    got(get(0x7120, PAGE, 0));
    got(detach(at));
    got(control(id, IPC_STAT, &status));
}

CELL("shmctl", "SHM_LOCK", "root")
{
    struct shmid_ds status = {0};
    long id = temporary(2 * PAGE);

    got(control(id, SHM_LOCK, NULL));
    control(id, IPC_STAT, &status);
    note("mode %o", status.shm_perm.mode);
    got(control(id, SHM_UNLOCK, NULL));
    control(id, IPC_STAT, &status);
    note("mode %o", status.shm_perm.mode);
    gone(id);
}

CELL("shmctl", "SHM_LOCK", "another user")
{
    long id = temporary(PAGE);

    if (fork() == 0) {
        become_user();
        got(control(id, SHM_LOCK, NULL));
        got(control(id, SHM_UNLOCK, NULL));
        _exit(0);
    }
    wait(NULL);
    gone(id);
}

CELL("shmctl", "IPC_INFO", "limits")
{
    struct shminfo info = {0};

    got(control(0, IPC_INFO, &info));
    note("shmmin %ld, shmmni %ld, shmseg %ld", (long)info.shmmin, (long)info.shmmni,
         (long)info.shmseg);
    note("shmmax %lx, shmall %lx", (long)info.shmmax, (long)info.shmall);
}

CELL("shmctl", "SHM_INFO", "usage")
{
    struct shm_info info = {0};
    long id = temporary(4 * PAGE);
    char *at = attach(id, NULL, 0);

    at[0] = 1;
    got(control(0, SHM_INFO, &info));
    note("used %d, total %ld, resident %ld, swapped %ld", info.used_ids, (long)info.shm_tot,
         (long)info.shm_rss, (long)info.shm_swp);
    gone(id);
}

CELL("shmctl", "SHM_STAT", "by index")
{
    struct shmid_ds status = {0};
    struct shm_info info;
    long id = get(IPC_PRIVATE, 3 * PAGE, 0600);
    long top = control(0, SHM_INFO, &info);

    note_if(got(control(top, SHM_STAT, &status)) == id, "the id", "another id");
    note("size %ld", (long)status.shm_segsz);
    gone(id);
}

CELL("shmctl", "SHM_STAT", "an index that is free")
{
    struct shmid_ds status;
    got(control(30000, SHM_STAT, &status));
}

CELL("shmctl", "SHM_STAT_ANY", "another user")
{
    struct shmid_ds status = {0};
    struct shm_info info;
    long id = temporary(PAGE);
    long top = control(0, SHM_INFO, &info);

    if (fork() == 0) {
        become_user();
        got(control(top, SHM_STAT, &status));
        got(control(top, STAT_ANY, &status));
        _exit(0);
    }
    wait(NULL);
    gone(id);
}

CELL("shmctl", "command", "unknown (99)")
{
    long id = temporary(PAGE);

    got(control(id, 99, NULL));
    gone(id);
}

CELL("shmctl", "id", "-1")
{
    struct shmid_ds status;
    got(control(-1, IPC_STAT, &status));
}

CELL("/proc/sysvipc/shm", "a segment", "its line")
{
    long id = get(0x7130, 5000, IPC_CREAT | 0640);
    static char text[1 << 14];
    char key[16], *line;

    got(file_text("/proc/sysvipc/shm", text, sizeof(text)));
    snprintf(key, sizeof(key), "%10d", 0x7130);
    line = strstr(text, key);
    note_if(line != NULL, "listed", "not listed");
    if (line != NULL) {
        int mode = 0, size = 0;
        sscanf(line, "%*d %*d %o %d", &mode, &size);
        note("mode %o, size %d", mode, size);
    }
    gone(id);
}
