/* A private file mapping shows the file, keeps its own writes, and never writes the file. */

#include "test.h"

int main(void)
{
    char byte;
    int fd = file_make("file", 3 * PAGE);
    char *a = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *b = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, (long)PAGE);

    yes("shows the file", a[0] == 0 && a[100] == 100 && (unsigned char)a[PAGE] == PAGE % 251);
    yes("offset", b[0] == a[PAGE] && b[1] == a[PAGE + 1]);
    a[10] = 'X';
    must(pread(fd, &byte, 1, 10));
    yes("file unchanged", byte == 10);
    must(pwrite(fd, "Y", 1, (long)PAGE + 5));
    yes("untouched page follows the file", a[PAGE + 5] == 'Y' && b[5] == 'Y');
    must(pwrite(fd, "Z", 1, 10));
    yes("written page does not", a[10] == 'X');
    close(fd);
    yes("close does not unmap", a[2 * PAGE] == (char)(2 * PAGE % 251));
    must(unlink("file"));
    yes("unlink does not unmap", a[2 * PAGE + 1] == (char)((2 * PAGE + 1) % 251));
    return 0;
}
