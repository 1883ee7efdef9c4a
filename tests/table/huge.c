/* Huge pages: the pool, MAP_HUGETLB, transparent ones. */

#include "table.h"

#include <sys/prctl.h>

#define MIB         (1UL << 20)
#define POOL        "/proc/sys/vm/nr_hugepages"
#define THP         "/sys/kernel/mm/transparent_hugepage/"
#define HUGE_2MB    (21 << 26)
#define HUGE_1GB    (30 << 26)
#define SET_DISABLE 41
#define GET_DISABLE 42

static long pool(const char *key)
{
    return file_number("/proc/meminfo", key);
}

CELL("MAP_HUGETLB", "empty pool", "private and shared")
{
    got(anon(2 * MIB, MAP_HUGETLB));
    got(raw_mmap(0, 2 * MIB, RW, ANON_SHARED | MAP_HUGETLB, -1, 0));
}

CELL("MAP_HUGETLB", "empty pool", "MAP_NORESERVE, then touched")
{
    char *at = (char *)got(anon(2 * MIB, MAP_HUGETLB | MAP_NORESERVE));
    writes(at);
}

CELL("MAP_HUGETLB", "pool of 4", "2 MiB: counts")
{
    char *at;

    got(setting(POOL, 4));
    at = (char *)got(anon(2 * MIB, MAP_HUGETLB));
    note("total %ld, free %ld, reserved %ld", pool("HugePages_Total:"), pool("HugePages_Free:"),
         pool("HugePages_Rsvd:"));
    writes(at + 5000);
    note("free %ld, reserved %ld", pool("HugePages_Free:"), pool("HugePages_Rsvd:"));
    got(munmap(at, 2 * MIB));
    note("free %ld", pool("HugePages_Free:"));
}

CELL("MAP_HUGETLB", "pool of 4", "more than there is")
{
    got(setting(POOL, 4));
    got(anon(10 * MIB, MAP_HUGETLB));
    got(anon(8 * MIB, MAP_HUGETLB));
}

CELL("MAP_HUGETLB", "pool of 4", "a length that is not a multiple")
{
    char *at;

    got(setting(POOL, 4));
    at = (char *)got(anon(PAGE, MAP_HUGETLB));
    writes(at + 2 * MIB - 1);
    note("munmap of a page");
    got(munmap(at, PAGE));
    note("munmap of 2 MiB");
    got(munmap(at, 2 * MIB));
}

CELL("MAP_HUGETLB", "pool of 4", "MAP_FIXED at an odd place")
{
    char *hole = map(6 * MIB);

    got(setting(POOL, 4));
    got(raw_mmap(((unsigned long)hole & -(2 * MIB)) + 2 * MIB + PAGE, 2 * MIB, RW,
                 ANON_PRIVATE | MAP_FIXED | MAP_HUGETLB, -1, 0));
}

CELL("MAP_HUGETLB", "pool of 4", "mprotect of a part")
{
    char *at;

    got(setting(POOL, 4));
    at = (char *)got(anon(4 * MIB, MAP_HUGETLB));
    got(mprotect(at, PAGE, PROT_READ));
    got(mprotect(at, 2 * MIB, PROT_READ));
}

CELL("MAP_HUGETLB", "pool of 4", "madvise, mremap, mlock, mincore")
{
    char *at;

    got(setting(POOL, 4));
    at = (char *)got(anon(4 * MIB, MAP_HUGETLB));
    at[0] = 1;
    got(madvise(at, 2 * MIB, MADV_DONTNEED));
    reads(at);
    note("mremap");
    got(raw_mremap(at, 4 * MIB, 2 * MIB, 0, NULL));
    note("mlock");
    got(mlock(at, 2 * MIB));
    note("MADV_FREE");
    got(madvise(at, 2 * MIB, MADV_FREE));
}

CELL("MAP_HUGETLB", "pool of 4", "fork and write")
{
    char *at;
    int status = 0;
    pid_t pid;

    got(setting(POOL, 4));
    at = (char *)got(anon(2 * MIB, MAP_HUGETLB));
    at[0] = 1;
    pid = (pid_t)must(fork());
    if (pid == 0) {
        at[0] = 2;
        _exit(at[0]);
    }
    waitpid(pid, &status, 0);
    note("child %d, parent %d", WEXITSTATUS(status), at[0]);
}

