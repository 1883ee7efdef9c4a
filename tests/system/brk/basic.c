/* brk: the heap grows and shrinks; what comes back is zero; refusals leave the break as it is. */

#include "test.h"

static char *set_break(char *to)
{
    return (char *)syscall(SYS_brk, to);
}

int main(void)
{
    char *start = set_break(0);
    struct maps_line line;

    yes("brk(1) changes nothing", set_break((char *)1) == start);
    yes("grow by 100", set_break(start + 100) == start + 100);
    yes("grow by 3 pages", set_break(start + 3 * PAGE) == start + 3 * PAGE);
    start[0] = 'x';
    start[3 * PAGE - 1] = 'y';
    maps_find(start + PAGE, &line);
    say("maps: %s %s", line.prot, line.path);
    yes("shrink", set_break(start + PAGE) == start + PAGE);
    yes("kept", start[0] == 'x');
    yes("grow again", set_break(start + 3 * PAGE) == start + 3 * PAGE);
    yes("is zero again", start[3 * PAGE - 1] == 0);
    yes("absurd", set_break((char *)0x7fffffffffff) == start + 3 * PAGE);
    char *in_way = mmap(start + 16 * PAGE, PAGE, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    yes("map something above", in_way != MAP_FAILED);
    yes("brk into it is refused", set_break(start + 17 * PAGE) == start + 3 * PAGE);
    yes("brk just below it is refused too", set_break(start + 16 * PAGE) == start + 3 * PAGE);
    yes("all the way down", set_break(start) == start);
    return 0;
}
