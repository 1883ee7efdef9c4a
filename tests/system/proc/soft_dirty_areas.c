/* Which areas say "sd" (all of it counts as changed) in smaps, before clear_refs and after. */

#include "test.h"

#include <sys/auxv.h>

static int in_data = 1;
static char *heap;

static unsigned long entry_of(const void *at)
{
    uint64_t entry = 0;
    int fd = (int)must(open("/proc/self/pagemap", O_RDONLY));

    must(pread(fd, &entry, 8, (off_t)((unsigned long)at / PAGE * 8)));
    close(fd);
    return entry >> 55 & 1;
}

static void show(const char *label, const void *at)
{
    char found[64];

    say("%s: flags '%s', page %lu", label, smaps_flags(at, "sd", found), entry_of(at));
}

static void all(const char *private, const char *shared, const char *file)
{
    int local = 0;

    show("stack", &local);
    show("stack, a page never used", (char *)&local - 64 * 1024);
    show("program", (void *)all);
    show("data", &in_data);
    show("heap", heap);
    show("vdso", (void *)getauxval(AT_SYSINFO_EHDR));
    show("private", private);
    show("shared", shared);
    show("file", file);
}

int main(void)
{
    char *private = map_in_hole(4 * PAGE), *shared, *file;
    int fd = file_make("file", PAGE);

    heap = (char *)must(syscall(SYS_brk, 0));
    must(syscall(SYS_brk, heap + 4 * PAGE));
    private[0] = 1;
    shared =
        (char *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    file = (char *)must(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
    in_data = 2;
    all(private, shared, file);
    fd = (int)must(open("/proc/self/clear_refs", O_WRONLY));
    must(write(fd, "4", 1));
    close(fd);
    say("-- cleared");
    all(private, shared, file);
    private[PAGE] = 1;
    show("a page written", private + PAGE);
    show("a page not written", private + 2 * PAGE);
    must(mprotect(private, PAGE, PROT_READ));
    show("protected", private);
    show("beside it", private + PAGE);
    must(mprotect(private, PAGE, PROT_READ | PROT_WRITE));
    show("merged", private);
    must(mmap(private + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    show("one more merged", private);
    return 0;
}