CELL("MAP_HUGETLB", "pool of 4", "smaps")
{
    char *at;

    got(setting(POOL, 4));
    at = (char *)got(anon(2 * MIB, MAP_HUGETLB));
    at[0] = 1;
    note("KernelPageSize %ld, Rss %ld, Private_Hugetlb %ld", smaps_number(at, "KernelPageSize:"),
         smaps_number(at, "Rss:"), smaps_number(at, "Private_Hugetlb:"));
    note_if(smaps_flag(at, "ht"), "VmFlags ht", "no ht");
    note("HugetlbPages %ld", status_number("HugetlbPages:"));
}

CELL("MAP_HUGETLB", "MAP_HUGE_2MB", "pool of 4")
{
    got(setting(POOL, 4));
    got(anon(2 * MIB, MAP_HUGETLB | HUGE_2MB));
}

CELL("MAP_HUGETLB", "MAP_HUGE_1GB", "no such pages")
{
    got(anon(1024 * MIB, MAP_HUGETLB | HUGE_1GB));
}

CELL("MAP_HUGETLB", "MAP_HUGE of 4 MiB", "no such size")
{
    got(anon(4 * MIB, MAP_HUGETLB | 22 << 26));
}

CELL("MAP_HUGETLB", "a user", "pool of 4")
{
    got(setting(POOL, 4));
    become_user();
    got(anon(2 * MIB, MAP_HUGETLB));
}

CELL("MAP_HUGETLB", "memfd", "mmap, ftruncate, write")
{
    int fd;

    got(setting(POOL, 4));
    fd = (int)got(syscall(SYS_memfd_create, "h", 4));
    got(ftruncate(fd, PAGE));
    got(ftruncate(fd, 2 * MIB));
    writes((char *)got(raw_mmap(0, 2 * MIB, RW, MAP_SHARED, fd, 0)));
    got(write(fd, "x", 1));
}

CELL("MAP_HUGETLB", "System V shm", "SHM_HUGETLB")
{
    char *at;
    long id;

    got(setting(POOL, 4));
    id = got(syscall(SYS_shmget, 0, 2 * MIB, 04000 | 0600));
    at = (char *)got(syscall(SYS_shmat, id, 0, 0));
    writes(at);
    got(syscall(SYS_shmctl, id, 0, 0));
}

CELL("vm.nr_hugepages", "written", "4 and read back")
{
    got(setting(POOL, 4));
    value(file_number(POOL, NULL));
    value(pool("HugePages_Total:"));
    value(pool("Hugepagesize:"));
}

CELL("vm.nr_hugepages", "written", "far more than memory: as many as fit")
{
    got(setting(POOL, 100000));
    note_if(file_number(POOL, NULL) > 10 && file_number(POOL, NULL) < 100000, "some", "otherwise");
}

CELL("vm.nr_hugepages", "written", "a user")
{
    become_user();
    got(setting(POOL, 4));
}

CELL("vm.nr_overcommit_hugepages", "2", "surplus pages")
{
    char *at;

    got(setting("/proc/sys/vm/nr_overcommit_hugepages", 2));
    at = (char *)got(anon(2 * MIB, MAP_HUGETLB));
    writes(at);
    note("surplus %ld", pool("HugePages_Surp:"));
}

static void first_line(const char *path)
{
    char words[128];

    if (file_text(path, words, sizeof(words)) < 0) {
        got(-1);
        note("%s", errno_name(errno));
        return;
    }
    words[strcspn(words, "\n")] = '\0';
    note("%s", words);
}

static void show(const struct cell *cell)
{
    first_line(cell->more);
}

