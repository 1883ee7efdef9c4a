/* vm.overcommit_memory 0, 1, 2, the limits and reserves, and what Committed_AS counts. */

#include "test.h"

#include <sys/resource.h>

#define MIB  (1UL << 20)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW   (PROT_READ | PROT_WRITE)

static void put(const char *name, long value)
{
    char path[64], text[24];
    int fd;

    snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
    fd = must(open(path, O_WRONLY));
    snprintf(text, sizeof(text), "%ld", value);
    must(write(fd, text, strlen(text)));
    close(fd);
}

static long get(const char *name)
{
    char path[64], text[32];

    snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
    must(file_text(path, text, sizeof(text)) > 0);
    return atol(text);
}

static long meminfo(const char *name)
{
    static char text[8192];

    must(file_text("/proc/meminfo", text, sizeof(text)) > 0);
    return atol(strstr(text, name) + strlen(name));
}

static long total(void)
{
    return meminfo("MemTotal:");
}

static long committed(void)
{
    return meminfo("\nCommitted_AS:");
}

/* Does @len fit? It is unmapped again. */
static void try_map(const char *label, size_t len, int prot, int flags)
{
    void *at = mmap(NULL, len, prot, flags, -1, 0);

    call_report(label, at == MAP_FAILED ? -1 : 0);
    if (at != MAP_FAILED)
        munmap(at, len);
}

static void heuristic(void)
{
    size_t all = (size_t)total() * 1024;

    put("overcommit_memory", 0);
    try_map("0: nearly all memory", all - 16 * MIB, RW, ANON);
    try_map("0: more than all", all + 64 * MIB, RW, ANON);
    try_map("0: more than all, shared", all + 64 * MIB, RW, MAP_SHARED | MAP_ANONYMOUS);
    try_map("0: more than all, not reserved", all + 64 * MIB, RW, ANON | MAP_NORESERVE);
    try_map("0: more than all, read only", all + 64 * MIB, PROT_READ, ANON);
}

static void always(void)
{
    size_t all = (size_t)total() * 1024;

    put("overcommit_memory", 1);
    try_map("1: ten times all", 10 * all, RW, ANON);
    try_map("1: ten times all, shared", 10 * all, RW, MAP_SHARED | MAP_ANONYMOUS);
    put("overcommit_memory", 0);
}

/* Leave about @room MiB below the limit. */
static void set_limit(size_t room)
{
    put("admin_reserve_kbytes", 0);
    put("user_reserve_kbytes", 0);
    put("overcommit_kbytes", committed() + (long)room * 1024);
}

static char *base;

static void child_body(void)
{
    base[0] = 1;
}

