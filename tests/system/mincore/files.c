/* mincore of files: true residency for the owner and who may write; for others everything is there.
 */

#include "test.h"

static void show(const char *label, const char *at, size_t pages)
{
    unsigned char there[64];
    char text[65] = "";

    if (mincore((void *)at, pages * PAGE, there)) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    for (size_t i = 0; i < pages; i++)
        text[i] = there[i] & 1 ? '1' : '0';
    say("%s: %s", label, text);
}

static void look(const char *who, int flags)
{
    int fd = open("/area/sparse", flags);
    char *at;

    say("%s", who);
    if (fd < 0) {
        say("open: %s", errno_name(errno));
        return;
    }
    at = mmap(NULL, 8 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    show("shared", at, 8);
    at = mmap(NULL, 8 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    show("private", at, 8);
    at = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE, fd, 0);
    show("without access", at, 8);
    close(fd);
}

static void as_user(void)
{
    become_user();
    look("another user, may read", O_RDONLY);
    char *at = map(4 * PAGE);
    at[PAGE] = 1;
    show("anonymous", at, 4);
    _exit(0);
}

static void as_writer(void)
{
    become_user();
    look("another user, may write", O_RDONLY);
    _exit(0);
}

static void as_owner(void)
{
    become_user();
    look("the owner, read-only", O_RDONLY);
    _exit(0);
}

int main(void)
{
    int fd;
    char *at;

    mkdir("/area", 0755);
    fd = (int)must(open("/area/sparse", O_RDWR | O_CREAT, 0644));
    must(fchmod(fd, 0644));
    must(ftruncate(fd, 8 * PAGE));
    must(pwrite(fd, "x", 1, 2 * PAGE));
    must(pwrite(fd, "x", 1, 5 * PAGE));
    look("root", O_RDWR);
    look("root, read-only", O_RDONLY);
    in_child("user", as_user);
    must(fchmod(fd, 0666));
    in_child("writer", as_writer);
    must(fchmod(fd, 0444));
    must(fchown(fd, 1000, 1000));
    in_child("owner", as_owner);
    at = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    show("beyond the end", at, 16);
    at[PAGE] = 1;
    show("one copied", at, 4);
    madvise(at, PAGE * 4, MADV_DONTNEED);
    show("dropped", at, 4);
    return 0;
}
