/* vm.overcommit_memory and its relatives; Committed_AS. */

#include "table.h"

#define MODE_FILE   "/proc/sys/vm/overcommit_memory"
#define RATIO_FILE  "/proc/sys/vm/overcommit_ratio"
#define KBYTES_FILE "/proc/sys/vm/overcommit_kbytes"

static long memory(void)
{
    return file_number("/proc/meminfo", "MemTotal:") * 1024;
}

static long committed(void)
{
    return file_number("/proc/meminfo", "Committed_AS:");
}

static void try_sizes(const struct cell *cell)
{
    unsigned long all = (unsigned long)memory() & -PAGE;

    got(setting(MODE_FILE, cell->value));
    note("half of memory");
    got(anon(all / 2 & -PAGE, 0));
    note("all of it");
    got(anon(all, 0));
    note("twice");
    got(anon(2 * all, 0));
    note("twice, MAP_NORESERVE");
    got(anon(2 * all, MAP_NORESERVE));
    note("twice, PROT_READ");
    got(raw_mmap(0, 2 * all, PROT_READ, ANON_PRIVATE, -1, 0));
    note("twice, shared");
    got(raw_mmap(0, 2 * all, RW, ANON_SHARED, -1, 0));
    note("a thousand times");
    got(anon(1000 * all, 0));
}

__attribute__((constructor)) static void add_modes(void)
{
    for (long mode = 0; mode < 3; mode++)
        cell_add((struct cell){"vm.overcommit_memory", text("%ld", mode), "mmap of parts of memory",
                               try_sizes, mode, NULL});
}

static void set_only(const struct cell *cell)
{
    got(setting(MODE_FILE, cell->value));
    note("now %ld", file_number(MODE_FILE, NULL));
}

__attribute__((constructor)) static void add_values(void)
{
    static const long values[] = {-1, 0, 1, 2, 3};

    for (size_t i = 0; i < COUNT_OF(values); i++)
        cell_add((struct cell){"vm.overcommit_memory", text("%ld", values[i]), "written", set_only,
                               values[i], NULL});
}

CELL("vm.overcommit_memory", "written", "a user")
{
    become_user();
    got(setting(MODE_FILE, 1));
}

CELL("vm.overcommit_memory", "2", "mprotect to writable")
{
    unsigned long all = (unsigned long)memory() & -PAGE;
    char *at;

    got(setting(MODE_FILE, 2));
    at = (char *)got(raw_mmap(0, 2 * all, PROT_READ, ANON_PRIVATE, -1, 0));
    got(mprotect(at, 2 * all, RW));
    got(mprotect(at, PAGE, RW));
}

CELL("vm.overcommit_memory", "2", "fork of more than half")
{
    unsigned long all = (unsigned long)memory() & -PAGE;

    got(setting(MODE_FILE, 2));
    got(anon(all / 16 * 6 & -PAGE, 0));
    note("fork");
    forks();
}

CELL("vm.overcommit_ratio", "default", "50")
{
    value(file_number(RATIO_FILE, NULL));
    value(file_number(KBYTES_FILE, NULL));
}

CELL("vm.overcommit_ratio", "10", "CommitLimit")
{
    long limit;

    got(setting(RATIO_FILE, 10));
    limit = file_number("/proc/meminfo", "CommitLimit:") * 1024;
    note_if(labs(limit - memory() / 10) < 65536, "a tenth of memory", "otherwise");
}

CELL("vm.overcommit_kbytes", "8192", "CommitLimit, overcommit_ratio")
{
    got(setting(RATIO_FILE, 50));
    got(setting(KBYTES_FILE, 8192));
    value(file_number("/proc/meminfo", "CommitLimit:"));
    value(file_number(RATIO_FILE, NULL));
}

static void commits(const struct cell *cell)
{
    long before = committed();

    ((void (*)(void))cell->more)();
    note("%+ld kB", committed() - before);
}

static void private_writable(void)
{
    anon(1 << 20, 0);
}

static void private_read_only(void)
{
    raw_mmap(0, 1 << 20, PROT_READ, ANON_PRIVATE, -1, 0);
}

static void private_then_writable(void)
{
    mprotect(raw_mmap(0, 1 << 20, PROT_READ, ANON_PRIVATE, -1, 0), 1 << 20, RW);
}

static void no_reserve(void)
{
    anon(1 << 20, MAP_NORESERVE);
}

static void shared_anonymous(void)
{
    raw_mmap(0, 1 << 20, PROT_READ, ANON_SHARED, -1, 0);
}

static void writable_then_read_only(void)
{
    mprotect(anon(1 << 20, 0), 1 << 20, PROT_READ);
}

static void unmapped_half(void)
{
    munmap(anon(1 << 20, 0), 1 << 19);
}

static void moved_larger(void)
{
    raw_mremap(anon(1 << 20, 0), 1 << 20, 2 << 20, MREMAP_MAYMOVE, NULL);
}

static void heap(void)
{
    syscall(SYS_brk, (char *)syscall(SYS_brk, 0) + (1 << 20));
}

static void memory_file(void)
{
    ftruncate((int)syscall(SYS_memfd_create, "m", 0), 1 << 20);
}

static void written_memory_file(void)
{
    int fd = (int)syscall(SYS_memfd_create, "m", 0);

    for (int i = 0; i < 256; i++)
        pwrite(fd, "x", 1, i * 4096L);
}

__attribute__((constructor)) static void add_commits(void)
{
    static const struct {
        const char *name;
        void (*body)(void);
    } all[] = {
        {"1 MiB private, writable", private_writable},
        {"1 MiB private, read-only", private_read_only},
        {"1 MiB private, read-only, then writable", private_then_writable},
        {"1 MiB private, writable, then read-only", writable_then_read_only},
        {"1 MiB private, MAP_NORESERVE", no_reserve},
        {"1 MiB shared anonymous", shared_anonymous},
        {"1 MiB private, half of it unmapped", unmapped_half},
        {"1 MiB private, mremap to 2 MiB", moved_larger},
        {"brk by 1 MiB", heap},
        {"memfd of 1 MiB, empty", memory_file},
        {"memfd of 1 MiB, written", written_memory_file},
    };
    for (size_t i = 0; i < COUNT_OF(all); i++)
        cell_add((struct cell){"Committed_AS", all[i].name, "grows by", commits, 0, all[i].body});
}
