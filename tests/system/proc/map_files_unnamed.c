/* /proc/PID/map_files of memory whose file has no name in any directory: shared anonymous memory,
 * memfd, System V segments, huge pages, special areas. */

#include "../test.h"

#include <sys/auxv.h>

static char link_name[100];

static const char *name_of(const char *start, size_t len)
{
    snprintf(link_name, sizeof(link_name), "/proc/self/map_files/%lx-%lx", (unsigned long)start,
             (unsigned long)start + len);
    return link_name;
}

/* "SYSV0003" and the like are numbers that differ. */
static void show(const char *label, char *start, size_t len)
{
    char text[200], byte = 0;
    struct stat status;
    ssize_t got;
    int fd;

    got = readlink(name_of(start, len), text, sizeof(text) - 1);
    if (got < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    text[got] = '\0';
    must(lstat(link_name, &status));
    say("%s: %s, mode %o", label, text, status.st_mode);
    if (stat(link_name, &status) != 0) {
        say("  stat: %s", errno_name(errno));
        return;
    }
    say("  mode %o, size %ld, links %ld", status.st_mode, (long)status.st_size,
        (long)status.st_nlink);
    fd = open(link_name, O_RDWR);
    if (fd < 0) {
        say("  open: %s", errno_name(errno));
        return;
    }
    start[5] = 'm';
    call("  pread", pread(fd, &byte, 1, 5));
    say("  byte %c", byte ? byte : '0');
    call("  pwrite", pwrite(fd, "w", 1, 6));
    say("  memory %c", start[6] ? start[6] : '0');
    say("  mapped again: %s",
        mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? errno_name(errno) : "ok");
    close(fd);
}

int main(void)
{
    char *at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int fd = (int)must(syscall(SYS_memfd_create, "named", 0));

    show("shared anonymous", at, 2 * PAGE);
    must(munmap(at, PAGE));
    show("the second half of it", at + PAGE, PAGE);
    must(ftruncate(fd, 2 * PAGE));
    at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    show("memfd", at, 2 * PAGE);
    at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    show("memfd, private", at, PAGE);
    close(fd);
    at = (char *)getauxval(AT_SYSINFO_EHDR);
    show("vdso", at, 2 * PAGE);
    at = map_in_hole(PAGE);
    show("private anonymous", at, PAGE);
    return 0;
}
