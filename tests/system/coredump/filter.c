/* What goes into a core: coredump_filter, MADV_DONTDUMP, areas nobody wrote. */

#include <sys/resource.h>
#include <sys/prctl.h>

#include "core_reader.h"

static char *private_page, *untouched, *shared_page, *file_private, *file_written, *file_shared,
    *hidden, *shown_again, *guard;

static void die(void)
{
    abort();
}

static void report(const char *filter)
{
    struct core_reader core;
    int fd = (int)must(open("/proc/self/coredump_filter", O_WRONLY));

    say("-- filter %s", filter);
    must(write(fd, filter, strlen(filter)));
    close(fd);
    crash("abort", die);
    if (!core_open(&core, "core"))
        return;
    say("private: %s", core_extent(&core, private_page));
    say("untouched: %s", core_extent(&core, untouched));
    say("shared anonymous: %s", core_extent(&core, shared_page));
    say("file, private: %s", core_extent(&core, file_private));
    say("file, private, written: %s", core_extent(&core, file_written));
    say("file, shared: %s", core_extent(&core, file_shared));
    say("DONTDUMP: %s", core_extent(&core, hidden));
    say("DODUMP: %s", core_extent(&core, shown_again));
    say("no access: %s", core_extent(&core, guard));
    say("program: %s", core_extent(&core, (void *)0x400000));
    core_close(&core, "core");
}

int main(void)
{
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    char text[64];
    int fd = file_make("file", 8 * PAGE);

    must(setrlimit(RLIMIT_CORE, &none));
    private_page = map_in_hole(PAGE);
    *private_page = 1;
    untouched = map_in_hole(PAGE);
    shared_page = map_in_hole(PAGE);
    must(mmap(shared_page, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
              0));
    *shared_page = 1;
    file_private = map_in_hole(2 * PAGE);
    must(mmap(file_private, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0));
    file_written = map_in_hole(2 * PAGE);
    must(mmap(file_written, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0));
    *file_written = 1;
    file_shared = map_in_hole(PAGE);
    must(mmap(file_shared, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0));
    hidden = map_in_hole(PAGE);
    *hidden = 1;
    call("DONTDUMP", madvise(hidden, PAGE, MADV_DONTDUMP));
    shown_again = map_in_hole(PAGE);
    *shown_again = 1;
    call("DONTDUMP", madvise(shown_again, PAGE, MADV_DONTDUMP));
    call("DODUMP", madvise(shown_again, PAGE, MADV_DODUMP));
    guard = map_in_hole(PAGE);
    *guard = 1;
    must(mprotect(guard, PAGE, PROT_NONE));

    file_text("/proc/self/coredump_filter", text, sizeof(text));
    say("default %s", text);
    report("0x33");
    report("0");
    report("1");
    report("2");
    report("4");
    report("8");
    report("16");
    report("0x1ff");
    say("-- writing it");
    fd = open("/proc/self/coredump_filter", O_RDWR);
    call("garbage", write(fd, "x", 1));
    call("negative", write(fd, "-1", 2));
    call("beyond", write(fd, "0xfffff", 7));
    file_text("/proc/self/coredump_filter", text, sizeof(text));
    say("%s", text);
    return 0;
}
