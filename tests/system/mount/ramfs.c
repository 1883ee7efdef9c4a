/* ramfs: which options it takes, what it says of itself, what its files can do. */

#include "test.h"

#include <sys/mount.h>
#include <sys/vfs.h>

static void options(const char *text)
{
    char label[64], line[512], found[512] = "none";
    FILE *mounts;

    snprintf(label, sizeof(label), "options \"%s\"", text);
    if (call(label, mount("name", "at", "ramfs", 0, text)) != 0)
        return;
    mounts = fopen("/proc/self/mounts", "r");
    while (fgets(line, sizeof(line), mounts) != NULL)
        if (strncmp(line, "name ", 5) == 0)
            strcpy(found, strstr(line, " ramfs "));
    fclose(mounts);
    found[strcspn(found, "\n")] = '\0';
    say("%s", found);
    call("umount", umount2("at", MNT_FORCE));
}

static void files(void)
{
    struct statfs about;
    struct stat status;
    char *at;
    int fd;

    must(mount("", "at", "ramfs", 0, ""));
    must(statfs("at", &about));
    say("type %lx, block %ld, blocks %ld free %ld, files %ld, names %ld", (long)about.f_type,
        (long)about.f_bsize, (long)about.f_blocks, (long)about.f_bfree, (long)about.f_files,
        (long)about.f_namelen);
    must(stat("at", &status));
    say("mode %o owner %d", status.st_mode, status.st_uid);
    fd = must(open("at/file", O_RDWR | O_CREAT, 0600));
    call("write", write(fd, "text", 4));
    call("truncate", ftruncate(fd, 2 * PAGE));
    call("fallocate", fallocate(fd, 0, 0, PAGE));
    call("punch", fallocate(fd, 3, 0, PAGE));
    at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    yes("mapped", at != MAP_FAILED && memcmp(at, "text", 4) == 0);
    at[PAGE] = 'x';
    call("read", pread(fd, at + 8, 1, PAGE));
    yes("written through the mapping", at[8] == 'x');
    call("symlink", symlink("file", "at/link"));
    call("link", link("at/file", "at/second"));
    call("mkdir", mkdir("at/directory", 0700));
    call("rename", rename("at/second", "at/directory/third"));
    call("busy", umount("at"));
    close(fd);
    munmap(at, 2 * PAGE);
    call("umount", umount("at"));
    call("again", umount("at"));
}

int main(void)
{
    must(mkdir("at", 0700));
    options("");
    options("size=4096,nr_inodes=3,anything");
    options("mode=700");
    options("mode=01777,uid=5");
    options("mode=9");
    options("mode");
    files();
    return 0;
}
