/* remap_file_pages: pages of a shared mapping in another order; what is refused. */

#include "test.h"

static char *at;

static long remap(char *where, size_t len, int prot, size_t page, int flags)
{
    return syscall(SYS_remap_file_pages, where, len, prot, page, flags);
}

static void show(const char *label)
{
    char text[64];
    size_t used = 0;
    for (int i = 0; i < 8; i++)
        used += (size_t)sprintf(text + used, " %d", at[i * PAGE]);
    say("%s:%s", label, text);
}

int main(void)
{
    int fd = file_make("file", 8 * PAGE);
    struct maps_line line;
    char *other;

    at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (int i = 0; i < 8; i++)
        at[i * PAGE] = (char)i;
    call("the first pages to the end", remap(at + 6 * PAGE, 2 * PAGE, 0, 0, 0));
    show("now");
    maps_find(at + 6 * PAGE, &line);
    say("offset %lx, %lu pages, %s", line.offset, (line.end - line.start) / PAGE, line.prot);
    call("across both areas", remap(at + 4 * PAGE, 4 * PAGE, 0, 2, MAP_NONBLOCK));
    show("now");
    call("back again", remap(at, 8 * PAGE, 0, 0, 0));
    show("now");
    maps_find(at, &line);
    say("%lu pages", (line.end - line.start) / PAGE);
    call("unaligned address", remap(at + PAGE + 5, PAGE, 0, 3, 0));
    show("now");
    call("unaligned length", remap(at, PAGE + 5, 0, 5, 0));
    show("now");
    call("less than a page", remap(at, 5, 0, 5, 0));
    call("length 0", remap(at, 0, 0, 5, 0));
    call("protection", remap(at, PAGE, PROT_READ, 5, 0));
    call("protection -1", remap(at, PAGE, -1, 5, 0));
    call("unknown flags", remap(at, PAGE, 0, 6, 0x7ffff));
    show("now");
    call("page wraps", remap(at, 2 * PAGE, 0, -1UL, 0));
    call("page too large", remap(at, 2 * PAGE, 0, -2UL >> 12, 0));
    call("beyond the end of the file", remap(at, PAGE, 0, 20, 0));
    probe_read("there", at);
    call("length wraps", remap(at, -PAGE, 0, 0, 0));
    call("nothing mapped", remap((char *)PAGE, PAGE, 0, 0, 0));
    must(munmap(at + 4 * PAGE, PAGE));
    call("a hole", remap(at + 3 * PAGE, 3 * PAGE, 0, 0, 0));
    must(mprotect(at + 2 * PAGE, PAGE, PROT_READ));
    call("two protections", remap(at + PAGE, 2 * PAGE, 0, 0, 0));
    call("read-only", remap(at + 2 * PAGE, PAGE, 0, 7, 0));
    say("page 7 is there: %d", at[2 * PAGE]);
    probe_write("and read-only", at + 2 * PAGE);
    other = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    call("private file", remap(other, PAGE, 0, 1, 0));
    call("anonymous", remap(map(PAGE), PAGE, 0, 1, 0));
    other = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    other[PAGE] = 9;
    call("shared anonymous", remap(other, PAGE, 0, 1, 0));
    say("it shows: %d", other[0]);
    must(mlock(other, 4 * PAGE));
    call("locked", remap(other, 2 * PAGE, 0, 2, 0));
    say("VmLck %ld", status_kilobytes("VmLck"));
    return 0;
}
