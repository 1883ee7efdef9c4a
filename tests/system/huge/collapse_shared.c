/* MADV_COLLAPSE of pages that a fork has shared, some of them written since.
 * memory: 1G */

#include "huge.h"

static char *at;
static int ready[2], go[2];

static char *small(void)
{
    char *start = map_aligned(1);

    must(madvise(start, HUGE, MADV_NOHUGEPAGE));
    for (size_t i = 0; i < HUGE / PAGE; i++)
        start[i * PAGE] = (char)(i % 251);
    must(madvise(start, HUGE, MADV_HUGEPAGE));
    return start;
}

static void collapse(const char *label)
{
    call(label, madvise(at, HUGE, COLLAPSE));
    say_area(label, at);
    say("kept %d", count_kept(at, 512));
}

/* A child that has the pages until it is told to end. */
static pid_t sharer(void)
{
    pid_t pid;
    char byte;

    must(pipe(ready));
    must(pipe(go));
    pid = (pid_t)must(fork());
    if (pid == 0) {
        close(go[1]);
        write(ready[1], "x", 1);
        read(go[0], &byte, 1);
        say("the child kept %d", count_kept(at, 512));
        _exit(0);
    }
    close(go[0]);
    must(read(ready[0], &byte, 1));
    return pid;
}

static void end(pid_t pid)
{
    close(go[1]);
    must(waitpid(pid, NULL, 0));
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    pid_t pid;

    must(put_setting("enabled", "never"));
    at = small();
    pid = sharer();
    collapse("shared by a fork");
    at[0] = 0;
    collapse("one page written since");
    end(pid);

    at = small();
    end(sharer());
    collapse("the child has gone");
    at[5 * PAGE] = 5;
    collapse("and a page was written");

    at = small();
    pid = sharer();
    for (size_t i = 0; i < 300; i++)
        at[i * PAGE] = (char)(i % 251);
    collapse("300 pages written since");
    end(pid);
    at[0] = 0;
    collapse("alone again");

    at = small();
    must(madvise(at, HUGE / 2, MADV_DONTNEED));
    pid = sharer();
    collapse("half of it, shared");
    (void)*(volatile char *)at;
    collapse("with a page of zeroes");
    at[PAGE] = 1;
    say("kept %d", count_kept(at + HUGE / 2, 256));
    collapse("and one of its own");
    end(pid);
    must(put_setting("enabled", "always"));
    return 0;
}
