/* Making a mount or its filesystem read-only, against files that are open, mapped, or nameless. */

#include "test.h"
#include <sys/mount.h>

static void both(const char *label)
{
    char text[80];
    int err;

    snprintf(text, sizeof(text), "%s: the mount", label);
    call(text, err = mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
    if (err == 0)
        must(mount(NULL, "ro", NULL, MS_REMOUNT | MS_BIND, NULL));
    snprintf(text, sizeof(text), "%s: the filesystem", label);
    call(text, err = mount("none", "ro", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    if (err == 0) {
        call("create", open("ro/new", O_CREAT | O_RDWR, 0600));
        call("unlink", unlink("ro/f"));
        must(mount("none", "ro", NULL, MS_REMOUNT, NULL));
    }
}

int main(void)
{
    int fd, other;
    char *p;

    must(mkdir("ro", 0755));
    must(mkdir("other", 0755));
    must(mount("none", "ro", "tmpfs", 0, NULL));
    close(file_make("ro/f", PAGE));
    both("nothing open");
    fd = (int)must(open("ro/f", O_RDONLY));
    both("open for reading");
    p = (char *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    both("mapped privately");
    munmap(p, PAGE);
    close(fd);
    fd = (int)must(open("ro/f", O_WRONLY));
    both("open for writing");
    close(fd);
    both("closed");
    fd = (int)must(open("ro/f", O_RDWR));
    p = (char *)must(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
    close(fd);
    both("mapped through a writable one");
    munmap(p, PAGE);
    both("unmapped");
    fd = (int)must(open("ro/gone", O_RDWR | O_CREAT, 0600));
    close(fd);
    fd = (int)must(open("ro/gone", O_RDONLY));
    must(unlink("ro/gone"));
    both("nameless, open for reading");
    close(fd);
    both("closed");
    must(mkdir("ro/d", 0700));
    fd = (int)must(open("ro/d", O_RDONLY));
    must(rmdir("ro/d"));
    both("a nameless directory");
    close(fd);
    both("closed");
    must(mount("ro", "other", NULL, MS_BIND, NULL));
    other = (int)must(open("other/f", O_WRONLY));
    both("open for writing through another mount");
    close(other);
    both("closed");
    must(umount("other"));
    call("bad option", mount("none", "ro", NULL, MS_REMOUNT | MS_RDONLY, "size=x"));
    call_ok("still writable", open("ro/h", O_CREAT | O_RDWR, 0600));
    return 0;
}
