/* Which pages take a fault when an area may be written to again: those that somebody else uses,
 * that were never written to, or whose writes are to be noted. */

#include "test.h"

#define PAGES 64

static char *area;

static void write_all(void)
{
    for (int i = 0; i < PAGES; i++)
        area[i * PAGE] = (char)(i + 1);
}

static void take_and_give(int between)
{
    must(mprotect(area, PAGES * PAGE, between));
    must(mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE));
}

static void count(const char *label)
{
    long before = minor_faults();

    write_all();
    say("%s: %ld faults", label, minor_faults() - before);
}

static void renew(void)
{
    must(munmap(area, PAGES * PAGE));
    area = map(PAGES * PAGE);
    must(madvise(area, PAGES * PAGE, MADV_NOHUGEPAGE));
    write_all();
}

static void clear_soft_dirty(void)
{
    int fd = (int)must(open("/proc/self/clear_refs", O_WRONLY));

    must(write(fd, "4", 1));
    close(fd);
}

static void with_a_child(void)
{
    pid_t child = (pid_t)must(fork());
    int status;

    if (child == 0) {
        pause();
        _exit(0);
    }
    take_and_give(PROT_READ);
    count("while a child has them");
    take_and_give(PROT_READ);
    count("and again");
    must(kill(child, SIGKILL));
    must(waitpid(child, &status, 0));
}

int main(void)
{
    int fd = file_make("file", PAGES * PAGE);

    area = map(PAGES * PAGE);
    write_all();
    count("writable all the time"); /* all that a first call needs is there */

    renew();
    take_and_give(PROT_READ);
    count("read-only between");
    take_and_give(PROT_NONE);
    count("closed between");
    take_and_give(PROT_EXEC);
    count("executable between");

    renew();
    must(mprotect(area, PAGES / 2 * PAGE, PROT_READ));
    must(mprotect(area + PAGES / 4 * PAGE, PAGES / 4 * PAGE, PROT_READ | PROT_WRITE));
    must(mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE));
    count("in pieces");

    renew();
    with_a_child();

    renew();
    must(madvise(area, PAGES / 2 * PAGE, MADV_DONTNEED));
    take_and_give(PROT_READ);
    count("half given back");

    renew();
    must(madvise(area, PAGES / 2 * PAGE, MADV_FREE));
    take_and_give(PROT_READ);
    count("half free");

    renew();
    clear_soft_dirty();
    take_and_give(PROT_READ);
    count("with the writes noted");

    must(munmap(area, PAGES * PAGE));
    area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    write_all();
    take_and_give(PROT_READ);
    count("a private file");
    yes("whose pages it has", area[5 * PAGE] == 6 && area[6 * PAGE + 1] != 0);
    return 0;
}
