/* A program may claim that any of its memory is its environment: who reads the beginning does not
 * make the kernel hold all of it. */
#include "../test.h"

#include <sys/prctl.h>

#define SIZE (300UL << 20)

int main(void)
{
    char *area = map(SIZE), text[16];
    int fd = (int)must(open("/proc/self/environ", O_RDONLY));

    for (unsigned long at = 0; at < SIZE; at += PAGE)
        area[at] = 'x';
    must(prctl(PR_SET_MM, PR_SET_MM_ENV_START, (unsigned long)area, 0, 0));
    must(prctl(PR_SET_MM, PR_SET_MM_ENV_END, (unsigned long)area + SIZE, 0, 0));
    call("read", read(fd, text, sizeof(text)));
    say("%c", text[0]);
    return 0;
}
