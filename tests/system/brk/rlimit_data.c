/* RLIMIT_DATA limits brk and private writable mappings. */

#include "test.h"

#include <sys/resource.h>

int main(void)
{
    struct rlimit limit = {4UL << 20, RLIM_INFINITY};
    char *start = (char *)syscall(SYS_brk, 0);
    must(setrlimit(RLIMIT_DATA, &limit));
    yes("2 MiB", (char *)syscall(SYS_brk, start + (2UL << 20)) == start + (2UL << 20));
    yes("8 MiB refused", (char *)syscall(SYS_brk, start + (8UL << 20)) == start + (2UL << 20));
    call("mmap 4 MiB rw",
         (long)mmap(NULL, 4UL << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    call_ok("mmap 4 MiB read-only",
            (long)mmap(NULL, 4UL << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    call_ok("mmap 4 MiB shared",
            (long)mmap(NULL, 4UL << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    return 0;
}
