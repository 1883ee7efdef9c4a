/* remap_file_pages asks how the file was opened, not what may be written: a sealed file opened for
 * writing is shared enough, a file opened for reading is not. */

#include "test.h"

static long remap(char *where, size_t page)
{
    return syscall(SYS_remap_file_pages, where, PAGE, 0, page, 0);
}

static void show(const char *label, int fd, int prot)
{
    struct maps_line line;
    char *at = mmap(NULL, 2 * PAGE, prot, MAP_SHARED, fd, 0);

    call(label, remap(at, 1));
    maps_find(at, &line);
    say("%s from offset %lx", line.prot, line.offset);
    must(munmap(at, 2 * PAGE));
}

int main(void)
{
    int sealed = (int)must(memfd_create("sealed", MFD_ALLOW_SEALING));
    int file = file_make("file", 2 * PAGE);

    must(ftruncate(sealed, 2 * PAGE));
    show("opened for writing", file, PROT_READ);
    close(file);
    show("opened for reading", (int)must(open("file", O_RDONLY)), PROT_READ);
    must(fcntl(sealed, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
    show("sealed against writing in the future", sealed, PROT_READ);
    show("the same, execute only", sealed, PROT_EXEC);
    must(fcntl(sealed, F_ADD_SEALS, F_SEAL_WRITE));
    show("sealed against writing", sealed, PROT_READ);
    return 0;
}
