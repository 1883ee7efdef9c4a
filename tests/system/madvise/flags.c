/* madvise: advice that an area remembers: VmFlags, splitting and merging, per kind of mapping;
   what is refused for which kind. (MERGEABLE is not here: Linux knows it, Quire refuses it.) */

#include "test.h"

#define WORDS "sr rr dc wf dd mg lf ??"

static char flags[64];

static unsigned long area_pages(const char *at)
{
    struct maps_line line;
    return maps_find(at, &line) ? (line.end - line.start) / PAGE : 0;
}

static void advise(const char *label, char *at, size_t pages, int advice)
{
    call(label, madvise(at, pages * PAGE, advice));
    say("  flags %s", smaps_flags(at, WORDS, flags));
}

static void remembered(void)
{
    char *at = map_in_hole(8 * PAGE);

    advise("RANDOM", at, 8, MADV_RANDOM);
    advise("SEQUENTIAL", at, 8, MADV_SEQUENTIAL);
    advise("NORMAL", at, 8, MADV_NORMAL);
    advise("DONTFORK", at, 8, MADV_DONTFORK);
    advise("DOFORK", at, 8, MADV_DOFORK);
    advise("WIPEONFORK", at, 8, MADV_WIPEONFORK);
    advise("KEEPONFORK", at, 8, MADV_KEEPONFORK);
    advise("DONTDUMP", at, 8, MADV_DONTDUMP);
    advise("DODUMP", at, 8, MADV_DODUMP);
    syscall(SYS_mlock2, at, 8 * PAGE, 1);
    say("locked on fault: flags %s", smaps_flags(at, WORDS, flags));
    munlock(at, 8 * PAGE);
    for (int advice = MADV_DONTFORK; advice <= MADV_KEEPONFORK; advice++) {
        if (advice >= MADV_MERGEABLE && advice <= MADV_NOHUGEPAGE)
            continue;
        int result = madvise(at + 2 * PAGE, 2 * PAGE, advice);
        say("advice %d of the middle: %d, areas %lu %lu %lu", advice, result, area_pages(at),
            area_pages(at + 2 * PAGE), area_pages(at + 4 * PAGE));
    }
    munmap(at + 4 * PAGE, PAGE);
    call("DONTDUMP across a hole", madvise(at, 8 * PAGE, MADV_DONTDUMP));
    say("below %s", smaps_flags(at, WORDS, flags));
    say("above %s", smaps_flags(at + 6 * PAGE, WORDS, flags));
    call("DODUMP, hole first", madvise(at + 4 * PAGE, 2 * PAGE, MADV_DODUMP));
    say("above %s", smaps_flags(at + 5 * PAGE, WORDS, flags));
    say("areas %lu %lu %lu", area_pages(at), area_pages(at + 5 * PAGE), area_pages(at + 6 * PAGE));
    call("only a hole", madvise(at + 4 * PAGE, PAGE, MADV_DODUMP));
    call("nothing at all above", madvise((void *)0x7ffffffe0000, PAGE, MADV_DODUMP));
}

static const struct {
    const char *name;
    int advice;
} advices[] = {
    {"NORMAL", MADV_NORMAL},
    {"RANDOM", MADV_RANDOM},
    {"SEQUENTIAL", MADV_SEQUENTIAL},
    {"WILLNEED", MADV_WILLNEED},
    {"DONTNEED", MADV_DONTNEED},
    {"5", 5},
    {"7", 7},
    {"FREE", MADV_FREE},
    {"REMOVE", MADV_REMOVE},
    {"DONTFORK", MADV_DONTFORK},
    {"DOFORK", MADV_DOFORK},
    {"DONTDUMP", MADV_DONTDUMP},
    {"DODUMP", MADV_DODUMP},
    {"WIPEONFORK", MADV_WIPEONFORK},
    {"KEEPONFORK", MADV_KEEPONFORK},
    {"COLD", MADV_COLD},
    {"PAGEOUT", MADV_PAGEOUT},
    {"POPULATE_READ", 22},
    {"POPULATE_WRITE", 23},
    {"DONTNEED_LOCKED", 24},
    {"26", 26},
    {"99", 99},
    {"102", 102},
    {"-1", -1},
};

static void each(const char *label, char *at, size_t len)
{
    say("%s", label);
    for (size_t i = 0; i < COUNT_OF(advices); i++)
        call(advices[i].name, madvise(at, len, advices[i].advice));
    say("flags %s", smaps_flags(at, WORDS, flags));
}

/* each_of: all of the area with this name. */
static void each_of(const char *name)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[256];
    unsigned long start = 0, end = 0;

    while (fgets(line, sizeof(line), maps)) {
        if (strstr(line, name) && sscanf(line, "%lx-%lx", &start, &end) == 2)
            break;
    }
    fclose(maps);
    each(name, (char *)start, end - start);
}

static void dangerous(void)
{
    char *at = map(PAGE);

    become_user();
    call("user: HWPOISON", madvise(at, PAGE, 100));
    call("user: SOFT_OFFLINE", madvise(at, PAGE, 101));
    call("user: HWPOISON of nothing", madvise(at, 0, 100));
    call("user: HWPOISON of a hole", madvise((void *)PAGE, PAGE, 100));
    _exit(0);
}

int main(void)
{
    int fd = file_make("file", 4 * PAGE), read_only;
    char *at;

    remembered();
    each("anonymous", map_in_hole(4 * PAGE), 4 * PAGE);
    each("no access", map_prot(4 * PAGE, PROT_NONE), 4 * PAGE);
    each("read-only", map_prot(4 * PAGE, PROT_READ), 4 * PAGE);
    each("write-only", map_prot(4 * PAGE, PROT_WRITE), 4 * PAGE);
    at = map_in_hole(4 * PAGE);
    must(mlock(at, 4 * PAGE));
    each("locked", at, 4 * PAGE);
    each("shared anonymous",
         mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 4 * PAGE);
    each("private file", mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0),
         4 * PAGE);
    each("shared file", mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), 4 * PAGE);
    each("shared file, not writable", mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0), 4 * PAGE);
    read_only = open("file", O_RDONLY);
    each("shared file opened for reading",
         mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, read_only, 0), 4 * PAGE);
    at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    must(mlock(at, 4 * PAGE));
    each("shared file, locked", at, 4 * PAGE);
    each("beyond the end of the file",
         mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 8 * PAGE), 4 * PAGE);
    at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, open("/dev/zero", O_RDWR), 0);
    each("private /dev/zero", at, 4 * PAGE);
    at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN,
              -1, 0);
    each("grows down", at, 4 * PAGE);
    each_of("[vdso]");
    each_of("[vvar]");
    in_child("injected errors", dangerous);
    return 0;
}
