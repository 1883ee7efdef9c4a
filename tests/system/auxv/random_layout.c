/* Two runs have different addresses of stack, heap, mmap and vDSO; with ADDR_NO_RANDOMIZE the same.
 */

#include "test.h"

#include <sys/auxv.h>
#include <sys/personality.h>

struct layout {
    unsigned long stack, heap, map, vdso;
};

static struct layout run(int fixed)
{
    struct layout layout = {0};
    int ends[2];
    must(pipe(ends));
    if (fork() == 0) {
        char number[16];
        if (fixed)
            personality(ADDR_NO_RANDOMIZE);
        snprintf(number, sizeof(number), "%d", ends[1]);
        execl("/proc/self/exe", "layout", number, (char *)NULL);
        _exit(1);
    }
    wait(NULL);
    must(read(ends[0], &layout, sizeof(layout)));
    close(ends[0]);
    close(ends[1]);
    return layout;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        struct layout mine = {(unsigned long)&argc, (unsigned long)syscall(SYS_brk, 0),
                              (unsigned long)map(PAGE), getauxval(AT_SYSINFO_EHDR)};
        must(write(atoi(argv[1]), &mine, sizeof(mine)));
        return 0;
    }
    struct layout a = run(0), b = run(0);
    yes("stack differs", a.stack != b.stack);
    yes("heap differs", a.heap != b.heap);
    yes("mmap differs", a.map != b.map);
    yes("vdso differs", a.vdso != b.vdso);
    a = run(1), b = run(1);
    yes("stack is the same", a.stack == b.stack);
    yes("heap is the same", a.heap == b.heap);
    yes("mmap is the same", a.map == b.map);
    yes("vdso is the same", a.vdso == b.vdso);
    yes("stack at the top", a.stack > 0x7ffffff00000);
    say("personality %x", (unsigned)personality(0xffffffff));
    return 0;
}
