/* mremap with old length 0 makes a second view of a shared mapping. */

#include "test.h"

int main(void)
{
    char *a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *b = mremap(a, 0, 2 * PAGE, MREMAP_MAYMOVE);
    yes("second view", b != MAP_FAILED && b != a);
    a[PAGE] = 's';
    yes("same memory", b[PAGE] == 's');
    call("without maymove", (long)mremap(a, 0, PAGE, 0));
    int fd = file_make("file", 4 * PAGE);
    char *file = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    char *grown = mremap(file, PAGE, 4 * PAGE, MREMAP_MAYMOVE);
    yes("a file mapping grows over the file", grown[2 * PAGE] == (char)(2 * PAGE % 251));
    grown = mremap(grown, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
    probe_read("beyond the end of the file", grown + 5 * PAGE);
    return 0;
}
