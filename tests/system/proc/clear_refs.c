/* /proc/PID/clear_refs: which pages were used, which were changed (soft-dirty), and the peak. */
#include "../test.h"

static int pagemap;

static const char *dirty_pages(const char *area, int nr)
{
    static char text[64];

    for (int i = 0; i < nr; i++) {
        uint64_t word = 0;

        pread(pagemap, &word, 8, (off_t)(((uintptr_t)area / PAGE + (unsigned)i) * 8));
        text[i] = word >> 55 & 1 ? 'd' : word >> 63 ? 'p' : '-';
    }
    text[nr] = '\0';
    return text;
}

static void flags(const char *label, const void *area)
{
    char found[64];

    say("%s: flags '%s'", label, smaps_flags(area, "sd", found));
}

static void clear(const char *what)
{
    int fd = must(open("/proc/self/clear_refs", O_WRONLY));

    must(write(fd, what, strlen(what)));
    close(fd);
}

static void refused(void)
{
    static const char *const words[] = {
        "0",  "6", "-1", "1x", "", "\n", "x", " 1 \n", "0x1", "99999999999", "1000000000000000",
        "+1", "01"};
    int fd = must(open("/proc/self/clear_refs", O_WRONLY));
    char byte;

    for (size_t i = 0; i < COUNT_OF(words); i++)
        call(words[i], write(fd, words[i], strlen(words[i])));
    call("bad buffer", write(fd, (void *)8, 1));
    call("read", read(fd, &byte, 1));
    close(fd);
    call_ok("open to read", open("/proc/self/clear_refs", O_RDONLY));
}

static void private_pages(void)
{
    char *area = map(8 * PAGE), *moved;

    memset(area, 1, 4 * PAGE);
    (void)*(volatile char *)(area + 4 * PAGE);
    say("fresh: %s", dirty_pages(area, 8));
    flags("fresh", area);
    clear("4");
    say("cleared: %s", dirty_pages(area, 8));
    flags("cleared", area);
    area[PAGE] = 2;
    area[4 * PAGE] = 2;
    area[5 * PAGE] = 2;
    (void)*(volatile char *)(area + 6 * PAGE);
    (void)*(volatile char *)(area + 2 * PAGE);
    say("written 1, 4 and 5: %s", dirty_pages(area, 8));
    yes("contents", area[0] == 1 && area[PAGE] == 2 && area[4 * PAGE] == 2 && area[6 * PAGE] == 0);
    mprotect(area, 2 * PAGE, PROT_READ);
    mprotect(area, 2 * PAGE, PROT_READ | PROT_WRITE);
    say("protected and back: %s", dirty_pages(area, 8));
    clear("4");
    madvise(area, PAGE, MADV_DONTNEED);
    say("given back: %s", dirty_pages(area, 8));
    moved = mremap(area, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(16 * PAGE));
    say("moved: %s", dirty_pages(moved, 4));
    clear("4");
    read(open("/dev/zero", O_RDONLY), moved + 2 * PAGE, 10);
    say("by the kernel: %s", dirty_pages(moved, 4));
}

static void new_areas(void)
{
    char *area = map(8 * PAGE), *heap;

    memset(area, 1, 8 * PAGE);
    clear("4");
    mmap(area + 2 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    say("one mapped anew: %s", dirty_pages(area, 8));
    munmap(area + 4 * PAGE, 2 * PAGE);
    say("a hole: %s", dirty_pages(area, 8));
    heap = (char *)syscall(SYS_brk, 0);
    syscall(SYS_brk, heap + 8 * PAGE);
    clear("4");
    flags("heap", heap + 7 * PAGE);
    syscall(SYS_brk, heap + 9 * PAGE);
    flags("heap grown", heap + 7 * PAGE);
}

static char *inherited;

static void child(void)
{
    pagemap = must(open("/proc/self/pagemap", O_RDONLY));
    say("child: %s", dirty_pages(inherited, 32));
    flags("child", inherited);
    inherited[3 * PAGE] = 3;
    say("child wrote 3: %s", dirty_pages(inherited, 32));
    clear("4");
    inherited[4 * PAGE] = 3;
    say("child cleared, wrote 4: %s", dirty_pages(inherited, 32));
}

static void forked(void)
{
    inherited = map(32 * PAGE);
    memset(inherited, 1, 32 * PAGE);
    clear("4");
    inherited[0] = 2;
    in_child("fork", child);
    say("parent: %s", dirty_pages(inherited, 32));
    inherited[5 * PAGE] = 2;
    say("parent wrote 5: %s", dirty_pages(inherited, 32));
}

static void shared_pages(void)
{
    int fd = file_make("file", 20 * PAGE);
    char *area = mmap(NULL, 20 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *zeroes = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    area[0] = 1;
    zeroes[0] = 1;
    clear("4");
    say("anonymous: %s", dirty_pages(zeroes, 4));
    (void)*(volatile char *)(zeroes + PAGE);
    zeroes[PAGE] = 1;
    zeroes[2 * PAGE] = 1;
    say("anonymous written 1, 2: %s", dirty_pages(zeroes, 4));
    say("file: %s", dirty_pages(area, 4));
    (void)*(volatile char *)(area + PAGE);
    area[PAGE] = 1;
    area[0] = 2;
    say("file written: %s", dirty_pages(area, 2));
    pwrite(fd, "x", 1, 2 * PAGE);
    yes("write seen", area[2 * PAGE] == 'x');
    say("by write: %s", dirty_pages(area + 2 * PAGE, 1));
}

/* Linux does not flush when it forgets that pages were used; running another program does. */
static void forget(const char *what)
{
    pid_t pid;

    clear(what);
    pid = fork();
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
}

static long referenced(const void *area)
{
    return smaps_kilobytes(area, "Referenced");
}

static void used_pages(void)
{
    char *area = map(16 * PAGE), *shared;
    int fd = file_make("used", 8 * PAGE);

    memset(area, 1, 16 * PAGE);
    shared = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    memset(shared, 1, 8 * PAGE);
    say("used: %ld, file %ld", referenced(area), referenced(shared));
    forget("1");
    say("forgotten: %ld, file %ld", referenced(area), referenced(shared));
    area[0] = 2;
    (void)*(volatile char *)(area + PAGE);
    shared[0] = 1;
    say("three pages: %ld, file %ld", referenced(area), referenced(shared));
    memset(area, 1, 16 * PAGE);
    memset(shared, 1, 8 * PAGE);
    forget("2");
    say("anonymous ones: %ld, file %ld", referenced(area), referenced(shared));
    memset(area, 1, 16 * PAGE);
    forget("3");
    say("those of files: %ld, file %ld", referenced(area), referenced(shared));
    say("resident: %ld, file %ld", smaps_kilobytes(area, "Rss"), smaps_kilobytes(shared, "Rss"));
}

static void peak(void)
{
    char *area = map(1024 * PAGE);
    long before, after;

    memset(area, 1, 1024 * PAGE);
    munmap(area, 1024 * PAGE);
    before = status_kilobytes("VmHWM");
    yes("the peak remembers", before >= status_kilobytes("VmRSS") + 3000);
    clear("5");
    after = status_kilobytes("VmHWM");
    yes("the peak forgets", after <= before - 3000);
    yes("and is not below what is resident", after >= status_kilobytes("VmRSS"));
}

int main(void)
{
    struct stat status;

    pagemap = must(open("/proc/self/pagemap", O_RDONLY));
    stat("/proc/self/clear_refs", &status);
    say("mode %o", status.st_mode);
    refused();
    private_pages();
    new_areas();
    forked();
    shared_pages();
    used_pages();
    peak();
    return 0;
}
