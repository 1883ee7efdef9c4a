/* A tmpfs with limits: size=, nr_inodes=, mode=; ENOSPC, SIGBUS, statfs. */

#include "test.h"
#include <sys/mount.h>
#include <sys/statfs.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static void usage(const char *label)
{
    struct statfs fs;

    must(statfs("m", &fs));
    say("%s: type %lx, block %ld, blocks %lu free %lu avail %lu", label, (long)fs.f_type,
        (long)fs.f_bsize, fs.f_blocks, fs.f_bfree, fs.f_bavail);
    if (fs.f_files < 100)
        say("files %lu free %lu", fs.f_files, fs.f_ffree);
}

static void stat_of(const char *label, int fd)
{
    struct stat st;

    must(fstat(fd, &st));
    say("%s: size %ld, blocks %ld", label, (long)st.st_size, (long)st.st_blocks);
}

static void mount_with(const char *options)
{
    char label[100];

    snprintf(label, sizeof(label), "mount %s", options);
    call(label, mount("none", "m", "tmpfs", 0, options));
}

static void options_shown(void)
{
    static char text[8192];
    char *line;

    must(file_text("/proc/mounts", text, sizeof(text)) > 0 ? 0 : -1);
    for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *place = strstr(line, "/m tmpfs ");

        if (place)
            say("%s", place);
    }
}

static void writing(void)
{
    static char block[64 * PAGE];
    int fd = (int)must(open("m/full", O_RDWR | O_CREAT, 0600));

    memset(block, 'x', sizeof(block));
    call("write more than fits", write(fd, block, 20 * PAGE));
    stat_of("file", fd);
    usage("full");
    call("write when full", write(fd, block, 1));
    call("write over what is there", pwrite(fd, block, PAGE, 0));
    call("fallocate when full", fallocate(fd, 0, 16 * PAGE, PAGE));
    call("fallocate of what is there", fallocate(fd, 0, 0, 16 * PAGE));
    stat_of("file", fd);
    call("truncate to a larger size", ftruncate(fd, 32 * PAGE));
    stat_of("file", fd);
    call("write into the hole", pwrite(fd, block, 10, 20 * PAGE));
    call("read from the hole", pread(fd, block, PAGE, 20 * PAGE));
    yes("zero", block[0] == 0 && block[PAGE - 1] == 0);
    call("truncate by four pages", ftruncate(fd, 12 * PAGE));
    usage("truncated");
    call("punch two", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 2 * PAGE));
    usage("punched");
    call("fallocate six", fallocate(fd, 0, 12 * PAGE, 6 * PAGE));
    usage("allocated");
    stat_of("file", fd);
    call("fallocate more than there can be", fallocate(fd, 0, 0, 1L << 50));
    call("fallocate seven", fallocate(fd, 0, 20 * PAGE, 7 * PAGE));
    usage("not allocated");
    stat_of("file", fd);
    close(fd);
    must(unlink("m/full"));
    usage("unlinked");
    fd = (int)must(open("m/again", O_RDWR | O_CREAT, 0600));
    must(pwrite(fd, block, 2 * PAGE, 3 * PAGE));
    call("fallocate fifteen more", fallocate(fd, 0, 3 * PAGE, 16 * PAGE));
    stat_of("file", fd);
    usage("as before");
    call("fallocate what fits", fallocate(fd, FALLOC_FL_KEEP_SIZE, 3 * PAGE, 16 * PAGE - 1));
    usage("allocated");
    call("fallocate one more", fallocate(fd, 0, 0, PAGE));
    call("write into the allocated", pwrite(fd, block, 14 * PAGE, 5 * PAGE));
    stat_of("file", fd);
    usage("written");
    close(fd);
    must(unlink("m/again"));
}

