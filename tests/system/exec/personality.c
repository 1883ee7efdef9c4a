/* personality(2): READ_IMPLIES_EXEC, MMAP_PAGE_ZERO, ADDR_COMPAT_LAYOUT, and what execve keeps. */

#include "test.h"
#include <sys/personality.h>

#define THIRD 0x2aaaaaaab000UL

static void say_rights(const char *label, const void *at)
{
    struct maps_line line;

    say("%s: %s", label, maps_find(at, &line) ? line.prot : "none");
}

/* What the new program sees. */
static int after_exec(void)
{
    unsigned long first = (unsigned long)map(PAGE);
    unsigned long second = (unsigned long)map_prot(PAGE, PROT_READ);
    unsigned long third = (unsigned long)map(PAGE);

    say("personality %#x", (unsigned)personality(0xffffffff));
    say_rights("address 0", NULL);
    yes("mappings go up", first < second && second < third);
    yes("from a third of the space", first >= THIRD && first < THIRD + (1UL << 41));
    say_rights("readable", (void *)second);
    return 0;
}

static unsigned long bits;

static void run(void)
{
    personality(bits);
    execl("/proc/self/exe", "personality", "again", NULL);
    say("execl: %s", errno_name(errno));
}

static void run_as_user(void)
{
    become_user();
    run();
}

static void forked(void)
{
    say_rights("readable in a child", map_prot(PAGE, PROT_READ));
}

static void reads_imply_exec(void)
{
    int fd = file_make("data", PAGE);

    personality(READ_IMPLIES_EXEC);
    say("personality %#x", (unsigned)personality(0xffffffff));
    say_rights("read and write", map(PAGE));
    say_rights("readable", map_prot(PAGE, PROT_READ));
    say_rights("write only", map_prot(PAGE, PROT_WRITE));
    say_rights("none", map_prot(PAGE, PROT_NONE));
    say_rights("a file", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
    char *at = map_in_hole(2 * PAGE);
    call("mprotect write only", mprotect(at, PAGE, PROT_WRITE));
    say_rights("write only", at);
    call("mprotect read", mprotect(at, PAGE, PROT_READ));
    say_rights("readable", at);
    char *end = (char *)syscall(SYS_brk, 0);
    char *heap = (char *)(((unsigned long)end + PAGE - 1) / PAGE * PAGE);
    must(syscall(SYS_brk, heap + PAGE));
    say_rights("heap", heap);
    in_child("child", forked);
    personality(PER_LINUX);
    say_rights("afterwards", map_prot(PAGE, PROT_READ));
    close(fd);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return after_exec();
    in_child("READ_IMPLIES_EXEC", reads_imply_exec);
    bits = READ_IMPLIES_EXEC;
    in_child("READ_IMPLIES_EXEC and exec", run);
    bits = ADDR_COMPAT_LAYOUT;
    in_child("ADDR_COMPAT_LAYOUT", run);
    bits = ADDR_COMPAT_LAYOUT | ADDR_NO_RANDOMIZE;
    in_child("ADDR_COMPAT_LAYOUT, fixed", run);
    bits = MMAP_PAGE_ZERO;
    in_child("MMAP_PAGE_ZERO", run);
    in_child("MMAP_PAGE_ZERO, not root", run_as_user);
    return 0;
}