static void strict(void)
{
    char *file, *block;
    pid_t child;

    set_limit(40);
    put("overcommit_memory", 2);
    try_map("2: what fits", 32 * MIB, RW, ANON);
    try_map("2: what does not", 48 * MIB, RW, ANON);
    try_map("2: nor without reserve", 48 * MIB, RW, ANON | MAP_NORESERVE);
    try_map("2: nor shared", 48 * MIB, RW, MAP_SHARED | MAP_ANONYMOUS);
    try_map("2: read only is not counted", 48 * MIB, PROT_READ, ANON);
    block = mmap(NULL, 48 * MIB, PROT_READ, ANON, -1, 0);
    call("2: mprotect to write", mprotect(block, 48 * MIB, RW));
    call("2: of a part", mprotect(block, 24 * MIB, RW));
    call("2: the rest", mprotect(block, 48 * MIB, RW));
    call("2: mremap", mremap(block, 24 * MIB, 60 * MIB, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    yes("2: brk stays", syscall(SYS_brk, (char *)sbrk(0) + 48 * MIB) == (long)sbrk(0));
    child = fork();
    call_ok("2: fork of what would be too much", child);
    if (child == 0)
        _exit(0);
    munmap(block, 48 * MIB);
    base = map(12 * MIB);
    in_child("2: fork of what is", child_body);
    munmap(base, 12 * MIB);
    file = mmap(NULL, 48 * MIB, RW, MAP_PRIVATE, file_make("/tmp/strict", PAGE), 0);
    call_report("2: private file memory", file == MAP_FAILED ? -1 : 0);
    put("overcommit_memory", 0);
    unlink("/tmp/strict");
}

static void ordinary_user(void)
{
    become_user();
    try_map("a user, with the reserve of root", 24 * MIB, RW, ANON);
    try_map("a user, less", 8 * MIB, RW, ANON);
}

static void reserves(void)
{
    set_limit(32);
    put("overcommit_memory", 2);
    put("admin_reserve_kbytes", 16384);
    try_map("root, with the reserve of root", 24 * MIB, RW, ANON);
    in_child("ordinary user", ordinary_user);
    put("admin_reserve_kbytes", 0);
    /* A 32nd of this address space stays free for others. */
    base = mmap(NULL, 1024 * MIB, PROT_NONE, ANON, -1, 0);
    try_map("a large one, no reserve", 24 * MIB, RW, ANON);
    put("user_reserve_kbytes", 131072);
    try_map("a large one, with a reserve", 24 * MIB, RW, ANON);
    put("user_reserve_kbytes", 1024);
    try_map("a large one, with a small reserve", 24 * MIB, RW, ANON);
    munmap(base, 1024 * MIB);
    put("overcommit_memory", 0);
}

static void limit(void)
{
    put("overcommit_kbytes", 123456);
    say("ratio %ld", get("overcommit_ratio"));
    say("limit %ld", meminfo("\nCommitLimit:"));
    put("overcommit_ratio", 25);
    say("kbytes %ld", get("overcommit_kbytes"));
    yes("a quarter", labs(meminfo("\nCommitLimit:") - total() / 4) <= 8);
    put("overcommit_ratio", 50);
    yes("a half", labs(meminfo("\nCommitLimit:") - total() / 2) <= 8);
}

/* The change of Committed_AS by @mib, about: Linux counts per processor. */
static long start;
static void grew(const char *label, long mib)
{
    long now = committed() - start;

    if (!yes(label, labs(now - mib * 1024) <= 2048))
        say("it is %ld KiB", now);
}

static void counts(void)
{
    char *block, *more;
    pid_t child;
    int fd;

    start = committed();
    block = mmap(NULL, 64 * MIB, RW, ANON, -1, 0);
    grew("private writable memory counts", 64);
    mprotect(block, 64 * MIB, PROT_NONE);
    grew("and goes on to, without rights", 64);
    munmap(block, 32 * MIB);
    grew("munmap takes it off", 32);
    block = mremap(block + 32 * MIB, 32 * MIB, 96 * MIB, MREMAP_MAYMOVE);
    grew("mremap adds", 96);
    munmap(block, 96 * MIB);
    grew("nothing is left", 0);
    block = mmap(NULL, 64 * MIB, PROT_READ, ANON, -1, 0);
    grew("read-only memory does not count", 0);
    mprotect(block, 16 * MIB, RW);
    grew("until it is writable", 16);
    munmap(block, 64 * MIB);
    block = mmap(NULL, 64 * MIB, RW, ANON | MAP_NORESERVE, -1, 0);
    grew("nor does what is not reserved", 0);
    munmap(block, 64 * MIB);
    block = mmap(NULL, 64 * MIB, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    grew("shared memory does", 64);
    more = mmap(NULL, 64 * MIB, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    grew("not reserved it does not", 64);
    memset(more, 1, 8 * MIB);
    grew("but its pages do", 72);
    munmap(more, 64 * MIB);
    munmap(block, 64 * MIB);
    grew("nothing is left", 0);
    fd = memfd_create("memory", 0);
    must(ftruncate(fd, 64 * MIB));
    grew("a memfd does not count", 0);
    block = mmap(NULL, 64 * MIB, RW, MAP_SHARED, fd, 0);
    memset(block, 1, 16 * MIB);
    grew("its pages do", 16);
    munmap(block, 64 * MIB);
    close(fd);
    grew("nothing is left", 0);
    block = map(64 * MIB);
    child = must(fork());
    if (child == 0)
        pause();
    nap(20);
    grew("fork counts twice", 128);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    munmap(block, 64 * MIB);
    grew("nothing is left", 0);
}

int main(void)
{
    long kbytes[] = {get("admin_reserve_kbytes"), get("user_reserve_kbytes")};

    heuristic();
    always();
    limit();
    strict();
    reserves();
    put("admin_reserve_kbytes", kbytes[0]);
    put("user_reserve_kbytes", kbytes[1]);
    put("overcommit_ratio", 50);
    counts();
    return 0;
}
