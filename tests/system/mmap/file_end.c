/* A file mapping and the end of the file: zeros to the page's end, SIGBUS beyond, truncate in
 * flight. */

#include "test.h"

int main(void)
{
    int fd = file_make("file", PAGE + 100);
    char *map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char byte;

    probe_read("last byte of the file", map + PAGE + 99);
    yes("rest of the page is zero", map[PAGE + 100] == 0 && map[2 * PAGE - 1] == 0);
    probe_read("page past the end", map + 2 * PAGE);
    probe_write("write past the end", map + 3 * PAGE + 5);
    map[PAGE + 200] = 'x';
    call("extend", ftruncate(fd, 3 * (long)PAGE));
    probe_read("now inside", map + 2 * PAGE);
    must(pread(fd, &byte, 1, (long)PAGE + 200));
    say("bytes written beyond the end before it grew: %d", byte);
    call("shrink to half a page", ftruncate(fd, 2048));
    probe_read("the page that is left", map + 100);
    yes("tail was zeroed", map[2048] == 0 && map[4095] == 0);
    probe_read("the page that is gone", map + PAGE);
    call("grow again", ftruncate(fd, 2 * (long)PAGE));
    yes("old data does not come back", map[2048] == 0 && map[PAGE + 50] == 0);
    call("shrink to nothing", ftruncate(fd, 0));
    probe_write("all gone", map);
    return 0;
}
