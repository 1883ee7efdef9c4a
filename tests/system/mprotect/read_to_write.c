/* mprotect to writable of pages that were only read (zero page), of a private file page, of COW
 * pages. */

#include "test.h"

int main(void)
{
    char *zero = map_prot(2 * PAGE, PROT_READ);
    yes("zero", zero[0] == 0 && zero[PAGE] == 0);
    call("to rw", mprotect(zero, 2 * PAGE, PROT_READ | PROT_WRITE));
    zero[0] = 1;
    char *other = map_prot(PAGE, PROT_READ);
    yes("zero page is still zero elsewhere", other[0] == 0 && zero[PAGE] == 0);

    int fd = file_make("file", PAGE);
    char *file = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    yes("file page", file[7] == 7);
    call("to rw", mprotect(file, PAGE, PROT_READ | PROT_WRITE));
    file[7] = 'x';
    char byte;
    must(pread(fd, &byte, 1, 7));
    yes("file unchanged", byte == 7);

    char *cow = map(PAGE);
    cow[0] = 'p';
    if (fork() == 0) {
        mprotect(cow, PAGE, PROT_READ);
        mprotect(cow, PAGE, PROT_READ | PROT_WRITE);
        cow[0] = 'c';
        _exit(0);
    }
    wait(NULL);
    yes("the parent's page is its own", cow[0] == 'p');
    return 0;
}
