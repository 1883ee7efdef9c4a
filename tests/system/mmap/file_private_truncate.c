/* Truncation also takes the private copies of the pages past the new end. */

#include "test.h"

int main(void)
{
    int fd = file_make("file", 3 * PAGE);
    char *map = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    map[0] = 'a';
    map[PAGE] = 'b';
    call("ftruncate", ftruncate(fd, 100));
    yes("first page keeps its copy", map[0] == 'a');
    probe_read("private copy past the end", map + PAGE);
    probe_read("never touched, past the end", map + 2 * PAGE);
    call("ftruncate up", ftruncate(fd, 3 * (long)PAGE));
    yes("file page again", map[PAGE] == 0);
    yes("first page still has its copy", map[0] == 'a');
    return 0;
}
