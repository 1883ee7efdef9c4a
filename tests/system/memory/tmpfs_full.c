/* A file system in memory that is full says ENOSPC (its limit) and gives everything back on unlink.
 */

#include "test.h"

#include <sys/mount.h>
#include <sys/statfs.h>

int main(void)
{
    static char block[65536];
    struct statfs before, after;
    must(mkdir("small", 0755));
    must(mount("none", "small", "tmpfs", 0, "size=4m,nr_inodes=50"));
    must(statfs("small", &before));
    int fd = (int)must(open("small/file", O_CREAT | O_RDWR, 0644));
    long total = 0, got;
    while ((got = write(fd, block, sizeof(block))) > 0)
        total += got;
    say("wrote %ld, then %s", total, errno_name(errno));
    char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    must(ftruncate(fd, 8 << 20));
    yes("a page that is there can be written", !faults_on_write(map));
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 6 << 20);
    probe_write("a hole that cannot be filled", map);
    close(fd);
    munmap(map, PAGE);
    must(unlink("small/file"));
    int made = 0;
    char name[32];
    for (; made < 100; made++) {
        snprintf(name, sizeof(name), "small/f%d", made);
        fd = open(name, O_CREAT | O_RDWR, 0644);
        if (fd < 0)
            break;
        close(fd);
    }
    say("made %d files, then %s", made, errno_name(errno));
    for (int i = 0; i < made; i++) {
        snprintf(name, sizeof(name), "small/f%d", i);
        must(unlink(name));
    }
    must(statfs("small", &after));
    say("blocks that a mapping of the removed file keeps: %ld",
        (long)(before.f_bfree - after.f_bfree));
    must(umount2("small", MNT_DETACH)); /* tests of mounts look at all there are */
    return 0;
}
