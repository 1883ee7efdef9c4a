/* Shared memory of /dev/zero is given back when it is unmapped, while the descriptor is open; and
 * what the areas are called. */
#include "test.h"

#define LEN (16UL << 20)

static void show(const char *label, int flags, int fd)
{
    char *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
    struct maps_line line;

    yes("there", maps_find(memory, &line));
    say("%s: %s %s, offset %lu", label, line.prot, line.path, line.offset);
}

int main(void)
{
    int fd = (int)must(open("/dev/zero", O_RDWR));

    for (int i = 0; i < 48; i++) {
        char *memory = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

        must(memory == MAP_FAILED ? -1 : 0);
        memset(memory, 1, LEN);
        must(munmap(memory, LEN));
    }
    say("48 times 16 MiB");
    show("shared", MAP_SHARED, fd);
    show("private", MAP_PRIVATE, fd);
    return 0;
}
