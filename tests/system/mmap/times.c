/* A shared mapping's write changes the file's times when the page was not mapped yet; a private one
 * never does. */

#include "test.h"

static struct timespec modified, changed;

static void remember(int fd)
{
    struct stat status;

    must(fstat(fd, &status));
    modified = status.st_mtim;
    changed = status.st_ctim;
    nap(20);
}

static void report(const char *label, int fd)
{
    struct stat status;

    must(fstat(fd, &status));
    say("%s: modified %d changed %d", label,
        memcmp(&modified, &status.st_mtim, sizeof(modified)) != 0,
        memcmp(&changed, &status.st_ctim, sizeof(changed)) != 0);
}

static void one_file(const char *path)
{
    int fd = file_make(path, 4 * PAGE);
    char *shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    say("%s", path);
    remember(fd);
    *(volatile char *)shared = 1;
    report("first write", fd);
    remember(fd);
    *(volatile char *)shared = 2;
    report("second write", fd);
    remember(fd);
    (void)*(volatile char *)(shared + PAGE);
    report("read", fd);
    *(volatile char *)(shared + PAGE) = 1;
    report("write after read", fd);
    remember(fd);
    *(volatile char *)(private + 2 * PAGE) = 1;
    report("private write", fd);
    must(munmap(shared, 4 * PAGE));
    must(munmap(private, 4 * PAGE));
    must(close(fd));
}

int main(void)
{
    one_file("here");
    one_file("/tmp/there");
    return 0;
}
