/* mprotect of parts: protection of each page afterwards, contents kept, /proc/self/maps merged
 * again. */

#include "test.h"

static void show(const char *label, char *base, int count)
{
    char text[80] = "";
    struct maps_line line;
    for (char *at = base; at < base + (unsigned long)count * PAGE;) {
        if (!maps_find(at, &line)) {
            strcat(text, "hole ");
            break;
        }
        char *end = (char *)line.end;
        if (end > base + (unsigned long)count * PAGE)
            end = base + (unsigned long)count * PAGE;
        sprintf(text + strlen(text), "%d:%s ", (int)((unsigned long)(end - at) / PAGE), line.prot);
        at = end;
    }
    say("%s: %s", label, text);
}

int main(void)
{
    char *base = map_in_hole(10 * PAGE);
    memset(base, 'q', 10 * PAGE);
    show("before", base, 10);
    call("middle", mprotect(base + 4 * PAGE, 2 * PAGE, PROT_READ));
    show("middle", base, 10);
    call("wider, none", mprotect(base + 3 * PAGE, 4 * PAGE, PROT_NONE));
    show("wider", base, 10);
    call("head rx", mprotect(base, PAGE, PROT_READ | PROT_EXEC));
    show("head", base, 10);
    probe_read("none", base + 5 * PAGE);
    call("all rw", mprotect(base, 10 * PAGE, PROT_READ | PROT_WRITE));
    show("all", base, 10);
    for (unsigned long i = 0; i < 10 * PAGE; i++) {
        if (base[i] != 'q')
            say("byte %lu changed", i);
    }
    call("none to write on untouched", mprotect(map_prot(PAGE, PROT_NONE), PAGE, PROT_WRITE));
    return 0;
}