static void faulting(void)
{
    int fd = (int)must(open("m/mapped", O_RDWR | O_CREAT, 0600));
    int other = (int)must(open("m/other", O_RDWR | O_CREAT, 0600));
    static char block[14 * PAGE];

    must(ftruncate(fd, 8 * PAGE));
    char *p = (char *)must(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    char *q = (char *)must(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    call("fill all but two", write(other, block, sizeof(block)));
    probe_write("the first", p);
    probe_read("the second, read", p + PAGE);
    probe_write("the third", p + 2 * PAGE);
    probe_read("the third, read", p + 2 * PAGE);
    probe_read("the third, read privately", q + 2 * PAGE);
    probe_write("the third, written privately", q + 2 * PAGE);
    probe_write("the second, privately", q + PAGE);
    usage("full");
    call("read from all", pread(fd, block, 4 * PAGE, 0));
    call("populate", madvise(p, 8 * PAGE, MADV_POPULATE_WRITE));
    must(ftruncate(other, 0));
    probe_write("the third, with room", p + 2 * PAGE);
    usage("room again");
    munmap(p, 8 * PAGE);
    munmap(q, 8 * PAGE);
    usage("unmapped");
    must(unlink("m/mapped"));
    must(unlink("m/other"));
    close(fd);
    close(other);
}

static void names(void)
{
    char name[32];
    int i, fd;

    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "m/n%d", i);
        if (mknod(name, S_IFREG | 0600, 0) != 0)
            break;
    }
    say("names: %d, %s", i, errno_name(errno));
    usage("names");
    call("mkdir", mkdir("m/d", 0700));
    call("symlink", symlink("x", "m/s"));
    call("link", link("m/n0", "m/l"));
    call("rename", rename("m/n0", "m/r"));
    call("open create", open("m/c", O_CREAT | O_RDWR, 0600));
    call("tmpfile", open("m", O_TMPFILE | O_RDWR, 0600));
    must(unlink("m/r"));
    call_ok("tmpfile", fd = open("m", O_TMPFILE | O_RDWR, 0600));
    close(fd);
    call("link", link("m/n1", "m/l"));
    usage("linked");
    must(unlink("m/l"));
    usage("unlinked");
}

int main(void)
{
    struct stat st;

    must(mkdir("m", 0755));
    mount_with("size=64k,nr_inodes=10,mode=1750,uid=5,gid=6");
    must(stat("m", &st));
    say("root: mode %o, uid %d, gid %d", st.st_mode, st.st_uid, st.st_gid);
    usage("empty");
    options_shown();
    writing();
    faulting();
    names();
    call("remount smaller", mount("none", "m", NULL, MS_REMOUNT, "nr_inodes=5"));
    call("remount larger", mount("none", "m", NULL, MS_REMOUNT, "size=128k,nr_inodes=20"));
    usage("remounted");
    call("remount without limit", mount("none", "m", NULL, MS_REMOUNT, "size=0"));
    usage("remounted");
    call("remount with limit", mount("none", "m", NULL, MS_REMOUNT, "size=1m"));
    options_shown();
    must(umount("m"));
    mount_with("size=1");
    usage("one byte");
    must(umount("m"));
    mount_with("nr_blocks=3");
    usage("three blocks");
    must(umount("m"));
    mount_with("size=0,nr_inodes=0");
    usage("no limits");
    options_shown();
    must(umount("m"));
    mount_with("size=1k,size=9k");
    usage("the last counts");
    must(umount("m"));
    mount_with("size=x");
    mount_with("size=");
    mount_with("size");
    mount_with("size=-1");
    mount_with("size=1z");
    mount_with("nr_inodes=x");
    mount_with("mode=9");
    mount_with("mode=x");
    mount_with("uid=x");
    mount_with("unknown=1");
    mount_with("unknown");
    mount_with("huge=never");
    must(umount("m"));
    mount_with("huge=sometimes");
    mount_with("mode=17777");
    must(stat("m", &st));
    say("root: mode %o", st.st_mode);
    must(umount("m"));
    return 0;
}
