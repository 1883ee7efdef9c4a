/* /proc/self/maps of mappings made here: merging, names, offsets, deleted files, protections. */

#include "test.h"

static void show(const char *label, const void *address)
{
    struct maps_line line;
    if (!maps_find(address, &line))
        say("%s: not mapped", label);
    else
        say("%s: %lu pages %s offset %lx %s%s", label, (line.end - line.start) / PAGE, line.prot,
            line.offset, line.inode ? "inode " : "", line.path);
}

int main(void)
{
    int fd = file_make("name with space", 4 * PAGE);
    char *file = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    char *tail = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 2 * (long)PAGE);
    char *area = map_in_hole(6 * PAGE);

    show("file", file);
    show("tail", tail);
    must(mprotect(file + PAGE, PAGE, PROT_READ | PROT_EXEC));
    show("file page 0", file);
    show("file page 1", file + PAGE);
    show("file page 2", file + 2 * PAGE);
    must(rename("name with space", "new\nline"));
    show("renamed", file);
    must(unlink("new\nline"));
    show("deleted", tail);
    show("anonymous", area);
    must(mprotect(area + 2 * PAGE, 2 * PAGE, PROT_NONE));
    show("split head", area);
    show("split middle", area + 2 * PAGE);
    must(mprotect(area + 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
    show("merged", area + 3 * PAGE);
    must(munmap(area + 2 * PAGE, PAGE));
    show("hole", area + 2 * PAGE);
    show("after the hole", area + 3 * PAGE);
    must(mmap(area + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    show("filled", area);
    return 0;
}
