/* munmap of the head, the tail, the middle and across several areas. */

#include "test.h"

static void show(const char *label, const char *base, int count)
{
    char text[40];
    for (int i = 0; i < count; i++)
        text[i] =
            faults_on_read(base + (unsigned long)i * PAGE) ? '-' : base[(unsigned long)i * PAGE];
    text[count] = '\0';
    say("%s: %s", label, text);
}

int main(void)
{
    char *base = map_in_hole(12 * PAGE);
    for (int i = 0; i < 12; i++)
        base[(unsigned long)i * PAGE] = (char)('a' + i);
    must(mprotect(base + 4 * PAGE, 2 * PAGE, PROT_READ));
    show("before", base, 12);
    call("head", munmap(base, PAGE));
    show("head", base, 12);
    call("tail, odd length", munmap(base + 11 * PAGE, 100));
    show("tail", base, 12);
    call("middle", munmap(base + 8 * PAGE, PAGE));
    show("middle", base, 12);
    call("across three areas and a hole", munmap(base + 3 * PAGE, 6 * PAGE));
    show("across", base, 12);
    call("all", munmap(base, 12 * PAGE));
    show("all", base, 12);
    return 0;
}
