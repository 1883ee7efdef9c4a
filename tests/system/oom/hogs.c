/*
 * Hogs of other kinds than private pages: shared memory, page tables, files in memory, processes,
 * pipes, areas. Each ends, and then the memory is there again. memory: 128M seconds: 300
 */

#include "test.h"

#include <sys/mount.h>
#include <sys/resource.h>

#define MIB (1UL << 20)

static void put(const char *path, const char *value)
{
    int fd = must(open(path, O_WRONLY));

    must(write(fd, value, strlen(value)));
    close(fd);
}

static void adjust(const char *value)
{
    put("/proc/self/oom_score_adj", value);
}

static pid_t start(void (*body)(void))
{
    pid_t child = must(fork());

    if (child == 0) {
        adjust("0");
        body();
        _exit(0);
    }
    return child;
}

static bool was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static long free_kib(void)
{
    static char text[8192];

    must(file_text("/proc/meminfo", text, sizeof(text)) > 0);
    return atol(strstr(text, "\nMemAvailable:") + 14);
}

static long free_at_first; /* KiB */

/* Half of the memory can be had, touched and given back. */
static bool memory_is_back(void)
{
    size_t half = (size_t)free_at_first * 512;
    char *block;

    for (int attempt = 0; free_kib() < free_at_first * 8 / 10; attempt++) {
        if (attempt == 50)
            return false;
        nap(20);
    }
    block = map(half);
    memset(block, 1, half);
    munmap(block, half);
    return true;
}

static void shared_hog(void)
{
    for (;;) {
        char *block = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        if (block == MAP_FAILED)
            _exit(1);
        memset(block, 1, MIB);
    }
}

/* Reads one page in each 2 MiB: nothing but tables. */
static void table_hog(void)
{
    unsigned long size = 1UL << 41;
    volatile char *base =
        mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (base == MAP_FAILED)
        _exit(1);
    for (unsigned long i = 0; i < size; i += 2 * MIB)
        (void)base[i];
    _exit(2);
}

static void file_hog(void)
{
    static char block[MIB];
    int fd = must(open("/tmp/memory/file", O_CREAT | O_RDWR, 0600));

    while (write(fd, block, MIB) > 0)
        ;
    _exit(3);
}

static void pipe_hog(void)
{
    static char block[65536];
    struct rlimit many = {20000, 20000};
    int ends[2];

    setrlimit(RLIMIT_NOFILE, &many);
    while (pipe2(ends, O_NONBLOCK) == 0)
        (void)write(ends[1], block, sizeof(block));
    _exit(4);
}

static void area_hog(void)
{
    char *base =
        mmap(NULL, 1UL << 40, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    for (unsigned long i = PAGE; mprotect(base + i, PAGE, PROT_NONE) == 0; i += 2 * PAGE)
        ;
    _exit(5);
}

static void run(const char *name, void (*body)(void), bool must_be_killed)
{
    int status;

    waitpid(start(body), &status, 0);
    if (must_be_killed)
        status_report(name, status);
    else
        yes(name, was_killed(status) || WIFEXITED(status));
    if (body == file_hog)
        must(unlink("/tmp/memory/file"));
    yes("  memory is back", memory_is_back());
}

static void small(void)
{
    char *block = map(MIB);

    memset(block, 1, MIB);
    pause();
}

/* More small processes than there is room for: some die, the others live. */
static void crowd(void)
{
    enum { CROWD = 200 };
    pid_t members[CROWD];
    int living = CROWD, status;
    struct timespec begun;

    for (int i = 0; i < CROWD; i++)
        members[i] = start(small);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    while (living == CROWD && elapsed(&begun) < 20000) {
        nap(100);
        while (waitpid(-1, &status, WNOHANG) > 0)
            living--;
    }
    yes("crowd: many live", living > 15);
    yes("crowd: some had to die", living < CROWD);
    for (int i = 0; i < CROWD; i++)
        kill(members[i], SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    yes("  memory is back", memory_is_back());
}

int main(void)
{
    adjust("-1000");
    free_at_first = free_kib();
    must(mkdir("/tmp/memory", 0700));
    must(mount("none", "/tmp/memory", "tmpfs", 0, "size=1g"));
    run("shared memory", shared_hog, true);
    run("page tables", table_hog, true);
    run("a file in memory", file_hog, true);
    run("pipes", pipe_hog, false);
    put("/proc/sys/vm/max_map_count", "2000000");
    run("areas", area_hog, false);
    put("/proc/sys/vm/max_map_count", "65530");
    crowd();
    must(umount("/tmp/memory"));
    must(rmdir("/tmp/memory"));
    return 0;
}
