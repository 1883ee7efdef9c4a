/* System calls on memory that is not (yet) there: lazy pages are brought in, COW is broken, stack
   grows, the rest is EFAULT; never a signal. */

#include "test.h"

#include <sys/utsname.h>

int main(void)
{
    int ends[2], fd = file_make("file", 2 * PAGE);
    char *page = map_in_hole(4 * PAGE);

    must(pipe(ends));
    call("read into untouched pages", pread(fd, page, 2 * PAGE, 0));
    yes("contents", page[300] == 300 % 251);
    must(mprotect(page + PAGE, PAGE, PROT_READ));
    call("read into a read-only page", pread(fd, page + PAGE, 10, 0));
    call("read across into it", pread(fd, page, 2 * PAGE, 0));
    must(mprotect(page + PAGE, PAGE, PROT_NONE));
    call("write from no access", write(ends[1], page + PAGE, 10));
    call("write across the end", write(ends[1], page + 4 * PAGE - 10, 20));
    call("write from a hole", write(ends[1], page - PAGE, 10));
    call("write zero bytes from nowhere", write(ends[1], (char *)8, 0));
    char *mapped = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    call("write from past the end of a file", write(ends[1], mapped + 3 * PAGE, 10));
    char *cow = map(PAGE);
    cow[0] = 'p';
    if (fork() == 0) {
        must(pread(fd, cow, 100, 0));
        _exit(0);
    }
    wait(NULL);
    yes("COW was broken for the child", cow[0] == 'p');
    char *local = (char *)__builtin_alloca(1000);
    call("read into the stack below", pread(fd, local - 64 * PAGE, 10, 5));
    call("uname into null", uname(NULL));
    return 0;
}
