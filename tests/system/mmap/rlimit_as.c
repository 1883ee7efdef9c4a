/* RLIMIT_AS limits mmap, brk, mremap and stack together: ENOMEM at the edge. */

#include "test.h"

#include <sys/resource.h>

static long used(void)
{
    char text[128];
    file_text("/proc/self/statm", text, sizeof(text));
    return atol(text);
}

int main(void)
{
    const size_t mib = 1 << 20;
    struct rlimit limit = {(unsigned long)used() * PAGE + 8 * mib, RLIM_INFINITY};
    must(setrlimit(RLIMIT_AS, &limit));

    char *a = mmap(NULL, 4 * mib, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    yes("4 MiB of 8", a != MAP_FAILED);
    call("8 MiB more", (long)mmap(NULL, 8 * mib, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    call("mremap to 12", (long)mremap(a, 4 * mib, 12 * mib, MREMAP_MAYMOVE));
    call("fixed over itself",
         mmap(a, 4 * mib, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == a);
    char *end = (char *)syscall(SYS_brk, 0);
    yes("brk by 8 MiB refused", (char *)syscall(SYS_brk, end + 8 * mib) == end);
    call("munmap", munmap(a, 4 * mib));
    call_ok("7 MiB", (long)mmap(NULL, 7 * mib, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    return 0;
}