__attribute__((constructor)) static void add_files(void)
{
    static const char *const names[] = {"enabled", "defrag", "shmem_enabled", "use_zero_page",
                                        "hpage_pmd_size"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        cell_add((struct cell){"transparent huge pages", names[i], "at the start", show, 0,
                               text("%s%s", THP, names[i])});
}

/* The huge memory of an aligned area of 4 MiB that was written to. */
static void written(int advice)
{
    char *at = anon(6 * MIB, 0);

    at = (char *)(((unsigned long)at + 2 * MIB - 1) & -(2 * MIB));
    if (advice >= 0)
        got(madvise(at, 4 * MIB, advice));
    for (unsigned long i = 0; i < 4 * MIB; i += PAGE)
        at[i] = 1;
    note("AnonHugePages %ld", smaps_number(at, "AnonHugePages:"));
}

static void try_choice(const struct cell *cell)
{
    got(setting_word(THP "enabled", cell->more));
    first_line(THP "enabled");
    written((int)cell->value);
}

__attribute__((constructor)) static void add_choices(void)
{
    static const char *const words[] = {"always", "madvise", "never"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        cell_add((struct cell){"transparent huge pages", words[i], "no advice", try_choice, -1,
                               words[i]});
        cell_add((struct cell){"transparent huge pages", words[i], "MADV_HUGEPAGE", try_choice, 14,
                               words[i]});
        cell_add((struct cell){"transparent huge pages", words[i], "MADV_NOHUGEPAGE", try_choice,
                               15, words[i]});
    }
    cell_add((struct cell){"transparent huge pages", "an unknown word", "written", try_choice, -1,
                           "perhaps"});
}

static char *huge(void)
{
    char *at = anon(6 * MIB, 0);

    got(setting_word(THP "enabled", "always"));
    at = (char *)(((unsigned long)at + 2 * MIB - 1) & -(2 * MIB));
    madvise(at, 2 * MIB, MADV_HUGEPAGE);
    memset(at, 7, 2 * MIB);
    return at;
}

CELL("transparent huge pages", "munmap of a page", "split")
{
    char *at = huge();

    note("AnonHugePages %ld", smaps_number(at, "AnonHugePages:"));
    got(munmap(at + MIB, PAGE));
    reads(at + MIB - 1);
    reads(at + MIB + PAGE);
    note("Rss %ld, AnonHugePages %ld", smaps_number(at, "Rss:"),
         smaps_number(at, "AnonHugePages:"));
}

CELL("transparent huge pages", "mprotect of a page", "split")
{
    char *at = huge();

    got(mprotect(at + MIB, PAGE, PROT_READ));
    writes(at);
    writes(at + MIB);
    note("AnonHugePages %ld", smaps_number(at, "AnonHugePages:"));
}

CELL("transparent huge pages", "MADV_DONTNEED of a page", "split")
{
    char *at = huge();

    got(madvise(at + MIB, PAGE, MADV_DONTNEED));
    reads(at + MIB - 1);
    reads(at + MIB);
}

CELL("transparent huge pages", "fork and write", "copy")
{
    char *at = huge();
    int status = 0;
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        at[5000] = 9;
        _exit(at[5000] == 9 && at[4999] == 7 ? 1 : 2);
    }
    waitpid(pid, &status, 0);
    note("child %d", WEXITSTATUS(status));
    reads(at + 5000);
}

CELL("transparent huge pages", "mremap", "moved by less than 2 MiB")
{
    char *at = huge(), *to = map(8 * MIB);

    at = (char *)got(raw_mremap(at, 2 * MIB, 2 * MIB, MREMAP_MAYMOVE | MREMAP_FIXED,
                                (char *)(((unsigned long)to + 2 * MIB) & -(2 * MIB)) + PAGE));
    reads(at);
    reads(at + 2 * MIB - 1);
}

CELL("transparent huge pages", "MADV_COLLAPSE", "512 small pages")
{
    char *at = anon(6 * MIB, 0);

    at = (char *)(((unsigned long)at + 2 * MIB - 1) & -(2 * MIB));
    madvise(at, 2 * MIB, MADV_NOHUGEPAGE);
    memset(at, 7, 2 * MIB);
    note("AnonHugePages %ld", smaps_number(at, "AnonHugePages:"));
    got(madvise(at, 2 * MIB, 25));
    got(setting_word(THP "enabled", "madvise"));
    madvise(at, 2 * MIB, MADV_HUGEPAGE);
    got(madvise(at, 2 * MIB, 25));
    note("AnonHugePages %ld", smaps_number(at, "AnonHugePages:"));
    reads(at + 5000);
}

CELL("prctl PR_SET_THP_DISABLE", "1", "no huge pages")
{
    got(prctl(SET_DISABLE, 1, 0, 0, 0));
    value(prctl(GET_DISABLE, 0, 0, 0, 0));
    got(setting_word(THP "enabled", "always"));
    written(14);
}

CELL("prctl PR_SET_THP_DISABLE", "arguments", "not 0")
{
    got(prctl(SET_DISABLE, 1, 1, 0, 0));
    got(prctl(GET_DISABLE, 1, 0, 0, 0));
}
